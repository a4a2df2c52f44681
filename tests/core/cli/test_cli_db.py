"""``fbridge db`` as a person meets it: check, backup, restore, and a database that is gone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from fbridge.exit_codes import ExitCode


def test_a_backup_is_put_back_and_the_former_database_is_kept(ready_user: Any, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    ready_user.run("db", "backup", str(file))
    ready_user.run("carrier", "add", "GLS", "General Logistics")
    told = ready_user.run("db", "restore", str(file))
    assert f"{file} is the database now." in told.output
    assert "looks up on the stores" in told.output
    assert "GLS" not in ready_user.run("carrier", "list").output
    kept = next(ready_user.home.glob("fbridge.db.replaced-*"))
    assert str(kept) in told.output.replace("\n", "")
    answer = ready_user.json("db", "restore", str(kept))["data"]
    assert Path(answer["kept"]).exists()
    assert "GLS" in ready_user.run("carrier", "list").output


def test_restore_wants_a_file_or_done(ready_user: Any) -> None:
    assert "--done" in ready_user.run("db", "restore", code=ExitCode.USAGE).output
    ready_user.run("db", "restore", "x.db", "--done", code=ExitCode.USAGE)
    assert "is not there" in ready_user.run("db", "restore", "x.db", code=ExitCode.USAGE).output
    assert "Noted." in ready_user.run("db", "restore", "--done").output
    assert ready_user.json("db", "check")["data"]["restored"][0]["store"] == "shop"


def test_a_backup_replaces_no_file(ready_user: Any, tmp_path: Path) -> None:
    ready_user.run("db", "backup", str(tmp_path / "copy.db"))
    told = ready_user.run("db", "backup", str(tmp_path / "copy.db"), code=ExitCode.USAGE)
    assert "is there already" in told.output
    told = ready_user.run("db", "backup", str(tmp_path / "no" / "copy.db"), code=ExitCode.CONFIGURATION)
    assert "cannot be written: No such file or directory" in told.output


def test_check_says_that_all_is_well_or_what_is_wrong(ready_user: Any) -> None:
    assert "is sound (schema " in ready_user.run("db", "check").output
    report = ready_user.json("db", "check")["data"]
    assert report["problems"] == []
    assert report["free"] > report["size"] > 0
    path = ready_user.home / "fbridge.db"
    path.write_bytes(path.read_bytes()[:5000])
    told = ready_user.run("db", "check", code=ExitCode.CONFIGURATION)
    assert "fbridge db restore FILE" in told.output
    report = ready_user.json("db", "check", code=ExitCode.CONFIGURATION)["data"]
    assert report["problems"][0]["reason"] == "damaged"
    told = ready_user.run("status", code=ExitCode.CONFIGURATION)
    assert "it is damaged; restore a backup: fbridge db restore FILE" in told.output.replace("\n", " ")


def test_a_database_that_is_gone_is_no_new_one_at_rest(ready_user: Any, tmp_path: Path) -> None:
    ready_user.run("db", "backup", str(tmp_path / "copy.db"))
    (ready_user.home / "fbridge.db").unlink()
    for words in (("status",), ("push", "--yes"), ("fetch",), ("db", "backup"), ("db", "check")):
        told = ready_user.run(*words, code=ExitCode.CONFIGURATION).output.replace("\n", " ")
        assert "is gone (it was last used on" in told
        assert "fbridge db restore FILE, or begin anew: fbridge db create" in told
    assert not (ready_user.home / "fbridge.db").exists()
    ready_user.run("db", "restore", str(tmp_path / "copy.db"))
    assert "BRT" in ready_user.run("carrier", "list").output
    shutil.copy(ready_user.home / "fbridge.db", tmp_path / "kept.db")
    (ready_user.home / "fbridge.db").write_bytes(b"")
    assert "is empty" in ready_user.run("status", code=ExitCode.CONFIGURATION).output
    ready_user.run("db", "create")
    assert "There is no carrier" in ready_user.run("carrier", "list").output
    assert "There is a database" in ready_user.run("db", "create", code=ExitCode.USAGE).output


def test_a_folder_that_may_not_be_written_to_is_one_sentence(ready_user: Any) -> None:
    """Root may write everywhere, so the file stands in for the folder."""
    path = ready_user.home / "fbridge.db"
    for file in ready_user.home.glob("fbridge.db-*"):
        file.unlink()
    path.rename(ready_user.home / "kept.db")
    path.mkdir()
    told = ready_user.run("status", code=ExitCode.CONFIGURATION)
    assert "cannot be opened; check the folder and its rights" in told.output.replace("\n", " ")
