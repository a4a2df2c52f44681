"""``fbridge evening``: each carrier stands at its own step, and a second call goes on there."""

from __future__ import annotations

import json
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


def test_a_summary_that_can_be_mailed(packed: Any) -> None:
    words = ("evening", "BRT", "--yes", "--no-print", "--assume-collected", "--report")
    packed.run(*words, "evening.txt")
    text = Path("evening.txt").read_text("utf-8")
    assert "Manifest 2026-0001 (BRT), shipped: 2 shipments, 2 parcels" in text
    assert "shop: sent 2" in text
    assert "Left in the house: 1." in text
    packed.run("evening", "GLS", *words[2:], "evening.json")
    told = json.loads(Path("evening.json").read_text("utf-8"))
    assert [(one["carrier"], one["parcels"]) for one in told["shipped"]] == [("GLS", 1)]
    assert told["stores"] == {"shop": {"sent": 1}}
    assert told["in_the_house"] is None


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
    (failed,) = packed.json("evening", "BTR", "--yes", "--no-print", code=2)["data"]["failed"]
    assert failed["carrier"] == "BTR"


def test_the_evening_of_120_orders_is_a_few_commands(
    user: Any, make_shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stores, three couriers, the ERP's file and the courier's: at most 5 commands and 200 keys."""
    monkeypatch.chdir(tmp_path)
    stores = {"shop": range(1001, 1061), "b2b": range(2001, 2061)}
    shops = {name: make_shop(name) for name in stores}
    for name, numbers in stores.items():
        for number in numbers:
            shops[name].sell(number)
        user.add_shop(shops[name], name=name)
    for carrier in ("BRT", "GLS", "SDA"):
        user.run("carrier", "add", carrier)
        for name in stores:
            user.run("carrier", "map", name, carrier, "gls_it" if carrier == "GLS" else "bartolini")
    couriers = ("BRT", "GLS", "SDA")
    orders = [number for numbers in stores.values() for number in numbers]
    documents = [f"{order};{at}/A;28/11/2026;{couriers[at % 3]};1;1,5" for at, order in enumerate(orders, 1)]
    Path("docs.csv").write_text("\n".join(["Ordine;Documento;Data;Vettore;Colli;Peso", *documents]), "cp1252")
    numbers = [f"{at}/A;{couriers[at % 3]}{order}IT" for at, order in enumerate(orders, 1)]
    Path("num.csv").write_text("\n".join(["Riferimento;Lettera di vettura", *numbers]), "cp1252")
    user.run("fetch")
    typed = ["fbridge fetch"]
    for words in (
        ("shipment", "import", "docs.csv", "--manifest"),
        ("tracking", "import", "num.csv"),
    ):
        user.run(*words)
        typed.append(" ".join(("fbridge", *words)))
    answers = "y\ny\ny\ny\n"
    said = user.run("evening", answers=answers).output
    typed += ["fbridge evening", answers.replace("\n", "")]
    assert said.count("is shipped.") == 3
    assert len(list(tmp_path.glob("manifest-*.pdf"))) == 3
    shown = [order for shop in shops.values() for order in shop.orders()]
    assert len(shown) == 120
    assert all(order["status"] != "open" for order in shown), [
        one for one in shown if one["status"] == "open"
    ]
    assert len(typed) - 1 <= 5
    assert sum(map(len, typed)) + len(typed) <= 200
    assert "Everything is at rest" in user.run("status").output
