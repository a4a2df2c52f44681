"""Putting a backup in place: the old database or the new one, never a mixture, whenever it is killed."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import FileLock

from fbridge.context import utc_now
from fbridge.errors import BusyError, FbridgeError, InputError, StorageError
from fbridge.history.event_feed import follow
from fbridge.push.turn import push_turn
from fbridge.storage.backup import backup
from fbridge.storage.events import record
from fbridge.stores.rows import ensure_store

ReadWords = Callable[[Path], set[str]]
FILE_ACTS = frozenset({"os.rename", "os.link", "os.remove", "sqlite3.connect"})


@pytest.fixture
def copy(desk: Any, tmp_path: Path) -> Path:
    """A backup, after which work went on."""
    file = tmp_path / "backup.db"
    backup(desk.path, file)
    desk.mark("new")
    return file


def test_the_backup_is_in_place_and_the_old_one_is_kept(desk: Any, copy: Path, read_words: ReadWords) -> None:
    desk.be_killed_after("newest")
    restored = desk.care.restore(copy)
    assert desk.words() == {"old"}
    assert restored.kept is not None
    assert restored.kept.parent == desk.path.parent
    assert read_words(restored.kept) == {"old", "new", "newest"}, "with what was in its -wal"
    assert desk.path.stat().st_mode & 0o077 == 0
    assert copy.exists()
    assert desk.files() == {"fbridge.db", restored.kept.name}


def followed(desk: Any, since: int, *, kinds: tuple[str, ...] = ()) -> dict[int, str]:
    """What a program that has read up to ``since`` reads next, after these have happened."""
    database = desk.open()
    for kind in kinds:
        with database.write() as connection:
            record(connection, kind, "it did", at=utc_now())
    told = follow(SimpleNamespace(database=database), since)  # type: ignore[arg-type]
    found = {one.id: one.kind for one in told}
    database.close()
    return found


def test_who_follows_the_lost_database_misses_nothing_that_comes_and_is_told(
    desk: Any, tmp_path: Path
) -> None:
    file = tmp_path / "backup.db"
    followed(desk, 0, kinds=("before",))
    backup(desk.path, file)
    last = max(followed(desk, 0, kinds=("lost", "lost")))
    desk.care.restore(file)
    after = followed(desk, last, kinds=("new", "new"))
    assert list(after.values()) == ["database.restored"] * 2 + ["new"] * 2, (
        "the backup tells it of itself, too"
    )
    desk.path.unlink()
    desk.care.create()
    assert list(followed(desk, last, kinds=("newest",)).values()) == ["database.restored", "newest"]


def test_every_push_after_a_restore_looks_first(desk: Any, copy: Path, tmp_path: Path) -> None:
    database = desk.open()
    with database.write() as connection:
        ensure_store(connection, "shop", "plain", at=utc_now())
    database.close()
    second = tmp_path / "second.db"
    backup(desk.path, second)
    desk.care.restore(second)
    database = desk.open()
    for _ in range(2):
        with push_turn(database, "shop", tmp_path / "locks") as turn:
            assert turn.restored_epoch == 1
    database.close()


def test_the_backup_put_in_place_by_hand_says_so_itself(desk: Any, tmp_path: Path) -> None:
    database = desk.open()
    with database.write() as connection:
        ensure_store(connection, "shop", "plain", at=utc_now())
    with push_turn(database, "shop", tmp_path / "locks"):
        backup(desk.path, tmp_path / "in the middle.db")
    database.close()
    shutil.copy(tmp_path / "in the middle.db", desk.path)
    database = desk.open()
    with push_turn(database, "shop", tmp_path / "locks") as turn:
        assert turn.restored_epoch == turn.epoch == 2, "though it knows of the last epoch"
    database.close()


def test_it_waits_for_nobody_who_works(desk: Any, copy: Path) -> None:
    locks = desk.path.parent / "locks"
    locks.mkdir()
    with FileLock(locks / "push-shop.lock"), pytest.raises(BusyError, match="push-shop"):
        desk.care.restore(copy)
    database = desk.open()
    with database.read(), pytest.raises(BusyError, match="Another program has the database"):
        desk.care.restore(copy)
    database.close()
    assert desk.words() == {"old", "new"}
    assert desk.files() == {"fbridge.db"}


def test_who_had_the_old_one_open_writes_nothing_more(desk: Any, copy: Path) -> None:
    """A damaged database cannot be held; whoever still has it open is told."""
    database = desk.open()
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO counters VALUES ('newest', 1)")
    desk.path.rename(desk.path.with_name("moved"))
    with pytest.raises(BusyError, match="replaced or moved away meanwhile"), database.write():
        pass
    shutil.copy(copy, desk.path)
    with pytest.raises(BusyError, match="Run the command again"), database.write():
        pass
    database.close()


@pytest.mark.slow
def test_who_opens_it_in_the_middle_works_on_the_new_one_or_is_told(
    desk: Any, copy: Path, read_words: ReadWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[int] = []
    link = os.link

    def slowly(*names: Any) -> None:
        if (child := os.fork()) == 0:
            try:
                desk.mark("meanwhile")
            except BusyError:
                os._exit(7)
            os._exit(0)
        children.append(child)
        time.sleep(0.5)
        link(*names)

    monkeypatch.setattr(os, "link", slowly)
    kept = desk.care.restore(copy).kept
    told = {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children}
    assert told <= {0, 7}
    assert read_words(kept) == {"old", "new"}, "nothing went into the old one"
    assert desk.words() == ({"old", "meanwhile"} if told == {0} else {"old"})
    assert desk.files() == {"fbridge.db", kept.name}


def test_what_is_no_sound_backup_is_refused(desk: Any, copy: Path, tmp_path: Path) -> None:
    empty, letter, other = (tmp_path / name for name in ("empty", "letter", "other.db"))
    empty.touch()
    letter.write_bytes(b"To the tax office.\n" * 500)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE stores (name)")
    cut = tmp_path / "cut.db"
    cut.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    newer = tmp_path / "newer.db"
    shutil.copy(copy, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    refusals: dict[Path, tuple[type[FbridgeError], str]] = {
        tmp_path / "none": (InputError, "is not there"),
        empty: (InputError, "is empty"),
        letter: (InputError, "cannot be read as a database"),
        other: (InputError, "is not a database of fbridge"),
        cut: (InputError, "cannot be read as a database"),
        newer: (StorageError, "made by a newer fbridge"),
    }
    for file, (kind, words) in refusals.items():
        with pytest.raises(kind, match=words):
            desk.care.restore(file)
    assert desk.words() == {"old", "new"}
    assert desk.files() == {"fbridge.db"}


def test_a_damaged_page_is_found(desk: Any, copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[-4096 * 3 : -4096 * 2] = b"\xff" * 4096
    copy.write_bytes(content)
    with pytest.raises(FbridgeError, match=r"is damaged|cannot be read"):
        desk.care.restore(copy)
    assert desk.words() == {"old", "new"}


def test_a_damaged_or_lost_database_is_replaced(desk: Any, copy: Path) -> None:
    desk.path.write_bytes(b"\0" * 10_000)
    restored = desk.care.restore(copy)
    assert restored.kept is not None
    assert restored.kept.read_bytes() == b"\0" * 10_000
    assert desk.words() == {"old"}
    desk.path.unlink()
    assert desk.care.restore(copy).kept is None
    assert desk.words() == {"old"}


def test_an_older_schema_is_brought_up_to_date(desk: Any, tmp_path: Path, old_backup: Path) -> None:
    desk.care.restore(old_backup)
    assert desk.words() == {"of the first schema"}
    database = desk.open()
    with push_turn(database, "shop", tmp_path / "locks") as turn:
        assert turn.restored_epoch == turn.epoch
    database.close()


def die_at(act: int) -> None:
    """Kill this process at its so manieth act on a file."""
    left = [act]

    def count(event: str, _arguments: tuple[Any, ...]) -> None:
        if event in FILE_ACTS:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


@pytest.mark.parametrize(
    "damaged", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["sound", "damaged"]
)
def test_killed_at_any_point_the_old_or_the_new_one_is_there_and_again_finishes(
    desk: Any, copy: Path, read_words: ReadWords, tmp_path: Path, damaged: bool
) -> None:
    desk.be_killed_after("newest")
    if damaged:
        with desk.path.open("r+b") as file:
            file.write(b"\xff" * 100)
    start = tmp_path / "start"
    shutil.copytree(desk.path.parent, start)
    for act in range(60):
        shutil.rmtree(desk.path.parent)
        shutil.copytree(start, desk.path.parent)
        if (child := os.fork()) == 0:
            die_at(act)
            desk.care.restore(copy)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        shutil.copytree(desk.path.parent, tmp_path / f"seen{act}")
        seen = tmp_path / f"seen{act}" / "fbridge.db"
        if not damaged:
            assert read_words(seen) in ({"old", "new", "newest"}, {"old"})
        elif not seen.exists():
            with pytest.raises(StorageError, match="is gone"):
                desk.open()
        elif not seen.read_bytes().startswith(b"\xff"):
            assert read_words(seen) == {"old"}
        desk.care.restore(copy)
        assert desk.words() == {"old"}, act
        assert not {name for name in desk.files() if name.startswith(".")}
        if os.WIFEXITED(status):
            assert act > 8
            return
    raise AssertionError("it never ended")
