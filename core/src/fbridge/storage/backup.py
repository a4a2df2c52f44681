"""Backups of a SQLite database: one whole, private file that says of itself that it is a backup.

Wherever such a file is put back, by whatever means, what it calls unsent is looked up on the stores first.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from fbridge.errors import InputError, StorageError
from fbridge.storage.restored import mark_restored
from fbridge.storage.sqlite_files import remove, sync
from fbridge.storage.version import HEAD_REVISION


def backup_name(path: Path) -> Path:
    """Where a backup made now goes: beside the database, with the time in its name (UTC)."""
    return path.with_name(f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{path.suffix}")


def back_up(database: Path | None, target: Path | None) -> Path:
    """Copy the database, beside it where no ``target`` is said. Raises as :func:`backup`, and where it is no file."""
    if database is None:
        raise InputError("The database is PostgreSQL; back it up with pg_dump.", reason="not_sqlite")
    target = target or backup_name(database)
    backup(database, target)
    return target


def backup(source: Path, target: Path, *, replace: bool = False) -> None:
    """Copy a SQLite database while it is in use. What fails leaves nothing, and an older file as it was.

    Raises: InputError where there is such a file already, unless ``replace``; StorageError (full disk, no rights).
    """
    if os.path.lexists(target) and not replace:
        raise InputError(f"{target} is there already; name another file.", reason="file_exists")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    failed = (
        f"The backup {target} cannot be written: {{cause}}. Nothing was left there; make room or name another place, "
        "and run the command again."
    )
    try:
        with explained_as(failed, reason="backup_failed"):
            with closing(sqlite3.connect(source)) as database:
                copy_database(database, part)
            mark_file(part)
            sync(part)
            _put(part, target, replace=replace)
            sync(target.parent)
    finally:
        with suppress(OSError):
            remove(part)


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database by SQLite's own means, with what waits in its ``-wal``, into one private file.

    Raises: sqlite3.Error, OSError.
    """
    remove(target)
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def mark_file(file: Path) -> None:
    """Mark a database of this schema that nobody uses as a restored one. Raises: sqlite3.Error, sa.exc.DBAPIError."""
    with closing(sqlite3.connect(file)) as connection:
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision != (HEAD_REVISION,):
        return
    engine = sa.create_engine(f"sqlite:///{file}")
    try:
        with engine.begin() as connection:
            mark_restored(connection)
    finally:
        engine.dispose()


def _put(part: Path, target: Path, *, replace: bool) -> None:
    if not replace:
        try:
            os.link(part, target)  # unlike a renaming, it never replaces what came there meanwhile
        except FileExistsError:
            raise InputError(f"{target} is there already; name another file.", reason="file_exists") from None
        except OSError:  # a file system without hard links
            part.rename(target)
        return
    part.replace(target)


@contextmanager
def explained_as(sentence: str, *, reason: str) -> Iterator[None]:
    """Turn what a disk or SQLite says into a StorageError; ``{cause}`` in the sentence is what it said."""
    try:
        yield
    except (OSError, sqlite3.Error, sa.exc.DBAPIError) as error:
        cause = error.strerror if isinstance(error, OSError) else getattr(error, "orig", error)
        raise StorageError(sentence.replace("{cause}", str(cause)), reason=reason) from error
