"""A database that was there and is gone, empty or cut is never taken for a new one at rest."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from fbridge.context import utc_now
from fbridge.errors import InputError, StorageError
from fbridge.push.turn import push_turn
from fbridge.storage.backup import backup
from fbridge.storage.database import open_database
from fbridge.stores.rows import ensure_store


def test_a_first_start_just_works(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'fbridge.db'}"
    open_database(url, records=tmp_path / "not there").close()
    open_database("sqlite://", records=tmp_path).close()
    other = f"sqlite:///{tmp_path / 'other' / 'fbridge.db'}"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "fbridge.db").touch()
    open_database(other, records=tmp_path).close()


@pytest.mark.parametrize("left", ["nothing", "an empty file", "a -wal"])
def test_a_database_that_is_gone_is_said_with_both_ways_out(desk: Any, left: str) -> None:
    if left == "a -wal":
        desk.be_killed_after("newest")
    desk.path.unlink()
    if left == "an empty file":
        desk.path.touch()
    with pytest.raises(StorageError, match=r"is (gone|empty) \(it was last used on .*UTC\)") as told:
        desk.words()
    assert "fbridge db restore FILE" in str(told.value)
    assert "fbridge db create" in str(told.value)
    assert {problem.reason for problem in desk.care.check().problems} == {"database_gone"}
    desk.care.create()
    assert desk.words() == set()
    with pytest.raises(InputError, match="There is a database"):
        desk.care.create()


def test_what_is_left_of_a_lost_database_is_kept(desk: Any) -> None:
    desk.be_killed_after("newest")
    wal = desk.path.with_name("fbridge.db-wal").read_bytes()
    desk.path.unlink()
    desk.care.create()
    (kept,) = (name for name in desk.files() if ".lost-" in name and name.endswith("-wal"))
    assert desk.path.with_name(kept).read_bytes() == wal


def test_a_wal_alone_tells_that_there_was_one_even_without_a_record(desk: Any) -> None:
    desk.be_killed_after("newest")
    desk.path.unlink()
    with pytest.raises(StorageError, match=r"its fbridge\.db-wal is still there"):
        open_database(desk.url)


def test_after_beginning_anew_all_is_looked_up_before_it_is_sent(desk: Any, tmp_path: Path) -> None:
    desk.path.unlink()
    desk.care.create()
    database = desk.open()
    with database.write() as connection:
        ensure_store(connection, "shop", "plain", at=utc_now())
    with push_turn(database, "shop", tmp_path / "locks") as turn:
        assert turn.restored_epoch == turn.epoch
    database.close()


@pytest.mark.parametrize("size", [50, 4096, 30_000])
def test_a_cut_database_is_one_sentence(desk: Any, size: int) -> None:
    desk.path.write_bytes(desk.path.read_bytes()[:size])
    with pytest.raises(StorageError, match=r"fbridge\.db: it is (damaged|not a database)"):
        desk.words()
    assert "damaged" in {problem.reason for problem in desk.care.check().problems}


def test_a_backup_copied_by_hand_beside_the_wal_of_the_former_one_is_refused(
    desk: Any, tmp_path: Path
) -> None:
    backup(desk.path, tmp_path / "backup.db")
    desk.mark(*(f"later {count}" for count in range(50)))
    desk.be_killed_after("newest")
    content = (tmp_path / "backup.db").read_bytes()
    desk.path.write_bytes(content)
    for _ in range(2):
        with pytest.raises(StorageError, match=r"was replaced while the fbridge\.db-wal") as told:
            desk.words()
        assert "fbridge db restore FILE" in str(told.value)
    assert {problem.reason for problem in desk.care.check().problems} == {"foreign_wal"}
    assert desk.path.read_bytes() == content, "nothing was mixed"
    desk.care.restore(tmp_path / "backup.db")
    assert desk.words() == {"old"}
    assert desk.care.check().sound


def test_the_wal_of_a_killed_process_is_its_own(desk: Any) -> None:
    for count in range(5):
        desk.be_killed_after(f"word {count}", *(f"more {count} {n}" for n in range(300)))
        assert f"word {count}" in desk.words()
    desk.be_killed_after("with a checkpoint", *(f"and {n}" for n in range(1200)))
    assert "and 1199" in desk.words()


def test_a_folder_that_was_copied_as_a_whole_is_whole(desk: Any, tmp_path: Path) -> None:
    desk.be_killed_after("newest")
    shutil.copytree(desk.path.parent, tmp_path / "moved")
    database = open_database(f"sqlite:///{tmp_path / 'moved' / 'fbridge.db'}")
    database.close()


def test_others_at_work_do_not_look_like_a_replaced_file(desk: Any) -> None:
    """A reader keeps old pages in the -wal while others write and carry over what they can."""
    reader, writer = desk.open(), desk.open()
    with reader.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM counters").scalar_one()
        for count in range(1100):
            with writer.write() as writing:
                writing.exec_driver_sql(f"INSERT INTO counters VALUES ('word {count}', 1)")
            if count % 100 == 0:
                desk.words()
        with writer.session() as session:
            session.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        desk.words()
    writer.close()
    reader.close()
    assert len(desk.words()) == 1101
