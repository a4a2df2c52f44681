"""``fbridge evening``: each carrier stands at its own step, and a second call goes on there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def packed(ready_user: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Three orders in shipments with numbers, two for BRT and one for GLS, on no manifest; an empty folder."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    ready_user.run("carrier", "add", "GLS", "General Logistics")
    for number, carrier in ((1001, "BRT"), (1002, "BRT"), (1003, "GLS")):
        ready_user.run(
            "shipment", "create", str(number), "--carrier", carrier, "--number", f"{carrier}{number}"
        )
    ready_user.run("carrier", "map", "shop", "GLS", "gls_it")
    return ready_user


def test_an_evening_of_two_drivers_and_two_calls(packed: Any, shop: Any) -> None:
    first = packed.run("evening", answers="y\nn\ny\n").output
    assert "Manifest 2026-0001 (BRT), preparing: 2 shipments" in first
    assert "Has the driver of" in first
    assert "Manifest 2026-0001 is shipped." in first
    assert "Manifest 2026-0002 waits for its driver; then: fbridge evening GLS" in first
    assert {path.name for path in Path().iterdir()} == {"manifest-2026-0001.pdf", "manifest-2026-0002.pdf"}
    assert shop.order(1001)["status"] != "open"
    assert shop.order(1003)["status"] == "open"
    second = packed.run("evening", "GLS", answers="y\ny\n").output
    assert "Printed" not in second
    assert "Manifest 2026-0002 is shipped." in second
    assert shop.order(1003)["status"] != "open"
    assert "nothing is in the house" in packed.run("evening", "BRT", "--yes").output


def test_a_script_never_says_that_the_driver_has_come(packed: Any, shop: Any) -> None:
    said = packed.run("evening", "--yes", "--no-print").output
    assert "Manifest 2026-0001 waits for its driver" in said
    assert shop.order(1001)["status"] == "open"
    answer = packed.json("evening", "--yes", "--no-print", "--assume-collected")
    assert [one["shipped"] for one in answer["data"]["shipped"]] == [True, True]
    assert {one["state"] for one in answer["data"]["results"]} == {"sent"}
    assert shop.order(1001)["status"] != "open"


def test_one_carriers_trouble_stops_no_other(packed: Any, shop: Any) -> None:
    shop.sell(1001, status="cancelled")
    said = packed.run("evening", "--yes", "--no-print", "--assume-collected", code=1).output
    assert "Manifest 2026-0001 is not shipped" in said
    assert "Manifest 2026-0002 is shipped." in said
    assert shop.order(1003)["status"] != "open"
    said = packed.run(
        "evening", "BRT", "--yes", "--no-print", "--assume-collected", "--leave-out-bad", code=1
    ).output
    assert "Manifest 2026-0001 is shipped." in said
    assert shop.order(1002)["status"] != "open"


def test_nobody_to_ask_is_said(packed: Any) -> None:
    assert "say --yes" in packed.run("evening", code=2).stderr


def test_a_carrier_that_is_none_is_said_and_the_others_are_served(packed: Any, shop: Any) -> None:
    said = packed.run("evening", "BTR", "GLS", "--yes", "--no-print", "--assume-collected", code=1).output
    assert 'Did you mean "BRT"?' in said
    assert shop.order(1003)["status"] != "open"
