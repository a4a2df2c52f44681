"""Locks by name among all processes that share a database (docs/architecture.md, promise 2).

A lock dies with its process: an OS file lock beside a SQLite database, a session advisory lock on PostgreSQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout

from fbridge.errors import BusyError
from fbridge.storage.database import Database


@contextmanager
def exclusive(database: Database, name: str, folder: Path, busy: str) -> Iterator[None]:
    """Hold a lock by name among all processes that share the database, or raise BusyError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not database.is_sqlite:
        with _advisory_lock(database, name, busy):
            yield
        return
    try:
        with FileLock(folder / f"{name}.lock", timeout=0):
            yield
    except Timeout:
        raise BusyError(f"{busy} Try again when it has finished.") from None


@contextmanager
def _advisory_lock(database: Database, name: str, busy: str) -> Iterator[None]:
    key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with database.session() as session:
        if not session.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar_one():
            raise BusyError(f"{busy} Try again when it has finished.")
        try:
            yield
        finally:
            session.execute(sa.select(sa.func.pg_advisory_unlock(key)))
