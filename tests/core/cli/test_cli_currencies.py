"""Money has its currency's decimals wherever it is shown, added up or handed on."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def user(ready_user: Any, shop: Any) -> Any:
    """Somebody whose store has an order for Kuwait and one for Japan, both cash on delivery."""
    shop.sell(1004, currency="KWD", total="12.345", payment="cod")
    shop.sell(1005, currency="JPY", total="1500", payment="cod")
    shop.sell(1006, currency="KWD", total="7.5", payment="cod")
    ready_user.run("fetch")
    return ready_user


def amounts(user: Any, *words: str) -> list[str]:
    return [str(row["amount_due"]["amount"]) for row in user.json(*words)["items"]]


def test_amounts_due_in_tables_json_and_export(user: Any) -> None:
    table = user.run("orders", "list", "--cod").stdout
    assert all(amount in table for amount in ("12.345 KWD", "7.500 KWD", "1500 JPY", "30.00 EUR"))
    assert set(amounts(user, "orders", "list", "--cod")) == {"12.345", "7.500", "1500", "30.00"}
    export = user.run("orders", "export", "--cod").stdout
    assert all(
        f",{amount},{amount},{code}," in export for amount, code in (("7.500", "KWD"), ("1500", "JPY"))
    )


def test_what_is_collected_and_its_totals(user: Any) -> None:
    user.run("manifest", "add", "BRT", "1004", "1005", "1006", "1003")
    shown = user.run("manifest", "show", "BRT").stdout
    assert all(f"COD {total}" in " ".join(shown.split()) for total in ("19.845 KWD", "1500 JPY", "30.00 EUR"))
    totals = user.json("manifest", "show", "BRT")["data"]["cod_totals"]
    assert sorted(total["amount"] for total in totals) == ["1500", "19.845", "30.00"]


@pytest.mark.parametrize(
    ("order", "typed", "kept"),
    [("1003", "29.9", "29.90"), ("1005", "1400.00", "1400"), ("1004", "12,3", "12.300")],
)
def test_an_amount_that_is_typed_gets_them_too(user: Any, order: str, typed: str, kept: str) -> None:
    made = user.json("shipment", "create", order, "--cod", typed)["data"]
    assert made["cod"]["amount"] == kept


@pytest.mark.parametrize(("order", "typed"), [("1003", "29.905"), ("1005", "1400.5"), ("1004", "12.3455")])
def test_a_smaller_part_than_the_currency_has_is_refused(user: Any, order: str, typed: str) -> None:
    assert user.json("shipment", "create", order, "--cod", typed, code=2)["error"]["reason"] == "bad_cod"


@pytest.mark.parametrize(
    ("amount", "currency", "reason"),
    [("12.345", "EUR", "bad_cod"), ("1.5", "JPY", "bad_cod"), ("5", "EURO", "bad_currency")],
)
def test_so_it_is_for_parcels_of_no_order(user: Any, amount: str, currency: str, reason: str) -> None:
    words = [
        "shipment",
        "external",
        "--carrier",
        "BRT",
        "--name",
        "Anna",
        "--cod",
        amount,
        "--currency",
        currency,
    ]
    assert user.json(*words, code=2)["error"]["reason"] == reason
