"""``fbridge demo`` as a newcomer runs it."""

from __future__ import annotations

import json
import subprocess
import sys


def demo(*options: str) -> str:
    command = [sys.executable, "-m", "fbridge", "demo", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_the_evening_loses_nothing_and_doubles_nothing() -> None:
    facts = json.loads(demo("--json"))["data"]
    assert (facts["lost"], facts["doubled_numbers"], facts["second_mails"]) == (0, 0, 0)
    assert facts["killed_after_mails"] > 0
    rows = {row["what"]: row for row in facts["comparison"]}
    assert len(rows["three parcels"]["numbers"]) == 3
    assert rows["three parcels"]["after"] == "completed"
    assert rows["a part of it"]["after"] == rows["a part of it"]["before"] == "processing"
    assert rows["cancelled meanwhile"]["numbers"] == []
    assert [row["order"] for row in facts["comparison"] if row["what"] == "cancelled meanwhile"] == facts[
        "stopped"
    ]
    paid = [row for row in facts["comparison"] if row["what"] in ("paid", "cash on delivery")]
    assert {(row["after"], row["mails"], len(row["numbers"])) for row in paid} == {("completed", 1, 1)}


def test_it_fits_a_screen_and_names_each_command() -> None:
    lines = demo().splitlines()
    assert len(lines) <= 60
    assert sum(line.startswith("$ fbridge ") for line in lines) == 10
    assert lines[-2].endswith("0 lost, 0 doubled, 0 second mails.")
