"""Core fulfillments: one for each shipment, found again by our mark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.errors import NotSent
from fbridge.models.fulfillments import Fulfillment, ResolvedCarrier
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin

from .fulfillment_calls import BARTOLINI, DeskOf, FulfillmentOf, ShipmentOf, due_orders, writes


@pytest.fixture
def served(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(tracking="none", fulfillments=True)


def test_a_shipment_is_a_fulfillment_with_its_lines_and_numbers(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    one = fulfillment_of(order, ["N1", "N2"], carrier=BARTOLINI, url="https://brt.example/N1")
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.effects.shipment, entry.effects.status) == (
        Outcome.DONE,
        Effect.DONE,
        Effect.DONE,
    )
    assert entry.effects.mail is MailEffect.SENT
    assert entry.holds.carrier == "bartolini-brt"
    assert {(item.line_id, item.quantity) for item in entry.holds.items} == {
        (line.id, line.due) for line in order.lines if line.due
    }
    (held,) = desk.order(order.remote_id).shipments
    assert (held.mark, held.numbers) == (one.shipments[0].id, ("N1", "N2"))
    assert len(served.control.mails(int(order.remote_id))) == 1


def test_c4_again_changes_nothing(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    desk.push_one(fulfillment_of(order, ["N1"], carrier=BARTOLINI))
    served.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(desk.order(order.remote_id), ["N1"], carrier=BARTOLINI)).shipments
    assert writes(served) == []
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "already_there")


def test_the_budget_of_requests(
    make_sandbox: Callable[..., ServedSandbox], desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=120, tracking="none", fulfillments=True)
    desk = desk_of(served)
    ids = [order.remote_id for order in due_orders(served, desk)][:25]
    refunded = sum(bool(served.control.order(int(order_id))["refunds"]) for order_id in ids)
    served.control.forget_requests()
    chunk = desk.orders(*ids)
    desk.push(*(fulfillment_of(order, [f"N{order.remote_id}"], carrier=BARTOLINI) for order in chunk))
    assert len(ids) == 25
    once_a_run = 2  # whether the shop sends its mail, and whether one left
    assert (len(served.control.requests()) - refunded - once_a_run) / len(ids) <= 2.1


def test_a_part_leaves_the_order_open_and_shows_what_has_left(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    line = next(line for line in order.lines if line.due)
    part = fulfillment_of(order, ["N1"], items=[(line.id, 1)], completes_order=False, carrier=BARTOLINI)
    receipt = desk.push_one(part)
    assert receipt.shipments[0].reason == "sent"
    order = desk.order(order.remote_id)
    assert order.remote_status == "processing"
    assert order.line(line.id).shipped == 1
    left = [(line.id, line.remaining) for line in order.lines if line.remaining]
    sent = replace(part.shipments[0], acknowledged=1, acknowledged_numbers=("N1",))
    rest = shipment_of(order, ["N2"], name="rest", items=left, carrier=BARTOLINI)
    desk.push_one(Fulfillment(order=order, shipments=(sent, rest), completes_order=True))
    after = desk.order(order.remote_id)
    assert after.remote_status == "completed"
    assert [held.numbers for held in after.shipments] == [("N1",), ("N2",)]


def test_c8_a_correction_changes_the_same_fulfillment(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    first = fulfillment_of(order, ["WRONG"], carrier=BARTOLINI)
    receipt = desk.push_one(first)
    order = desk.order(order.remote_id)
    own = ResolvedCarrier(code="ROSSI", label="Corriere Rossi")
    right = replace(
        first.shipments[0],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        remote_ids=receipt.shipments[0].remote_ids,
        tracking=shipment_of(order, ["RIGHT"]).tracking,
        carrier=own,
    )
    (entry,) = desk.push_one(Fulfillment(order=order, shipments=(right,), completes_order=True)).shipments
    assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.NOT_SENT)
    (held,) = desk.order(order.remote_id).shipments
    assert (held.remote_id, held.numbers, held.carrier) == (
        receipt.shipments[0].remote_ids[0],
        ("RIGHT",),
        "Corriere Rossi",
    )
    assert held.mark == first.shipments[0].id


def by_hand(
    served: ServedSandbox, desk: Any, order: Any, number: str, *, provider: str = BARTOLINI.site_code or ""
) -> None:
    """Somebody fulfils all of the order on the store."""
    items = [{"item_id": int(line.id), "qty": line.due} for line in order.lines if line.due]
    meta = {"_items": items, "_tracking_number": number, "_shipment_provider": provider, "_their_own": "kept"}
    body = {
        "status": "fulfilled",
        "meta_data": [{"key": key, "value": value} for key, value in meta.items()],
    }
    path = f"wp-json/wc/v3/orders/{order.remote_id}/fulfillments"
    assert desk.store.http.write("POST", path, json=body).ok


def test_a_number_is_added_to_the_fulfillment_that_somebody_made(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    by_hand(served, desk, order, "")
    served.control.change(int(order.remote_id), status="completed")
    order = desk.order(order.remote_id)
    (entry,) = desk.push_one(fulfillment_of(order, ["N1"], carrier=BARTOLINI)).shipments
    assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE_ELSEWHERE, Effect.DONE)
    (held,) = desk.order(order.remote_id).shipments
    assert (held.mark, held.numbers, held.carrier) == (None, ("N1",), BARTOLINI.site_code)


@pytest.mark.parametrize("number", ["THEIRS", ""])
def test_no_number_is_added_to_the_fulfillment_that_somebody_made_with_another_carrier(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, number: str
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    by_hand(served, desk, order, number, provider="ups")
    served.control.change(int(order.remote_id), status="completed")
    order = desk.order(order.remote_id)
    (entry,) = desk.push_one(fulfillment_of(order, ["N1"], carrier=BARTOLINI)).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE_ELSEWHERE, "other_carrier")
    assert entry.effects.tracking is Effect.NOT_DONE
    assert "ups" in entry.words
    assert desk.order(order.remote_id).shipments == order.shipments


def test_c8_a_number_that_was_added_to_somebodys_fulfillment_is_corrected_there(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    by_hand(served, desk, order, "THEIRS")
    first = fulfillment_of(desk.order(order.remote_id), ["WRONG"], carrier=BARTOLINI)
    (entry,) = desk.push_one(first).shipments
    right = fulfillment_of(
        desk.order(order.remote_id),
        ["RIGHT"],
        carrier=BARTOLINI,
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        remote_ids=entry.remote_ids,
    )
    (entry,) = desk.push_one(right).shipments
    assert entry.effects.tracking is Effect.DONE
    (held,) = desk.order(order.remote_id).shipments
    assert held.numbers == ("THEIRS", "RIGHT")


def test_c8_a_correction_leaves_a_number_that_somebody_added_to_ours(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    (entry,) = desk.push_one(fulfillment_of(order, ["WRONG"], carrier=BARTOLINI)).shipments
    record = served.control.shop.orders[int(order.remote_id)].fulfillments[0]
    next(row for row in record.meta if row.key == "_tracking_number").value = "WRONG, THEIRS"
    right = fulfillment_of(
        desk.order(order.remote_id),
        ["RIGHT"],
        carrier=BARTOLINI,
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        remote_ids=entry.remote_ids,
    )
    desk.push_one(right)
    (held,) = desk.order(order.remote_id).shipments
    assert held.numbers == ("THEIRS", "RIGHT")


def test_c14_a_correction_does_not_take_the_number_of_another_carrier_under_ours(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    (entry,) = desk.push_one(fulfillment_of(order, ["WRONG"], carrier=BARTOLINI)).shipments
    theirs = {"_tracking_number": "WRONG, THEIRS", "_shipment_provider": "ups"}
    for row in served.control.shop.orders[int(order.remote_id)].fulfillments[0].meta:
        row.value = theirs.get(row.key, row.value)
    before = desk.order(order.remote_id)
    right = fulfillment_of(
        before,
        ["RIGHT"],
        carrier=BARTOLINI,
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        remote_ids=entry.remote_ids,
    )
    (entry,) = desk.push_one(right).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "other_carrier")
    assert desk.order(order.remote_id).shipments == before.shipments


def test_c7_a_number_that_somebody_entered_makes_no_second_fulfillment(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    by_hand(served, desk, order, "N1")
    served.control.forget_requests()
    desk.push_one(fulfillment_of(desk.order(order.remote_id), ["N1"], carrier=BARTOLINI))
    assert len(desk.order(order.remote_id).shipments) == 1
    assert writes(served) == ["/wp-json/wc/v3/orders/batch"]


def test_more_than_is_left_is_refused_before_the_store_takes_it(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_orders(served, desk)[0]
    line = next(line for line in order.lines if line.due)
    too_much = fulfillment_of(order, ["N1"], items=[(line.id, line.due + 1)], carrier=BARTOLINI)
    (entry,) = desk.push_one(too_much).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "more_than_remains")
    assert desk.order(order.remote_id).shipments == ()
    assert served.control.order(int(order.remote_id))["status"] == "processing"


def test_after_a_lost_answer_nothing_more_is_sent_and_nothing_is_doubled(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    orders = due_orders(served, desk)[:3]
    served.control.add_fault("drop_after", path=f"orders/{orders[1].remote_id}/fulfillments")
    chunk = [fulfillment_of(order, [f"N{order.remote_id}"], carrier=BARTOLINI) for order in orders]
    receipts: dict[str, Any] = {}
    pushed = plugin.push_fulfillment(desk.store, chunk)
    with pytest.raises(NotSent) as stop:
        receipts |= ((receipt.order_id, receipt.shipments[0]) for receipt in pushed)
    assert stop.value.order_ids == {orders[2].remote_id}
    held_back, lost = receipts[orders[0].remote_id], receipts[orders[1].remote_id]
    assert (held_back.outcome, held_back.effects.tracking) == (Outcome.RETRY, Effect.DONE)
    assert (lost.outcome, lost.effects.status) == (Outcome.UNCONFIRMED, Effect.NOT_DONE)
    again = [
        fulfillment_of(desk.order(order.remote_id), [f"N{order.remote_id}"], carrier=BARTOLINI)
        for order in orders
    ]
    assert {r.shipments[0].outcome for r in desk.push(*again).values()} == {Outcome.DONE}
    assert [len(desk.order(order.remote_id).shipments) for order in orders] == [1, 1, 1]
    assert [len(served.control.mails(int(order.remote_id))) for order in orders] == [1, 1, 1]


def test_the_status_waits_where_the_store_has_no_fulfillments(
    make_sandbox: Callable[..., ServedSandbox], desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """The setting asks for fulfillments, the store has the feature switched off: no fault of the order."""
    served = make_sandbox(tracking="none")
    desk = desk_of(served, tracking="fulfillments")
    order = due_orders(served, desk)[0]
    with pytest.raises(NotSent, match="store check") as stop:
        desk.push_one(fulfillment_of(order, ["N1"], carrier=BARTOLINI))
    assert (stop.value.reason, stop.value.order_ids) == ("tracking_gone", {order.remote_id})
    assert served.control.order(int(order.remote_id))["status"] == "processing"
