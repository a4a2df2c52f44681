"""An order that somebody must look at: shown everywhere, shipped only when somebody says so."""

from __future__ import annotations

from typing import Any

import pytest

NOWHERE = "The store gives no delivery address with this order; enter it there."


@pytest.fixture
def user(ready_user: Any, shop: Any) -> Any:
    """Somebody whose store has, beside healthy orders, 1004 without a delivery address."""
    shop.sell(1004, place={})
    ready_user.run("fetch")
    return ready_user


def test_a_marked_order_is_seen_and_is_not_ready(user: Any) -> None:
    assert "1004" not in user.run("orders", "list", "--ready").stdout
    (row,) = user.json("orders", "list", "--marked")["items"]
    assert (row["number"], row["doubts"]) == ("1004", [{"code": "no_delivery_address", "words": NOWHERE}])
    assert "unfulfilled, marked" in " ".join(user.run("orders", "list").stdout.split())
    shown = user.run("orders", "show", "1004")
    assert NOWHERE in " ".join(shown.stdout.split())
    assert "Next: fbridge shipment create shop:1004 --allow-marked" in shown.stderr
    assert "marked: no_delivery_address" in user.run("find", "1004").stdout
    assert f"order shop:1004 is marked: {NOWHERE}" in " ".join(user.run("explain", "1004").stdout.split())
    assert user.json("explain", "1004")["data"]["next_steps"] == [
        "fbridge shipment create shop:1004 --allow-marked"
    ]
    assert "no_delivery_address" in user.run("orders", "export", "--marked").stdout


def test_status_counts_it_until_somebody_has_decided(user: Any, shop: Any) -> None:
    told = user.run("status", code=1)
    assert "Orders that are marked, for somebody to look at: 1." in told.stdout
    assert "Next: fbridge orders list --marked" in told.stderr
    assert user.json("status", code=1)["data"]["orders_marked"] == 1
    user.run("shipment", "create", "1004", "--allow-marked")
    assert user.json("status")["data"]["orders_marked"] == 0


def test_it_is_shipped_only_when_somebody_says_so(user: Any) -> None:
    no = user.run("manifest", "add", "BRT", "1004", code=1)
    assert "fbridge shipment create shop:1004 --allow-marked" in " ".join(no.stdout.split())
    assert user.json("shipment", "create", "1004", code=2)["error"]["reason"] == "order_marked"
    user.run("shipment", "create", "1004", "--allow-marked", "--manifest", "BRT")
    assert "leaves" in user.run("manifest", "ship", "BRT").stdout


def test_what_comes_up_after_the_shipment_was_made_stops_it(user: Any, shop: Any) -> None:
    user.run("manifest", "add", "BRT", "1001")
    shop.sell(1001, payment="cod", total=None)
    (row,) = user.json("manifest", "ship", "BRT", code=1)["data"]["results"]
    assert (row["reason"], row["ok"]) == ("order_marked", False)
    assert "does not tell how much is to be collected" in row["words"]


def test_whatever_looks_at_it_says_the_same_until_somebody_has_decided(user: Any, shop: Any) -> None:
    shop.sell(1004, place={"city": "Verona"})
    user.run("fetch")
    user.run("manifest", "add", "BRT", "1001")
    user.run("tracking", "set", "1001", "BX1")
    assert user.json("status")["data"]["orders_marked"] == 0
    shop.sell(1001, payment="cod", total=None)
    user.run("fetch")
    words = "does not tell how much is to be collected"
    assert user.json("status", code=1)["data"]["orders_marked"] == 1
    assert words in " ".join(user.run("explain", "1001").stdout.split())
    (step,) = [one for one in user.json("explain", "1001")["data"]["next_steps"] if "--force" in one]
    assert step == "fbridge manifest ship 2026-0001 --force S1"
    user.run(*step.split()[1:])
    assert user.json("status")["data"]["orders_marked"] == 0
    (entry,) = user.json("push", "--plan")["data"]["stores"][0]["entries"]
    assert entry["warnings"] == []


def test_what_comes_up_after_it_has_left_is_said_until_its_store_was_told(user: Any, shop: Any) -> None:
    shop.sell(1004, place={"city": "Verona"})
    user.run("manifest", "add", "BRT", "1001")
    user.run("tracking", "set", "1001", "BX1")
    user.run("manifest", "ship", "BRT")
    shop.sell(1001, payment="cod", total=None)
    user.run("fetch")
    assert user.json("status", code=1)["data"]["orders_marked"] == 1
    (entry,) = user.json("push", "--plan")["data"]["stores"][0]["entries"]
    assert entry["action"] == "send"
    assert entry["warnings"][0].startswith("the order is marked: It is cash on delivery")
    user.run("push", "--yes")
    assert user.json("status")["data"]["orders_marked"] == 0


def test_an_unknown_amount_of_cash_is_asked_for(user: Any, shop: Any) -> None:
    shop.sell(1005, payment="cod", total=None)
    user.run("fetch")
    assert "COD, amount unknown" in " ".join(user.run("orders", "list", "--cod").stdout.split())
    error = user.json("shipment", "create", "1005", "--allow-marked", code=2)["error"]
    assert error["reason"] == "cod_unknown"
    made = user.json("shipment", "create", "1005", "--allow-marked", "--cod", "12.30")["data"]
    assert made["cod"] == {"amount": "12.30", "currency": "EUR"}


def test_an_order_that_is_put_right_on_the_store_is_ready(user: Any, shop: Any) -> None:
    shop.sell(1004, place={"city": "Verona"})
    user.run("fetch")
    assert "1004" in user.run("orders", "list", "--ready").stdout
    assert "Everything is at rest" in user.run("status").stdout
