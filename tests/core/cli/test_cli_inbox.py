"""A folder that a scheduler empties: whole files are taken once, refused rows come back to be mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from fbridge.office import inbox


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "shipments").mkdir(parents=True)
    (tmp_path / "inbox" / "tracking").mkdir()
    return tmp_path / "inbox"


def run(user: Any, folder: Path, *more: str, code: int = 0) -> list[tuple[str, str, str]]:
    items = user.json("inbox", "run", str(folder), "--settle", "0", *more, code=code)["items"]
    return [(one["file"], one["outcome"], one["reason"]) for one in items]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {
        ".inbox.lock"
    }


def test_an_evenings_files_are_taken_shipments_first(ready_user: Any, folder: Path, home: Path) -> None:
    (home / "maps").mkdir()
    (home / "maps" / "brt.toml").write_text("[columns]\ndocument = 1\ntracking = 2\n", "utf-8")
    (folder / "tracking" / "brt").mkdir()
    (folder / "tracking" / "brt" / "a.csv").write_text("1;BRT1\n", "utf-8")
    (folder / "shipments" / "z.csv").write_text("document;year;order\n1;2026;1001\n", "utf-8")
    (folder / "shipments" / "~$z.xlsx").write_text("lock", "utf-8")
    (folder / "shipments" / "y.csv.part").write_text("document;year", "utf-8")
    assert run(ready_user, folder, "--manifest") == [
        ("shipments/z.csv", "done", "taken"), ("tracking/brt/a.csv", "done", "taken"),
    ]  # fmt: skip
    assert ready_user.json("shipment", "show", "S1")["data"]["numbers"] == ["BRT1"]
    assert files(folder) == {
        "done/shipments/z.csv", "done/tracking/brt/a.csv", "out/z.csv.report.json", "out/z.csv.report.txt",
        "out/a.csv.report.json", "out/a.csv.report.txt", "shipments/~$z.xlsx", "shipments/y.csv.part",
    }  # fmt: skip
    assert run(ready_user, folder) == []


def test_refused_rows_come_back_and_their_file_is_read_again(ready_user: Any, folder: Path) -> None:
    text = "document;year;order\n1;2026;1001\n2;2026;1009\n"
    (folder / "shipments" / "erp.csv").write_text(text, "utf-8")
    assert run(ready_user, folder, code=1) == [("shipments/erp.csv", "errors", "rows_refused")]
    report = json.loads((folder / "out" / "erp.csv.report.json").read_text("utf-8"))
    assert [row["reason"] for row in report["rows"]] == ["taken", "unknown_order"]
    assert "Row 3" in (folder / "out" / "erp.csv.report.txt").read_text("utf-8")
    (folder / "shipments" / "erp.csv").write_text(text, "utf-8")  # it comes again as it was
    assert run(ready_user, folder, code=1) == [("shipments/erp.csv", "errors", "rows_refused")]
    mended = (folder / "errors" / "erp.refused.csv").read_text("utf-8").replace("1009", "1002")
    (folder / "shipments" / "erp.csv").write_text(mended, "utf-8")
    assert run(ready_user, folder) == [("shipments/erp.csv", "done", "taken")]
    (folder / "shipments" / "again.csv").write_text(mended, "utf-8")
    assert run(ready_user, folder) == [("shipments/again.csv", "done", "done_before")]
    assert len(ready_user.json("shipment", "list")["items"]) == 2


def test_files_that_are_written_or_open_wait_and_broken_ones_are_put_aside(
    ready_user: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("growing.csv", "open.csv", "broken.csv"):
        (folder / "shipments" / name).write_text(
            "x;y\n" if name == "broken.csv" else "order\n1001\n", "utf-8"
        )
    (folder / "shipments" / ".~lock.open.csv#").write_text("Anna", "utf-8")
    settings = inbox.run_inbox.__defaults__
    assert settings is not None

    def grows(_seconds: float) -> None:
        with (folder / "shipments" / "growing.csv").open("a", encoding="utf-8") as file:
            file.write("1002\n")

    monkeypatch.setattr(inbox.run_inbox, "__defaults__", (grows,))
    assert sorted(run(ready_user, folder, code=1)) == [
        ("shipments/broken.csv", "errors", "no_header"), ("shipments/open.csv", "left", "file_open"),
    ]  # fmt: skip
    assert "shipments/growing.csv" in files(folder)
    assert "no column has a known name" in (folder / "out" / "broken.csv.report.txt").read_text("utf-8")
    monkeypatch.setattr(inbox.run_inbox, "__defaults__", settings)
    assert ("shipments/growing.csv", "done", "taken") in run(ready_user, folder, code=1)


def test_a_run_that_was_killed_before_it_moved_the_file_is_gone_on_with(
    ready_user: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shipments" / "erp.csv").write_text("document;year;order\n1;2026;1001\n", "utf-8")

    def killed(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        ready_user.run("inbox", "run", str(folder), "--settle", "0", code=130)
    assert run(ready_user, folder) == [("shipments/erp.csv", "done", "taken")]
    assert len(ready_user.json("shipment", "list")["items"]) == 1


def test_two_runs_at_once_and_a_folder_that_is_not_there(
    ready_user: Any, folder: Path, tmp_path: Path
) -> None:
    with FileLock(folder / ".inbox.lock"):
        ready_user.run("inbox", "run", str(folder), code=7)
    assert "no folder" in ready_user.run("inbox", "run", str(tmp_path / "none"), code=2).output
