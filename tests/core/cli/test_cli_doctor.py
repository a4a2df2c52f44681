"""``fbridge doctor``: what it looks at, that it changes nothing, and what a bundle does not hold."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fbridge.doctor import installation_looks


def looks_of(user: Any, *words: str, code: int = 1) -> dict[tuple[str, str], dict[str, Any]]:
    found = user.json("doctor", *words, code=code)["data"]["looks"]
    return {(look["about"], look["name"]): look for look in found}


def test_an_installation_in_order_but_for_its_backup(ready_user: Any) -> None:
    looks = looks_of(ready_user)
    assert looks["plugins", "plain"]["ok"]
    assert "contract 1" in looks["plugins", "plain"]["words"]
    assert looks["database", "sound"]["ok"]
    assert looks["shop", "reachable"]["ok"]
    assert [look["next_step"] for look in looks.values() if not look["ok"]] == ["fbridge db backup"]
    ready_user.run("db", "backup")
    assert "All is well." in ready_user.run("doctor").stdout


def test_variables_of_telemetry_that_is_not_installed_are_told(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ("fbridge", "telemetry") not in looks_of(user, "--no-stores", code=0)
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    assert looks_of(user, "--no-stores", code=0)["fbridge", "telemetry"]["ok"]
    monkeypatch.setattr(installation_looks, "is_possible", lambda: False)
    look = looks_of(user, "--no-stores")["fbridge", "telemetry"]
    assert "[otel]" in look["next_step"]


def test_what_is_wrong_is_told_with_its_cause_and_nothing_is_changed(ready_user: Any, shop: Any) -> None:
    file = ready_user.home / "fbridge.db"
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '0019'")
    shop.file.unlink()
    looks = looks_of(ready_user)
    assert "0019" in looks["database", "schema"]["words"]
    assert not looks["stores", "skipped"]["ok"]
    (ready_user.home / "secrets.toml").chmod(0o644)
    assert "chmod 600" in looks_of(ready_user)["folders", "secrets.toml"]["words"]
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0019",)


def test_a_store_that_does_not_answer_stops_no_other_look(ready_user: Any, shop: Any) -> None:
    shop.file.unlink()
    assert "does not answer" in looks_of(ready_user)["shop", "reachable"]["words"]


def test_an_empty_home_is_looked_at_and_stays_empty(ready_user: Any, tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    ready_user.run("--home", str(empty), "doctor")
    assert not empty.exists()


def test_a_bundle_holds_no_secret_and_no_place(ready_user: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.zip"
    ready_user.run("doctor", "--bundle", str(file), code=1)
    with zipfile.ZipFile(file) as made:
        text = made.read("doctor.json").decode()
    assert {look["about"] for look in json.loads(text)["looks"]} >= {"fbridge", "plugins", "database", "shop"}
    assert str(ready_user.home) not in text
    secrets = (ready_user.home / "secrets.toml").read_text("utf-8")
    (key,) = [line.split('"')[1] for line in secrets.splitlines() if line.startswith("key")]
    assert key not in text
