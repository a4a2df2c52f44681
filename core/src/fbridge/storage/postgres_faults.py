"""What PostgreSQL and its driver complain of, as one sentence for a person, by SQLSTATE.

Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import sqlalchemy as sa

from fbridge.errors import BusyError, DatabaseUnreachableError, FbridgeError, StorageError
from fbridge.storage.poolers import pooler_refused
from fbridge.storage.postgres import IDLE_UNIT_SECONDS, LOCK_SECONDS, STATEMENT_SECONDS

_AGAIN = "nothing of this step was kept; run the command again"
_BUSY = {
    "40001": f"was changed by another program at this moment; {_AGAIN}",
    "40P01": f"was changed by another program at this moment; {_AGAIN}",
    "55P03": f"is kept busy by another program for more than {LOCK_SECONDS} s; {_AGAIN}",
    "57014": f"did not finish a statement within {STATEMENT_SECONDS} s; {_AGAIN}, when the server has less to do",
}
_GONE = {
    "57P01": f"ended our session (it is being stopped, or somebody ended it); {_AGAIN}",
    "57P02": f"ended our session after a crash; {_AGAIN}",
    "57P03": "is starting or stopping; try again in a moment",
    "25P03": f"ended our session, because it was idle within a step for more than {IDLE_UNIT_SECONDS} s; {_AGAIN}",
    "53300": "has no connection left; raise max_connections, or close other programs",
}
_TO_MEND = {
    "53100": "has a full disk; free some room on the server and run the command again",
    "53200": "has no memory left; see to the server and run the command again",
    "25006": "takes no changes at present: it is a standby, or read-only; name the primary server in the settings",
    "42501": "refuses this to our user; let the owner of the database grant it the rights on all tables",
    "28P01": "refuses the password; correct it in secrets.toml",
    "28000": "refuses our user; correct the URL in the settings, or pg_hba.conf on the server",
    "3D000": "does not exist; create it, or correct its name in the settings",
}
_AT_CONNECT = {
    "sorry, too many clients": "53300",
    "too many connections for": "53300",
    "connection slots are reserved": "53300",
    "the database system is": "57P03",
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    "is not permitted to log in": "28000",
    'fatal:  role "': "28000",
    '" does not exist': "3D000",
}
"""Who is refused a session is told why in words alone: libpq has no code of it."""
_LOST = (
    "server closed the connection",
    "connection refused",
    "connection timeout",
    "timeout expired",
    "could not translate host name",
    "failed to resolve host",
    "no route to host",
    "network is unreachable",
    "connection timed out",
    "connection reset",
    "connection is closed",
    "connection is lost",
    "the connection is bad",
    "could not receive data",
    "could not send data",
    "did not answer within",
    "ssl syscall error",
    "ssl connection has been closed",
    "query_wait_timeout",
    "server login has been failing",
    "no such file or directory",
)


def postgres_fault(place: str, error: sa.exc.DBAPIError) -> FbridgeError | None:
    """The error to raise, or None where it is no fault that a person can mend, but a bug."""
    words = str(error.orig).strip().lower()
    code = getattr(error.orig, "sqlstate", None) or _code_at_connect(words)
    if "statement pooling mode" in words:
        return pooler_refused()
    if code in _BUSY:
        return BusyError(f"The database {place} {_BUSY[code]}.", reason="database_busy")
    if code in _GONE:
        return DatabaseUnreachableError(f"The database {place} {_GONE[code]}.")
    if code in _TO_MEND:
        return StorageError(f"The database {place} {_TO_MEND[code]}.")
    if code.startswith("08") or _is_lost(error, words):
        cause = str(error.orig).strip().splitlines()[0]
        return DatabaseUnreachableError(
            f"No connection to the database {place} ({cause}); see whether the server runs, and try again."
        )
    return None


def _code_at_connect(words: str) -> str:
    return next((code for sign, code in _AT_CONNECT.items() if sign in words), "")


def _is_lost(error: sa.exc.DBAPIError, words: str) -> bool:
    return error.connection_invalidated or any(sign in words for sign in _LOST)
