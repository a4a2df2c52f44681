"""Refusing a pooler that lends the server's sessions by the transaction (docs/settings.md, "The database").

Locks and settings belong to a session. Where each transaction may run in another one, two programs can both hold
the lock of a store's pushes, and neither would notice.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from fbridge.errors import StorageError
from fbridge.storage.postgres import is_pooled

_WHO_SERVES = sa.select(sa.func.pg_backend_pid())


def pooler_refused() -> StorageError:
    """The sentence for the user."""
    return StorageError(
        "A pooler in front of the PostgreSQL database lends sessions for one transaction only (pgbouncer: "
        "pool_mode = transaction or statement); locks do not survive there, and two programs would send the same. "
        "Connect to PostgreSQL itself, or set pool_mode = session for this database.",
        reason="transaction_pooler",
    )


def refuse_transaction_pooler(engine: Engine) -> None:
    """Raise StorageError where sessions are lent by the transaction."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as session:
        if is_pooled(session):
            refuse_lent_session(session, engine)


def refuse_lent_session(session: Connection, engine: Engine) -> None:
    """Raise StorageError where this session (in autocommit) is not ours between two statements.

    While we ask nothing, a pooler of the wrong kind gives the session to the next who begins a transaction.
    """
    serving = session.execute(_WHO_SERVES).scalar_one()
    with engine.connect() as other, other.begin():
        lent = other.execute(_WHO_SERVES).scalar_one() == serving
        if lent or session.execute(_WHO_SERVES).scalar_one() != serving:
            raise pooler_refused()
