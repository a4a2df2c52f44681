"""Connections to PostgreSQL that never wait for ever, whoever goes silent: the server, the network, or we.

A peer that is gone is noticed by TCP on both sides, a statement has a limit on the server, and an answer has one
here, for a proxy that stands still keeps TCP content. A unit left open by a host that stands still is ended by the
server before the host's locks are taken over (``fbridge.storage.session_locks``), so it blocks nobody.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from fbridge.errors import StorageError
from fbridge.installation import extra_command

if TYPE_CHECKING:
    from collections.abc import Generator

    import psycopg
    from sqlalchemy.engine import Dialect

STATEMENT_SECONDS = 120
LOCK_SECONDS = 30
IDLE_UNIT_SECONDS = 30
ANSWER_SECONDS = STATEMENT_SECONDS + 30

_CLIENT_LIMITS = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
_SERVER_LIMITS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_UNIT_SECONDS}s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
_DURABLE = """set_config('synchronous_commit', CASE current_setting('synchronous_commit')
    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)"""
"""A claim that a crash of the server could forget would be sent twice."""
_MOST_MORE = 25
"""Sessions beside the five that are kept: a store that is worked on holds its lock in one, and works in another."""
_POOLED = "fbridge_through_pooler"


def postgres_engine(url: URL) -> Engine:
    """An engine whose connections have our limits; what the URL itself says of one stands.

    Raises: StorageError where the driver is not installed.
    """
    limits = {name: value for name, value in _CLIENT_LIMITS.items() if name not in url.query}
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, max_overflow=_MOST_MORE, connect_args=limits)
        connection_class = _bounded_connection()
    except ModuleNotFoundError:
        raise StorageError(
            f"PostgreSQL needs one more package; run: {extra_command('postgres')}",
            reason="postgres_driver_missing",
        ) from None

    def connect(_dialect: Dialect, _entry: ConnectionPoolEntry, args: Any, options: Any) -> Any:
        return connection_class.connect(*args, **options)

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", _greet)
    return engine


def answers_within(connection: Connection, seconds: float | None) -> None:
    """Wait so long for an answer on this connection, or for ever."""
    connection.connection.driver_connection.answer_seconds = seconds  # type: ignore[union-attr]


def may_be_idle(connection: Connection) -> None:
    """Let nobody end this transaction because nothing is asked in it for a while."""
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


@contextmanager
def without_limits(connection: Connection) -> Iterator[None]:
    """Let the statements of this transaction take their time, as a migration of large tables does."""
    for name in ("statement_timeout", "lock_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {name} = 0")
    may_be_idle(connection)
    answers_within(connection, None)
    yield
    answers_within(connection, ANSWER_SECONDS)


def is_pooled(connection: Connection) -> bool:
    """Whether a pooler (pgbouncer and its like) stands between us and the server.

    A pooler invents the key by which a client may cancel a statement, for it has to find the client by it.
    """
    return bool(connection.connection.info.get(_POOLED))


def _greet(driver_connection: psycopg.Connection[Any], entry: ConnectionPoolEntry) -> None:
    driver_connection.autocommit = True
    limits = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in _SERVER_LIMITS.items())
    row = driver_connection.execute(f"SELECT pg_backend_pid(), {_DURABLE}, {limits}".encode()).fetchone()
    driver_connection.autocommit = False
    if row and row[0] != driver_connection.info.backend_pid:
        entry.info[_POOLED] = True
        driver_connection.prepare_threshold = None


def _bounded_connection() -> type[psycopg.Connection[Any]]:
    import psycopg

    class BoundedConnection(psycopg.Connection[Any]):
        """A connection that is given up when an answer takes too long; the server is not asked again on it."""

        answer_seconds: float | None = ANSWER_SECONDS

        def wait(self, gen: Generator[Any, Any, Any], *args: Any, **options: Any) -> Any:
            return super().wait(self._bounded(gen), *args, **options)

        def _bounded(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
            asked = time.monotonic()
            try:
                wanted = next(gen)
                while True:
                    ready = yield wanted
                    if not ready and self.answer_seconds and time.monotonic() - asked > self.answer_seconds:
                        self.close()
                        raise psycopg.OperationalError(
                            f"the server did not answer within {self.answer_seconds:g} s"
                        )
                    wanted = gen.send(ready)
            except StopIteration as end:
                return end.value

    return BoundedConnection
