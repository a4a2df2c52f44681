"""Locks by name among all processes that share a database (docs/architecture.md, promise 2).

A lock dies with its process: an OS file lock beside a SQLite database, a session advisory lock on PostgreSQL.
"""

from __future__ import annotations

import json
import os
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.engine import Connection

from fbridge.errors import BusyError
from fbridge.storage.database import Database


class HeldLock(ABC):
    """A lock while this process has it."""

    @abstractmethod
    def ask(self, query: sa.Select[Any]) -> Any:
        """The one value of the query; its answer proves that the lock was still held when it was asked.

        Raises: BusyError (``overtaken``), DatabaseUnreachableError (``lock_lost``): nothing more may be done.
        """

    @abstractmethod
    def refuse_if_lost(self) -> None:
        """Raise again what an earlier question raised, wherever that was caught."""

    @abstractmethod
    def fence(self, connection: Connection) -> None:
        """Let nobody take the lock over before this write unit ends. Raises as :meth:`ask`."""


def exclusive(database: Database, name: str, folder: Path, busy: str) -> AbstractContextManager[HeldLock]:
    """Hold a lock by name among all processes that share the database, or raise BusyError.

    ``busy`` is the sentence for whoever finds it held; who holds it, where and for how long is added.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if database.is_sqlite:
        return _file_lock(database, folder / f"{name}.lock", busy)
    from fbridge.storage.session_locks import session_lock

    return session_lock(database, name, busy)


def is_held_by(busy: str, host: str, process: int, span: float, more: str = "") -> BusyError:
    """The error for whoever finds a lock held."""
    who = f"on {host}, process {process}, for {_span(span)}"
    return BusyError(f"{busy.removesuffix('.')} ({who}{more}). Try again when it has finished.")


def _span(seconds: float) -> str:
    minutes = timedelta(seconds=seconds) // timedelta(minutes=1)
    return f"{minutes} min" if minutes else f"{max(seconds, 0):.0f} s"


class _FileLock(HeldLock):
    """Beside a SQLite database, which is on this machine: only the end of this process ends it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, query: sa.Select[Any]) -> Any:
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def refuse_if_lost(self) -> None:
        """A file lock is not lost."""

    def fence(self, connection: Connection) -> None:
        """Nobody takes over a file lock, and a write unit is alone."""


@contextmanager
def _file_lock(database: Database, path: Path, busy: str) -> Iterator[HeldLock]:
    holder = path.with_suffix(".holder")
    try:
        with FileLock(path, timeout=0):
            _write_holder(holder)
            yield _FileLock(database)
    except Timeout:
        raise _file_is_held(holder, busy) from None


def _write_holder(path: Path) -> None:
    """Who holds the lock, for whoever finds it held; the lock itself does not rest on it."""
    about = {"host": socket.gethostname(), "process": os.getpid(), "since": datetime.now(UTC).isoformat()}
    with suppress(OSError):
        path.write_text(json.dumps(about), "utf-8")


def _file_is_held(path: Path, busy: str) -> BusyError:
    try:
        about = json.loads(path.read_text("utf-8"))
        span = datetime.now(UTC) - datetime.fromisoformat(about["since"])
        return is_held_by(busy, str(about["host"]), int(about["process"]), span.total_seconds())
    except (OSError, ValueError, KeyError, TypeError):
        return BusyError(f"{busy} Try again when it has finished.")
