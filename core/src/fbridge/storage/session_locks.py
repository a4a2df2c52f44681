"""Locks on PostgreSQL: a session advisory lock is the truth, and a heartbeat tells whether its holder lives.

The lock lives as long as the session that holds it. A server may keep the session of a host that lost its power
or its network; so the holder gives a sign of life over that very session, and whoever finds it silent for too long
ends the session, which frees the lock. All times are the server's. A holder that wakes up again finds its session
ended before it does anything more: it asks over that session first, and an answer that took long does not count.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from fbridge.errors import BusyError, DatabaseUnreachableError, FbridgeError
from fbridge.stopwatch import Stopwatch
from fbridge.storage.database import Database, explained
from fbridge.storage.lock_tables import lock_holders
from fbridge.storage.locks import HeldLock, is_held_by
from fbridge.storage.poolers import pooler_refused, refuse_lent_session
from fbridge.storage.postgres import answers_within, is_pooled

log = logging.getLogger("fbridge.locks")

BEAT_SECONDS = 5.0
SILENT_SECONDS = 45.0
"""A holder without a sign of life for so long is taken for dead."""
FRESH_SECONDS = 10.0
"""An answer that took longer proves nothing any more; far below the time after which somebody takes over."""
RELEASE_SECONDS = 10.0
"""How long an ended session may take to give back its lock."""
_TRIES = 3

_TAKE = sa.text("""
    INSERT INTO lock_holders (name, token, backend_pid, host, process, taken_at, beat_at)
    SELECT :name, :token, pg_backend_pid(), :host, :process, clock_timestamp(), clock_timestamp()
    FROM (SELECT pg_try_advisory_lock(:key) AS taken) AS attempt WHERE taken
    ON CONFLICT (name) DO UPDATE SET
        token = excluded.token, backend_pid = excluded.backend_pid, host = excluded.host,
        process = excluded.process, taken_at = excluded.taken_at, beat_at = excluded.beat_at
    RETURNING name
""")
_HOLDER = sa.text("""
    SELECT pg_locks.pid AS backend_pid, token, host, process, beat_at,
        extract(epoch FROM clock_timestamp() - taken_at)::float AS held,
        extract(epoch FROM clock_timestamp() - beat_at)::float AS silent
    FROM pg_locks LEFT JOIN lock_holders ON name = :name AND backend_pid = pg_locks.pid
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND classid::bigint = :high AND objid::bigint = :low
        AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
_END_SILENT = sa.text("""
    SELECT pg_terminate_backend(pg_locks.pid)
    FROM pg_locks JOIN lock_holders ON name = :name AND backend_pid = pg_locks.pid
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND classid::bigint = :high AND objid::bigint = :low
        AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND token = :token AND beat_at = :beat_at
""")


@contextmanager
def session_lock(database: Database, name: str, busy: str) -> Iterator[HeldLock]:
    """Hold the lock, or raise BusyError with who holds it. A holder that went silent is taken over."""
    with database.session() as connection:
        try:
            answers_within(connection, SILENT_SECONDS)
            if is_pooled(connection):
                refuse_lent_session(connection, database.engine)
            held = _SessionLock(database, connection, name, busy)
            held.take()
            with held.kept():
                yield held
        finally:
            connection.invalidate()  # the session is closed, not kept for others: that frees the lock for sure


class _SessionLock(HeldLock):
    """One session and its lock. The session is asked by the thread that beats and by those that write."""

    def __init__(self, database: Database, connection: Connection, name: str, busy: str) -> None:
        self._database, self._connection, self._busy = database, connection, busy
        self._name, self._token = name, uuid.uuid4().hex
        self._mutex, self._released = Lock(), Event()
        self._lost: FbridgeError | None = None
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        self._key = int.from_bytes(digest, signed=True)
        self._where = {
            "name": name,
            "high": int.from_bytes(digest[:4]),
            "low": int.from_bytes(digest[4:]),
        }

    def take(self) -> None:
        """Take the lock, from a silent holder if need be. Raises BusyError."""
        # What a crash of the server forgets of signs of life is of sessions that it ended.
        self._connection.exec_driver_sql("SET synchronous_commit = off")
        if self._try_to_take():
            return
        silent = self._silent_holder()
        if silent is not None:
            self._end(silent)
        deadline = time.monotonic() + RELEASE_SECONDS
        while not self._try_to_take():
            holder = self._holder()
            if time.monotonic() > deadline or (holder and silent and holder.token != silent.token):
                raise self._busy_error(holder)
            time.sleep(0.05)
        if silent is not None:
            self._tell_takeover(silent)

    def ask(self, query: sa.Select[Any]) -> Any:
        """See :class:`HeldLock`. It is a sign of life too: nobody takes over for a while after the answer."""
        with self._mutex:
            for _ in range(_TRIES):
                asked = Stopwatch()
                value = self._beat(query)
                if asked.seconds < FRESH_SECONDS:
                    return value
        raise DatabaseUnreachableError(
            f"The database answers too slowly (more than {FRESH_SECONDS:g} s); nothing more is sent. "
            "Run the command again.",
            reason="database_slow",
        )

    def refuse_if_lost(self) -> None:
        """See :class:`HeldLock`."""
        if self._lost:
            raise self._lost

    def fence(self, connection: Connection) -> None:
        """See :class:`HeldLock`."""
        self.refuse_if_lost()
        ours = sa.select(lock_holders.c.name).where(
            lock_holders.c.name == self._name, lock_holders.c.token == self._token
        )
        # FOR KEY SHARE: a sign of life does not wait for the unit, a taker does, for it changes the unique token.
        if connection.execute(ours.with_for_update(read=True, key_share=True)).first() is None:
            raise self._overtaken()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Signs of life from a thread of its own, until the block ends."""
        beating = Thread(target=self._keep_beating, name=f"fbridge-beat-{self._name}", daemon=True)
        beating.start()
        try:
            yield
        finally:
            self._released.set()
            beating.join()
            self._give_back()

    def _keep_beating(self) -> None:
        nothing = sa.select(sa.literal(1))
        while not self._released.wait(BEAT_SECONDS):
            try:
                with self._mutex:
                    self._beat(nothing)
            except (FbridgeError, sa.exc.DBAPIError) as error:
                log.warning("no sign of life for %s: %s", self._name, error)
                if self._lost:
                    return

    def _give_back(self) -> None:
        """At once, for the server needs a moment to notice that the session is closed."""
        if self._lost is None:
            with suppress(sa.exc.DBAPIError):
                self._connection.execute(sa.select(sa.func.pg_advisory_unlock(self._key)))
                self._connection.execute(sa.delete(lock_holders).where(self._is_ours()))

    def _try_to_take(self) -> bool:
        about = {"token": self._token, "host": socket.gethostname()[:255], "process": os.getpid()}
        return self._connection.execute(_TAKE, self._where | about | {"key": self._key}).first() is not None

    def _silent_holder(self) -> Row[Any] | None:
        """Who is silent for too long; None where nobody holds the lock any more. Raises BusyError.

        Looked at twice, for a clock that was put forward makes everybody silent until the next beat.
        """
        holder = self._holder()
        if holder is None:
            return None
        if not _is_silent(holder):
            raise self._busy_error(holder)
        time.sleep(1.5 * BEAT_SECONDS)
        again = self._holder()
        if again is not None and (again.token, again.beat_at) != (holder.token, holder.beat_at):
            raise self._busy_error(again)
        return again

    def _holder(self) -> Row[Any] | None:
        return self._connection.execute(_HOLDER, self._where).first()

    def _end(self, holder: Row[Any]) -> None:
        about = {"token": holder.token, "beat_at": holder.beat_at}
        try:
            self._connection.execute(_END_SILENT, self._where | about)
        except sa.exc.ProgrammingError:
            more = (
                f", silent for {holder.silent:.0f} s; its session belongs to another database user, "
                f"so an administrator must end it: SELECT pg_terminate_backend({holder.backend_pid})"
            )
            raise is_held_by(self._busy, holder.host, holder.process, holder.held, more) from None

    def _tell_takeover(self, holder: Row[Any]) -> None:
        silent, who = f"{holder.silent:.0f} s", f"{holder.host}, process {holder.process}"
        log.warning("took over %s from %s: no sign of life for %s", self._name, who, silent)

    def _busy_error(self, holder: Row[Any] | None) -> BusyError:
        if holder is None or holder.host is None:
            return BusyError(f"{self._busy} Try again when it has finished.")
        more = ""
        if holder.silent > 3 * BEAT_SECONDS:
            more = f"; silent for {holder.silent:.0f} s, and taken over after {SILENT_SECONDS:.0f} s"
        return is_held_by(self._busy, holder.host, holder.process, holder.held, more)

    def _beat(self, query: sa.Select[Any]) -> Any:
        """Sign of life and question in one statement. Raises what is raised ever after when the lock is lost."""
        self.refuse_if_lost()
        beat = sa.update(lock_holders).where(self._is_ours()).values(beat_at=sa.func.clock_timestamp())
        try:
            with explained(self._database.url):
                row = self._connection.execute(beat.returning(query.scalar_subquery())).first()
        except FbridgeError as error:
            if self._connection.closed or self._connection.invalidated:
                self._lost = self._session_ended(error)
                raise self._lost from error
            raise
        if row is None:
            self._lost = pooler_refused() if self._is_in_another_session() else self._overtaken()
            raise self._lost
        return row[0]

    def _is_ours(self) -> sa.ColumnElement[bool]:
        return sa.and_(
            lock_holders.c.name == self._name,
            lock_holders.c.token == self._token,
            lock_holders.c.backend_pid == sa.func.pg_backend_pid(),
        )

    def _is_in_another_session(self) -> bool:
        """Our entry stands, but the server answers from another session than the one that took the lock."""
        ours = sa.select(lock_holders.c.name).where(lock_holders.c.token == self._token)
        return self._connection.execute(ours).first() is not None

    def _session_ended(self, error: FbridgeError) -> FbridgeError:
        """Why: somebody took over, or the connection broke."""
        with suppress(FbridgeError), self._database.read() as connection:
            token = sa.select(lock_holders.c.token).where(lock_holders.c.name == self._name)
            if connection.execute(token).scalar_one_or_none() != self._token:
                return self._overtaken()
        return DatabaseUnreachableError(
            f"The session that held the lock {self._name!r} ended, so nothing more is sent. "
            f"Run the command again. {error}",
            reason="lock_lost",
        )

    def _overtaken(self) -> BusyError:
        return BusyError(
            f"{self._busy.removesuffix('.')}: it has taken over, because this one gave no sign of life for "
            f"{SILENT_SECONDS:.0f} s; nothing more is sent from here.",
            reason="overtaken",
        )


def _is_silent(holder: Row[Any]) -> bool:
    return holder.silent is not None and holder.silent > SILENT_SECONDS
