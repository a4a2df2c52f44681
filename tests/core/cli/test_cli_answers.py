"""What programs and pipes get: stable names, whole rows, one form for every kind of value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from fbridge.cli.displayed import age, displayed
from fbridge.cli.output import combined_code
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode
from fbridge.jsonable import jsonable
from fbridge.models.orders import Money
from fbridge.models.secrets import Secret
from fbridge.models.states import PushState

ORDER = {
    "id", "store", "remote_id", "number", "status", "remote_status", "fulfillment", "payment", "payment_method",
    "amount_due", "total", "delivery", "shipping_method", "shipping_title", "carrier", "customer", "city", "country",
    "created_at", "changed_at", "open_quantity", "channel",
}  # fmt: skip
SHIPMENT = {
    "id", "label", "uuid", "origin", "carrier", "revision", "parcels", "created_at", "items", "numbers", "store",
    "order_number", "manifest", "weight_grams", "cod", "warehouse", "document", "recipient", "shipped_at",
    "withdrawn_at", "push",
}  # fmt: skip
MANIFEST = {"number", "carrier", "state", "shipped_at", "shipments", "parcels", "weight_grams", "cod_totals"}
ITEM_RESULT = {"ref", "ok", "reason", "words", "label", "document", "row"}


def test_names_that_programs_rely_on(ready_user: Any) -> None:
    """A field that is renamed or removed needs a new schema number (docs/cli.md)."""
    orders = ready_user.json("orders", "list")
    assert set(orders) == {"schema", "command", "items", "ok", "next", "error"}
    assert orders["items"][0].keys() >= ORDER
    added = ready_user.json("manifest", "add", "BRT", "1001")
    assert set(added) == {"schema", "command", "data", "ok", "next", "error"}
    assert added["data"]["results"][0].keys() == ITEM_RESULT
    assert added["data"]["manifest"].keys() >= MANIFEST
    assert added["data"]["manifest"]["shipments"][0].keys() >= SHIPMENT


@dataclass
class Mixed:
    amount: Decimal
    at: datetime
    state: PushState
    key: Secret


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (Decimal("12.30"), "12.30"),
        (Decimal("1E+3"), "1000"),
        (datetime(2026, 11, 3, 14, 5, tzinfo=timezone(timedelta(hours=1))), "2026-11-03T13:05:00Z"),
        (date(2026, 11, 3), "2026-11-03"),
        (timedelta(days=1, seconds=2.5), 86402),
        (Money(amount=Decimal("5.00"), currency="EUR"), {"amount": "5.00", "currency": "EUR"}),
        (InputError("No.", reason="why"), {"reason": "why", "message": "No.", "exit_code": 2}),
        ({"a": (1, None, True)}, {"a": [1, None, True]}),
        (
            Mixed(Decimal(1), datetime(2026, 1, 1, tzinfo=UTC), PushState.NEEDS_ATTENTION, Secret("s3")),
            {"amount": "1", "at": "2026-01-01T00:00:00Z", "state": "needs_attention", "key": "••••"},
        ),
    ],
)
def test_values_in_json(value: object, form: object) -> None:
    assert jsonable(value) == form


def test_values_for_people() -> None:
    from zoneinfo import ZoneInfo

    rome = ZoneInfo("Europe/Rome")
    assert displayed(datetime(2026, 7, 1, 12, tzinfo=UTC), rome) == "2026-07-01 14:00"
    assert displayed(Money(amount=Decimal("12.3"), currency="EUR"), rome) == "12.30 EUR"
    assert displayed(PushState.NEEDS_ATTENTION, rome) == "needs attention"
    assert displayed(("a\n", "b"), rome) == "a , b"
    assert displayed(None, rome) == ""
    assert [
        age(timedelta(**span)) for span in ({"minutes": 4}, {"hours": 3}, {"hours": 53}, {"days": 2})
    ] == [
        "4 min",
        "3 h",
        "2 d 5 h",
        "2 d",
    ]


@pytest.mark.parametrize(
    ("codes", "together"),
    [([], 0), ([0, 0], 0), ([6], 6), ([6, 6], 6), ([0, 6], 1), ([3, 6], 1)],
)
def test_several_items_end_with_one_code(codes: list[int], together: int) -> None:
    assert combined_code([ExitCode(code) for code in codes]) == together


def test_a_pipe_gets_whole_rows(user: Any, shop: Any) -> None:
    long = "Anna " + "x" * 400
    shop.sell(1004, name=long)
    user.add_shop(shop)
    user.run("fetch")
    rows = user.run("orders", "list").stdout.splitlines()
    assert len(rows) == 5, "a heading and four orders, one line each"
    assert any(long in row for row in rows)
    assert not any(row.endswith(" ") for row in rows)


def test_lists_that_are_empty_say_what_to_do(user: Any) -> None:
    for words in (
        ("store", "list"),
        ("orders", "list"),
        ("shipment", "list"),
        ("manifest", "list"),
        ("carrier", "list"),
    ):
        assert "fbridge" in user.run(*words).stdout
        assert user.json(*words)["items"] == []


@pytest.mark.parametrize(
    "words", [("--json", "orders", "list"), ("orders", "--json", "list"), ("orders", "list", "--json")]
)
def test_it_does_not_matter_where_json_stands(user: Any, words: tuple[str, ...]) -> None:
    assert user.run(*words).stdout.startswith('{"schema": 1, "command": "orders list"')
