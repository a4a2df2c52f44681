"""The files of a SQLite database: itself, its ``-wal`` and its ``-shm``; which belong together, and moving them.

A ``-wal`` holds pages that are newer than those of the database. SQLite does not notice when it lies beside
another database (a backup copied over the old one by hand), and mixes the two.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

_WAL_HEADER, _FRAME_HEADER = struct.Struct(">8I"), struct.Struct(">6I")
_PAGE_OF_64K = 1
_READERS: dict[tuple[int, int], int] = {}


def companion(path: Path, suffix: str) -> Path:
    """The database's ``-wal``, ``-shm`` or ``-journal``."""
    return path.with_name(f"{path.name}{suffix}")


def is_empty(path: Path) -> bool:
    """Whether no database is there: no file, or one without a byte."""
    return not path.exists() or path.stat().st_size == 0


def has_wal(path: Path) -> bool:
    """Whether pages wait in a ``-wal`` beside the database."""
    return not is_empty(companion(path, "-wal"))


def dated(path: Path, word: str) -> Path:
    """A free name beside the database, with a word and the time (UTC)."""
    name = f"{path.name}.{word}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    taken, count = path.with_name(name), 1
    while any(os.path.lexists(one) for one in (taken, companion(taken, "-wal"))):
        count += 1
        taken = path.with_name(f"{name}-{count}")
    return taken


def move_aside(path: Path, kept: Path) -> None:
    """Rename all files of a database. Killed in between, it is gone rather than there without its ``-wal``."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            companion(path, suffix).rename(companion(kept, suffix))


def remove(path: Path) -> None:
    """Delete all files of a database that nobody needs."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        companion(path, suffix).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_read_only(file: Path) -> sqlite3.Connection:
    """A connection that changes nothing; it sees what waits in a ``-wal``. Raises: sqlite3.Error."""
    # Without a -wal nobody works with it; only so it can be read in a folder that may not be written to.
    mode = "mode=ro" if companion(file, "-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?{mode}", uri=True)


def foreign_wal(path: Path) -> bool:
    """Whether the ``-wal`` was left by another database than the one that lies beside it now.

    A database is written after its ``-wal`` only when pages are carried over from it, so one of them is found in
    the database. Where none is, the file was replaced.
    """
    wal = companion(path, "-wal")
    try:
        changed_later = path.stat().st_ctime_ns >= wal.stat().st_ctime_ns
        if is_empty(path) or is_empty(wal) or not changed_later:
            return False
        with wal.open("rb") as frames:
            return _has_nothing_of(_reader_of(path), frames)
    except OSError:
        return False


def _reader_of(path: Path) -> int:
    """A descriptor that stays open: closing it would take away the locks that SQLite has on the file here (POSIX)."""
    facts = path.stat()
    key = (facts.st_dev, facts.st_ino)
    if key not in _READERS:
        _READERS[key] = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    return _READERS[key]


def _has_nothing_of(pages: int, frames: BinaryIO) -> bool:
    empty = True
    for number, content in _committed(frames):
        empty = False
        os.lseek(pages, (number - 1) * len(content), os.SEEK_SET)
        if os.read(pages, len(content)) == content:
            return False
    return not empty


def _committed(frames: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The pages of a ``-wal`` up to its last commit: (number, content)."""
    header = frames.read(_WAL_HEADER.size)
    if len(header) < _WAL_HEADER.size:
        return
    _, _, size, _, *salts = _WAL_HEADER.unpack(header)[:6]
    size = 65536 if size == _PAGE_OF_64K else size
    open_ones = []
    while len(head := frames.read(_FRAME_HEADER.size)) == _FRAME_HEADER.size:
        number, commit, *frame_salts = _FRAME_HEADER.unpack(head)[:4]
        content = frames.read(size)
        if frame_salts != salts or len(content) < size:
            return
        open_ones.append((number, content))
        if commit:
            yield from open_ones
            open_ones = []
