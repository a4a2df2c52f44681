"""Order payloads become orders."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fbridge.adapterkit.payloads import words
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PaymentKind
from fbridge_woocommerce.mapping import RawOrder, needs_fulfillments, needs_refunds, order_from

CASSETTES = Path(__file__).parent.parent / "cassettes"


def recorded(cassette: str, number: int = 0) -> Any:
    interactions = yaml.safe_load((CASSETTES / f"{cassette}.yaml").read_text("utf-8"))["interactions"]
    return json.loads(interactions[number]["response"]["body"]["string"])


ORDER_32 = recorded("order_with_refund")
REFUNDS_32 = recorded("order_with_refund", 1)


def payload(**changes: Any) -> dict[str, Any]:
    fresh: dict[str, Any] = deepcopy(ORDER_32)
    return fresh | {"refunds": []} | changes


def mapped(raw: RawOrder, **options: Any) -> Order:
    order = order_from(raw, options)
    assert isinstance(order, Order), order
    return order


def order(**changes: Any) -> Order:
    return mapped(RawOrder(order=payload(**changes)))


def test_a_recorded_order_tells_all_that_the_office_needs() -> None:
    got = mapped(RawOrder(order=ORDER_32, refunds=REFUNDS_32))
    assert (got.remote_id, got.number, got.remote_status) == ("32", "32", "processing")
    assert (got.total, got.currency) == (Decimal("218.32"), "EUR")
    assert got.changed_at == datetime(2026, 9, 25, 7, 58, 54, tzinfo=UTC)
    assert (got.ship_to.name, got.ship_to.city, got.ship_to.province) == ("Niccolò Rossi", "Roma", "RM")
    assert got.ship_to.email == "cliente13@example.test"
    assert got.shipping_method is not None
    assert (got.shipping_method.code, got.shipping_method.title) == ("flat_rate:1", "Corriere espresso")
    assert got.line("54") is not None
    assert [line.total for line in got.lines] == [Decimal("34.00"), Decimal("147.00"), Decimal("30.00")]


def test_refunded_pieces_are_taken_off() -> None:
    lines = {line.id: line for line in mapped(RawOrder(order=ORDER_32, refunds=REFUNDS_32)).lines}
    assert (lines["53"].quantity, lines["53"].removed, lines["53"].remaining) == (1, 1, 0)
    assert lines["54"].remaining == 3


def test_only_an_order_with_refunds_costs_a_request() -> None:
    assert needs_refunds(ORDER_32)
    assert not needs_refunds(payload())
    assert not needs_refunds(ORDER_32 | {"status": "refunded"})


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", OrderStatus.OPEN),
        ("processing", OrderStatus.OPEN),
        ("on-hold", OrderStatus.ON_HOLD),
        ("completed", OrderStatus.CLOSED),
        ("cancelled", OrderStatus.CANCELLED),
        ("refunded", OrderStatus.CANCELLED),
        ("failed", OrderStatus.CANCELLED),
        ("trash", OrderStatus.CANCELLED),
        ("in-preparazione", OrderStatus.OPEN),
    ],
)
def test_statuses(status: str, expected: OrderStatus) -> None:
    got = order(status=status)
    assert (got.status, got.remote_status) == (expected, status)


def test_a_state_made_by_a_plugin_is_ready_where_the_settings_say_so() -> None:
    raw = RawOrder(order=payload(status="in-preparazione"))
    (doubt,) = mapped(raw).doubts
    assert (doubt.code, "ready_states" in doubt.words) == ("unknown_status", True)
    assert mapped(raw, ready_states=["in-preparazione"]).doubts == ()


def test_all_that_is_due_has_left_once_completed() -> None:
    raw = RawOrder(order=ORDER_32 | {"status": "completed"}, refunds=REFUNDS_32)
    got = mapped(raw)
    assert [line.shipped for line in got.lines] == [0, 3, 2]
    assert got.fulfillment_state is FulfillmentState.FULFILLED


def test_core_fulfillments_tell_what_has_left_of_a_partial_order() -> None:
    raw = payload(meta_data=[{"id": 1, "key": "_fulfillment_status", "value": "partially_fulfilled"}])
    assert needs_fulfillments(raw)
    fulfillments = [
        fulfillment(1, "fulfilled", [(54, 2)], "BX1"),
        fulfillment(2, "unfulfilled", [(54, 1)], "DRAFT"),
        fulfillment(3, "fulfilled", [(55, 99)], "BX3"),
    ]
    got = mapped(RawOrder(order=raw, fulfillments=fulfillments))
    assert {line.id: line.shipped for line in got.lines} == {"53": 0, "54": 2, "55": 2}
    assert [shipment.numbers for shipment in got.shipments] == [("BX1",), ("BX3",)]
    assert got.fulfillment_state is FulfillmentState.PARTIAL


def fulfillment(remote_id: int, status: str, items: list[tuple[int, int]], number: str) -> dict[str, Any]:
    meta = {
        "_items": [{"item_id": line, "qty": quantity} for line, quantity in items],
        "_tracking_number": number,
        "_shipment_provider": "bartolini-brt",
    }
    return {
        "id": remote_id,
        "status": status,
        "meta_data": [{"id": 9, "key": key, "value": value} for key, value in meta.items()],
    }


@pytest.mark.parametrize(
    ("changes", "kind", "due"),
    [
        ({"payment_method": "cod", "date_paid_gmt": None}, PaymentKind.COD, "218.32"),
        ({"payment_method": "cod"}, PaymentKind.PAID, "0"),
        ({"payment_method": "cod", "status": "completed"}, PaymentKind.COD, "218.32"),
        ({"payment_method": "contrassegno_bis"}, PaymentKind.COD, "218.32"),
        ({"payment_method": "smart", "payment_method_title": "Nachnahme (+6 €)"}, PaymentKind.COD, "218.32"),
        ({"payment_method": "wc_cashondelivery", "date_paid_gmt": None}, PaymentKind.COD, "218.32"),
        ({"payment_method": "stripe", "payment_method_title": "Carta"}, PaymentKind.PAID, "0"),
        (
            {"payment_method": "bacs", "date_paid_gmt": None, "status": "on-hold"},
            PaymentKind.UNPAID,
            "218.32",
        ),
        ({"payment_method": "bacs"}, PaymentKind.PAID, "0"),
        ({"payment_method": "", "date_paid_gmt": None, "total": "0.00"}, PaymentKind.PAID, "0"),
    ],
)
def test_who_has_the_money(changes: dict[str, Any], kind: PaymentKind, due: str) -> None:
    got = mapped(RawOrder(order=payload(**changes)), cod_methods=["contrassegno_bis"]).payment
    assert (got.kind, got.amount_due) == (kind, Decimal(due))


def test_the_courier_does_not_collect_what_was_refunded() -> None:
    raw = ORDER_32 | {"payment_method": "cod", "date_paid_gmt": None}
    assert mapped(RawOrder(order=raw, refunds=REFUNDS_32)).payment.amount_due == Decimal("184.32")


NOWHERE = dict.fromkeys(ORDER_32["shipping"], "")


def test_what_an_order_has_for_a_carrier() -> None:
    virtual = order(shipping_lines=[], shipping=NOWHERE)
    assert virtual.delivery is Delivery.NONE
    assert virtual.fulfillment_state is FulfillmentState.FULFILLED
    pickup = order(shipping_lines=[{"method_id": "local_pickup", "method_title": "Ritiro"}], shipping=NOWHERE)
    assert pickup.delivery is Delivery.PICKUP
    assert pickup.ship_to == pickup.bill_to
    assert order(shipping_lines=[]).delivery is Delivery.SHIP


def test_the_channel_is_told_only_by_a_marketplace() -> None:
    assert order(created_via="ebay").channel == "ebay"
    assert order(created_via="checkout").channel is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"date_modified_gmt": None, "date_created_gmt": None}, "bad_field: date_modified_gmt"),
        ({"line_items": [{"id": 1, "quantity": 1.5}]}, "fractional_quantity: line_items.0.quantity: 1.5 "),
        ({"line_items": [{"quantity": 1}]}, "bad_field: line_items.0.id"),
        ({"line_items": [{"id": 1, "quantity": 1}] * 2}, "bad_field: line_items: Two entries have the id 1."),
        ({"line_items": "?"}, "bad_field: line_items.0"),
    ],
)
def test_c2_a_malformed_order_is_named_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    got = order_from(RawOrder(order=payload(**changes)))
    assert isinstance(got, RejectedOrder)
    assert (got.remote_id, got.number) == ("32", "32")
    assert got.reason.startswith(reason)


def test_what_is_no_order_at_all_is_rejected_too() -> None:
    broken: Any = "not an order"
    assert isinstance(order_from(RawOrder(order=broken)), RejectedOrder)


names = st.text(max_size=12)
money = st.decimals(min_value=0, max_value=99999, places=2).map(str)
lines = st.lists(
    st.builds(
        lambda number, quantity, total, tax, sku: {
            "id": number,
            "quantity": quantity,
            "total": total,
            "total_tax": tax,
            "sku": sku,
            "name": "thing",
        },
        st.integers(1, 10**9),
        st.integers(0, 500),
        money,
        money,
        st.none() | names,
    ),
    max_size=6,
    unique_by=lambda line: line["id"],
)


@given(
    order_id=st.integers(1, 10**9),
    lines=lines,
    total=money,
    changed=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - naive GMT, as the store sends it
    who=names,
    refunded=st.integers(0, 600),
)
def test_what_is_sold_comes_back_whole(
    order_id: int, lines: list[dict[str, Any]], total: str, changed: datetime, who: str, refunded: int
) -> None:
    seconds = changed.replace(microsecond=0)
    raw = payload(
        id=order_id,
        line_items=lines,
        total=total,
        date_modified_gmt=seconds.isoformat(),
        billing={"first_name": who},
    )
    refunds = [
        {
            "id": 1,
            "line_items": [
                {"quantity": -refunded, "meta_data": [{"key": "_refunded_item_id", "value": str(line["id"])}]}
                for line in lines[:1]
            ],
        }
    ]
    got = mapped(RawOrder(order=raw, refunds=refunds))
    assert got.remote_id == str(order_id)
    assert got.total == Decimal(total)
    assert got.changed_at - seconds.replace(tzinfo=UTC) == timedelta(0)
    assert [(line.id, line.quantity) for line in got.lines] == [
        (str(line["id"]), line["quantity"]) for line in lines
    ]
    assert [line.total for line in got.lines] == [
        Decimal(line["total"]) + Decimal(line["total_tax"]) for line in lines
    ]
    assert all(0 <= line.removed <= line.quantity for line in got.lines)
    assert got.bill_to.name == words(who)
