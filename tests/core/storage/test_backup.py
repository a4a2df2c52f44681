"""A backup is one whole, private file, or nothing."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fbridge.errors import InputError, StorageError
from fbridge.storage.backup import backup

ReadWords = Callable[[Path], set[str]]


def test_a_backup_of_a_database_in_use_is_one_private_file(
    desk: Any, read_words: ReadWords, tmp_path: Path
) -> None:
    database = desk.open()
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO counters VALUES ('in the -wal', 1)")
        backup(desk.path, tmp_path / "copy.db")
    database.close()
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["copy.db"]
    copy = tmp_path / "copy.db"
    assert copy.stat().st_mode & 0o077 == 0
    assert read_words(copy) == {"old"}, "what is not committed is in no backup"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_file_that_is_there_is_not_replaced(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("the letter to the tax office")
    (tmp_path / "link.db").symlink_to("nowhere")
    for name in ("copy.db", "link.db", "data/fbridge.db"):
        with pytest.raises(InputError, match=f"{name} is there already"):
            backup(desk.path, tmp_path / name)
    assert (tmp_path / "copy.db").read_text() == "the letter to the tax office"
    assert desk.words() == {"old"}


def test_a_full_disk_leaves_nothing(desk: Any, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (32_768, kept[1]))
    try:
        with pytest.raises(
            StorageError, match=r"The backup .*copy\.db cannot be written: .*Nothing was left"
        ):
            backup(desk.path, folder / "copy.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(desk: Any, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot be written: No such file or directory"):
        backup(desk.path, tmp_path / "nowhere" / "copy.db")
