"""``fbridge manifest print``: a file in its place as a whole, and sentences for what does not go."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def packed(ready_user: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Somebody in an empty folder, with a manifest of one order."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    ready_user.run("manifest", "add", "BRT", "1001")
    return ready_user


def test_the_file_is_in_this_folder_and_the_next_step_is_told(packed: Any) -> None:
    said = packed.run("manifest", "print", "BRT").output
    assert Path("manifest-2026-0001.pdf").read_bytes().startswith(b"%PDF")
    assert "Printed: manifest-2026-0001.pdf" in said
    assert "fbridge manifest ship 2026-0001" in said
    assert "company" in said
    assert stat.S_IMODE(Path("manifest-2026-0001.pdf").stat().st_mode) == 0o600


def test_programs_learn_file_revision_and_warnings(packed: Any) -> None:
    answer = packed.json(
        "manifest", "print", "BRT", "--format", "html", "-o", "page.html", "--language", "it"
    )
    assert "Distinta di spedizione" in Path("page.html").read_text("utf-8")
    assert (answer["data"]["file"], answer["data"]["revision"]) == ("page.html", 1)
    assert any("Without a weight" in words for words in answer["data"]["warnings"])


def test_nothing_is_left_where_it_cannot_be_written(packed: Any) -> None:
    said = packed.run("manifest", "print", "BRT", "-o", "nowhere/page.pdf", code=2).output
    assert "nowhere/page.pdf cannot be written: No such file or directory." in said
    assert not list(Path().iterdir())
    assert packed.json("manifest", "print", "BRT")["data"]["reprint"] is False


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_device_is_written_and_never_replaced(packed: Any) -> None:
    said = packed.run("manifest", "print", "BRT", "-o", "/dev/full", code=2).output
    assert "/dev/full cannot be written: No space left on device." in said
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_what_a_link_leads_to_is_written_and_the_link_stays(packed: Any) -> None:
    Path("link.pdf").symlink_to("real.pdf")
    Path("real.pdf").write_bytes(b"")
    packed.run("manifest", "print", "BRT", "-o", "link.pdf")
    assert Path("link.pdf").is_symlink()
    assert Path("real.pdf").read_bytes().startswith(b"%PDF")


def test_a_sender_that_cannot_be_read_is_named(packed: Any) -> None:
    config = packed.home / "config.toml"
    config.write_text(f'[sender]\nlogo = "/no/such.png"\n{config.read_text("utf-8")}', "utf-8")
    said = packed.run("manifest", "print", "BRT", code=3).output
    assert 'field "logo": there is no file /no/such.png' in said
