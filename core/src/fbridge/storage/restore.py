"""Putting a backup of a SQLite database in its place: whole or not at all, and nothing is deleted.

Killed at any point, either the old database or the new one is in place; running it again finishes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout

from fbridge.errors import BusyError, InputError, StorageError
from fbridge.storage.backup import copy_database, explained_as, mark_file
from fbridge.storage.network_folders import refuse_network_folder
from fbridge.storage.sqlite_files import (
    companion,
    dated,
    foreign_wal,
    is_empty,
    move_aside,
    open_read_only,
    remove,
    sync,
)
from fbridge.storage.upgrade import migrate, upgrade_lock
from fbridge.storage.version import HEAD_REVISION, KNOWN_REVISIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What ``db restore`` did: ``kept`` is where the database that was in place is now, if there was one."""

    database: Path
    backup: Path
    kept: Path | None


def restore(database: Path, backup: Path, *, locks: Path) -> Restored:
    """Put ``backup`` in the place of ``database``, marked as restored. The files of the old one are kept.

    Raises: InputError (not a backup of fbridge), BusyError (another fbridge works), StorageError (damaged, full disk,
    from a newer fbridge).
    """
    path = database.resolve()
    refuse_network_folder(path)
    ready = path.with_name(f".{path.name}.restoring")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    failed = f"The backup cannot be put in the place of {path}: {{cause}}. The database there is as it was."
    with _alone(path, locks), explained_as(failed, reason="restore_failed"):
        try:
            _prepare(backup, ready)
            kept = _put_in_place(ready, path)
        finally:
            with suppress(OSError):
                remove(ready)
    return Restored(database=database, backup=backup, kept=kept)


@contextmanager
def _alone(path: Path, locks: Path) -> Iterator[None]:
    """Hold every lock of this database: no fetch, push or upgrade is at work, and none begins."""
    try:
        with ExitStack() as held:
            held.enter_context(upgrade_lock(path, timeout=0))
            for lock in sorted(locks.glob("*.lock")):
                held.enter_context(FileLock(lock, timeout=0))
            yield
    except Timeout as busy:
        raise BusyError(
            f"The database {path} is in use by another fbridge ({Path(busy.lock_file).stem}); nothing was changed. "
            "Try again when it has finished."
        ) from None


def _prepare(backup: Path, ready: Path) -> None:
    """A checked, migrated and marked copy beside the database."""
    check_backup(backup)
    with closing(open_read_only(backup)) as source:
        copy_database(source, ready)
    engine = sa.create_engine(f"sqlite:///{ready}")
    try:
        migrate(engine)
    finally:
        engine.dispose()
    mark_file(ready)
    sync(ready)


def check_backup(file: Path) -> None:
    """Raise InputError or StorageError where this is not a sound database of fbridge that this version knows."""
    if not file.is_file() or is_empty(file):
        raise InputError(f"{file} is {'empty' if file.exists() else 'not there'}.", reason="no_backup")
    try:
        with closing(open_read_only(file)) as connection:
            revision = _revision(connection)
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")] if revision else []
    except sqlite3.Error as error:
        raise InputError(f"{file} cannot be read as a database: {error}.", reason="no_backup") from None
    if revision is None:
        raise InputError(f"{file} is not a database of fbridge.", reason="no_backup")
    if revision not in KNOWN_REVISIONS:
        raise StorageError(
            f"{file} was made by a newer fbridge (schema {revision}); this one knows up to {HEAD_REVISION}. "
            "Upgrade fbridge.",
            reason="database_newer",
        )
    if faults != ["ok"]:
        raise StorageError(f"{file} is damaged ({faults[0]}); take another backup.", reason="backup_damaged")


def _revision(connection: sqlite3.Connection) -> str | None:
    named = "SELECT count(*) FROM sqlite_master WHERE name IN ('alembic_version', 'stores', 'pushes')"
    if connection.execute(named).fetchone() != (3,):
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _put_in_place(ready: Path, path: Path) -> Path | None:
    """Replace the database, at one stroke where it is sound; tells where the old one is kept."""
    kept = dated(path, "replaced")
    if not any(os.path.lexists(companion(path, suffix)) for suffix in ("", "-wal")):
        companion(path, "-shm").unlink(missing_ok=True)
        ready.replace(path)
    elif (old := _fold(path)) is None:
        move_aside(path, kept)
        ready.replace(path)
    else:
        _swap(old, ready, path, kept)
    sync(path.parent)
    return next((one for one in (kept, companion(kept, "-wal")) if one.exists()), None)


def _swap(old: sqlite3.Connection, ready: Path, path: Path, kept: Path) -> None:
    """Replace a database that is one file, while ``old`` keeps everybody else out."""
    with closing(old):
        companion(path, "-shm").unlink(missing_ok=True)
        if os.name != "posix":
            old.close()  # Windows replaces no open file
        try:
            os.link(path, kept)
        except OSError:  # a file system without hard links
            path.rename(kept)
        ready.replace(path)


def _fold(path: Path) -> sqlite3.Connection | None:
    """Make the old database one file, and hold it; None where that cannot be done because it is damaged.

    Raises: BusyError when another program has it open.
    """
    if is_empty(path) or foreign_wal(path):
        return None
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        connection.close()
        if "locked" not in str(error):
            return None
        raise BusyError(
            f"Another program has the database {path} open; nothing was changed. End it and try again."
        ) from None
    if mode == ("delete",):
        return connection
    connection.close()
    return None
