"""``fbridge status`` as the page of the day: each store, how old things are, and what turns the exit code."""

from __future__ import annotations

import json
import logging
import warnings
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from fbridge.cli.log_file import JsonLines, log_to_stderr
from fbridge.http.redaction import Redactor


def made(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")


def limits(user: Any, **ages: str) -> None:
    config = user.home / "config.toml"
    lines = [line for line in config.read_text().splitlines() if not line.startswith("status.")]
    config.write_text("\n".join([*(f'status.{name} = "{age}"' for name, age in ages.items()), *lines]))


@pytest.fixture
def office(user: Any, shop: Any) -> Any:
    """Orders of today, of two days and of ten days ago, one of them paid later."""
    user.add_shop(shop)
    shop.sell(1001, created_at=made(0.1))
    shop.sell(1002, created_at=made(2))
    shop.sell(1003, created_at=made(10))
    shop.sell(1004, created_at=made(10), status="cancelled")
    return user


def test_each_store_has_its_day(office: Any) -> None:
    (day,) = office.json("status")["data"]["stores"]
    assert (day["store"], day["fetched_at"], day["lines"]) == ("shop", None, [])
    assert "never fetched" in office.run("status").stdout
    office.run("fetch")
    (day,) = office.json("status")["data"]["stores"]
    assert day["fetched_at"]
    assert (day["fetch_overdue"], day["next_step"]) == (False, "fbridge fetch shop")
    assert [(line["what"], line["count"]) for line in day["lines"]] == [
        ("open_orders", 1),
        ("open_orders_1d", 1),
        ("open_orders_7d", 1),
    ]
    for line in day["lines"][1:]:  # each command shows those, and those that are older
        listed = office.json(*line["next_step"].split()[1:])["items"]
        assert len(listed) >= line["count"]
        assert "1004" not in {one["number"] for one in listed}
    told = office.run("status").stdout
    assert "open orders of over a week" in told
    assert "fbridge orders list --open --store shop --older-than 7d" in told


def test_what_is_stuck_stands_with_its_store(office: Any) -> None:
    office.run("fetch")
    office.run("carrier", "add", "BRT", "Bartolini")
    office.run("manifest", "add", "BRT", "1001", "1002")
    office.run("tracking", "set", "1001", "T1")
    office.run("manifest", "ship", "BRT", "--no-check")
    (day,) = office.json("status")["data"]["stores"]
    lines = {line["what"]: (line["count"], line["next_step"]) for line in day["lines"]}
    assert lines["ready"][0] + lines.get("waiting", (0, ""))[0] == 2
    assert lines["ready"][1] == "fbridge push shop"


def test_limits_of_the_settings_turn_the_exit_code(office: Any) -> None:
    office.run("fetch")
    office.run("status")
    limits(office, open_order="5d")
    told = office.json("status", code=1)["data"]["stores"][0]["lines"]
    assert [line["what"] for line in told if line["overdue"]] == ["open_orders_7d"]
    limits(office, open_order="never", fetch="0")
    assert office.json("status", code=1)["data"]["stores"][0]["fetch_overdue"]
    assert "overdue" in office.run("status", code=1).stdout
    limits(office, fetch="never")
    office.run("status")


def test_a_limit_that_makes_no_sense_is_named(office: Any) -> None:
    for limit, said in (
        ({"fetch": "soon"}, "or never"),
        ({"fetched": "1d"}, "fetched"),
        ({"ready": "-1h"}, "or never"),
    ):
        limits(office, **limit)
        told = office.run("status", code=3).stderr
        assert "config.toml" in told
        assert said in told


def test_a_health_check_is_a_line_and_the_exit_code(office: Any) -> None:
    office.run("fetch")
    assert office.run("status", "--check").stdout == "Nothing is overdue, and nothing needs a person.\n"
    limits(office, fetch="0")
    assert office.run("status", "--check", code=1).stdout == "Something is overdue or needs a person.\n"


def test_a_log_for_containers_is_an_object_a_line_without_secrets(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = office.run("fetch", "--quiet", "--log-format", "json").stderr.splitlines()
    lines = [json.loads(line) for line in told]
    assert {"time", "level", "logger", "process", "message"} <= set(lines[0])
    assert any(line["message"].startswith("fetch from shop: 4 orders") for line in lines)
    monkeypatch.setenv("FBRIDGE_LOG_FORMAT", "xml")
    assert "FBRIDGE_LOG_FORMAT: must be text or json." in office.run("status", code=3).stderr
    redactor = Redactor(["cs_hush"])
    failed = (ValueError, ValueError("cs_hush"), None)
    record = logging.LogRecord("fbridge.x", logging.ERROR, "x", 1, 'said "%s"\n', ("cs_hush",), failed)
    line = JsonLines().format(record)
    assert (redactor.text("cs_hush") in line, "cs_hush" in line, "\n" in line) == (True, False, False)
    assert json.loads(line)["traceback"].startswith("ValueError")


def test_warnings_of_libraries_and_the_end_of_a_thread_are_objects_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def end() -> None:
        raise ValueError("it broke")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with log_to_stderr(everything=False, as_json=True):
            warnings.warn("this goes away", UserWarning, stacklevel=1)
            thread = Thread(target=end, name="beat")
            thread.start()
            thread.join()
    warned, ended = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (warned["level"], "this goes away" in warned["message"]) == ("warning", True)
    assert (ended["message"], "it broke" in ended["traceback"]) == ("thread beat ended", True)
