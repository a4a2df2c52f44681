"""``fbridge demo`` as a newcomer runs it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.valid_answers import assert_valid

LONGEST_SECONDS = 20
"""Of its own; when programs wait for a processor that others have is not counted."""
LONGEST_LINES = 60
PATIENCE = 600

pytestmark = pytest.mark.timeout(PATIENCE + 60)


@dataclass(frozen=True)
class Names:
    """What a platform's staff calls the states of an order; "" where it leaves the one that was before."""

    platform: str
    shipped: str
    cancelled: str
    in_part: str = ""
    shipped_unpaid: str | None = None


PLATFORMS = (
    Names("woocommerce", shipped="completed", cancelled="cancelled"),
    Names("prestashop", shipped="Shipped", cancelled="Canceled"),
    Names("magento", shipped="complete", cancelled="closed", shipped_unpaid="processing"),
    Names("shopify", shipped="FULFILLED", cancelled="CANCELLED", in_part="PARTIALLY_FULFILLED"),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's own things are."""
    monkeypatch.setenv("FBRIDGE_HOME", str(tmp_path))
    return tmp_path


def demo(*options: str) -> str:
    command = [sys.executable, "-m", "fbridge", "demo", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout


@pytest.mark.parametrize(
    "names",
    [pytest.param(one, marks=[pytest.mark.slow] * (one.platform != "woocommerce")) for one in PLATFORMS],
    ids=lambda names: names.platform,
)
def test_the_evening_loses_nothing_and_doubles_nothing(names: Names, home: Path) -> None:
    answer = json.loads(demo("--platform", names.platform, "--json"))
    assert_valid(answer, "demo")
    facts = answer["data"]
    assert facts["platform"] == names.platform
    assert (facts["lost"], facts["doubled_numbers"], facts["second_mails"]) == (0, 0, 0)
    assert facts["killed_after_mails"] > 0
    assert Path(facts["paper"]) == home / "demo" / "manifest-2026-0001.pdf"
    assert [path.name for path in home.iterdir()] == ["demo"]
    assert facts["sent"] == len(facts["comparison"]) - 1
    rows = {row["what"]: row for row in facts["comparison"]}
    assert len(rows["three parcels"]["numbers"]) == 3
    assert rows["three parcels"]["after"] == names.shipped
    assert rows["a part of it"]["after"] == (names.in_part or rows["a part of it"]["before"]) != names.shipped
    assert len(rows["a part of it"]["numbers"]) == 1
    assert rows["cancelled meanwhile"]["after"] == names.cancelled
    assert rows["cancelled meanwhile"]["numbers"] == []
    assert facts["stopped"] == [rows["cancelled meanwhile"]["order"]]
    for what, after in (("paid", names.shipped), ("cash on delivery", names.shipped_unpaid or names.shipped)):
        whole = [row for row in facts["comparison"] if row["what"] == what]
        assert {(row["after"], row["mails"], len(row["numbers"])) for row in whole} == {(after, 1, 1)}


def unhindered_seconds() -> float:
    """A clock that stands still while any program waits for a processor, where the system counts that."""
    pressure = Path("/proc/pressure/cpu")
    waited = re.search(r"some .*total=(\d+)", pressure.read_text()) if pressure.exists() else None
    return time.monotonic() - (int(waited[1]) / 1e6 if waited else 0)


@pytest.mark.slow
@pytest.mark.parametrize("names", PLATFORMS, ids=lambda names: names.platform)
def test_it_fits_a_screen_names_each_command_and_the_other_platforms(names: Names) -> None:
    usual, start = names is PLATFORMS[0], unhindered_seconds()
    lines = demo(*() if usual else ("--platform", names.platform)).splitlines()
    assert unhindered_seconds() - start < LONGEST_SECONDS
    assert f"--platform {names.platform} " in "".join(lines[:3])
    assert len(lines) <= LONGEST_LINES
    assert sum(line.startswith("$ fbridge ") for line in lines) == 12
    assert lines[-3].endswith("0 lost, 0 doubled, 0 second mails.")
    others = (f"fbridge demo --platform {one.platform}" for one in PLATFORMS if one is not names)
    assert set(lines[-1].partition(": ")[2].split("; ")) == set(others)


@pytest.mark.slow
@pytest.mark.usefixtures("_ctrl_c_reaches_children")
def test_the_evening_is_ready_to_be_played_in_a_browser_and_leaves_nothing(home: Path) -> None:
    command = [sys.executable, "-m", "fbridge", "demo", "--office", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answer = json.loads(process.stdout.readline())
        assert_valid(answer, "demo --office")
        with urlopen(answer["data"]["url"] + "/sign-in") as page:
            assert "Sign in" in page.read().decode()
        folders = set(Path(tempfile.gettempdir()).glob("fbridge-demo-*"))
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert not any(home.iterdir())
    assert len([one for one in folders if not one.exists()]) == 1, "its own folder is gone"
