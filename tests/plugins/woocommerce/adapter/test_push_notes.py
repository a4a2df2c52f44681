"""Stores that can keep a number in a note only, or nowhere; and what the plan says of it all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Preview, ResolvedCarrier
from fbridge.models.states import Effect, OrderStatus, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin

DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]


@pytest.fixture
def served(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(tracking="none")


def due_order(served: ServedSandbox, desk: Any) -> Any:
    orders = desk.orders(*served.control.order_ids("processing"))
    return next(order for order in orders if any(line.due for line in order.lines))


def notes_with(served: ServedSandbox, order: Any, text: str) -> list[Any]:
    return [note for note in served.control.shop.orders[int(order.remote_id)].notes if text in note.text]


def test_the_number_is_in_a_private_note_once(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_order(served, desk)
    for _ in range(2):
        order = desk.order(order.remote_id)
        (entry,) = desk.push_one(fulfillment_of(order, ["N1"])).shipments
        assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE, Effect.DONE)
    (note,) = notes_with(served, order, "N1")
    assert not note.customer
    assert len(served.control.mails(int(order.remote_id))) == 1


def test_our_note_is_a_mark(served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf) -> None:
    desk = desk_of(served)
    order = due_order(served, desk)
    one = fulfillment_of(order, ["N1", "N2"])
    desk.push_one(one)
    (held,) = desk.order(order.remote_id).shipments
    assert (held.mark, held.numbers) == (one.shipments[0].id, ("N1", "N2"))


def test_c7_a_number_in_somebodys_note_is_not_noted_again(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = due_order(served, desk)
    record = served.control.shop.orders[int(order.remote_id)]
    served.control.shop.add_note(record, "Spedito, N1.")
    served.control.shop.add_note(record, "N11 is another")
    desk.push_one(fulfillment_of(desk.order(order.remote_id), ["N1"]))
    assert len(notes_with(served, order, "N1")) == 2


def test_c8_a_note_cannot_be_corrected_and_the_receipt_says_so(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(served)
    order = due_order(served, desk)
    first = fulfillment_of(order, ["WRONG"])
    desk.push_one(first)
    order = desk.order(order.remote_id)
    right = replace(
        first.shipments[0],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        tracking=shipment_of(order, ["RIGHT"]).tracking,
    )
    (entry,) = desk.push_one(Fulfillment(order=order, shipments=(right,), completes_order=True)).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "cannot_correct")
    assert "old one is still there" in entry.words
    assert notes_with(served, order, "RIGHT")


def test_a_store_that_shall_keep_no_numbers_gets_the_status_only(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served, tracking="none")
    order = due_order(served, desk)
    (entry,) = desk.push_one(fulfillment_of(order, ["N1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "number_not_kept")
    assert (entry.effects.tracking, entry.effects.status) == (Effect.NOT_DONE, Effect.DONE)
    assert notes_with(served, order, "N1") == []


def preview(desk: Any, one: Fulfillment) -> Preview:
    (got,) = plugin.preview_push(desk.store, [one])
    return got


def test_the_plan_counts_the_one_mail_of_a_completed_order(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    assert preview(desk, fulfillment_of(order, ["N1"])) == Preview(
        order_id=order.remote_id, mails=("Completed order",)
    )
    part = preview(desk, fulfillment_of(order, ["N1"], completes_order=False))
    assert part.mails == ()
    assert "status waits until all has left" in part.warnings[0]
    completed = replace(order, status=OrderStatus.CLOSED, remote_status="completed")
    assert preview(desk, fulfillment_of(completed, ["N1"])).mails == ()


def test_the_plan_says_what_the_customer_will_not_see(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    own = fulfillment_of(order, ["N1"], carrier=ResolvedCarrier(code="R", label="Rossi"))
    assert "will not show the name Rossi" in preview(desk, own).warnings[0]
    by_note = desk_of(sandbox, tracking="note")
    assert "private note" in preview(by_note, fulfillment_of(order, ["N1"])).warnings[0]


def test_the_plan_names_a_cancelled_order(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order_id = int(due_order(sandbox, desk).remote_id)
    sandbox.control.cancel(order_id)
    assert "cancelled" in preview(desk, fulfillment_of(desk.order(order_id), ["N1"])).refused


def test_a_note_costs_two_requests_an_order(
    make_sandbox: Callable[..., ServedSandbox], desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """The notes that were read with the order are not read again, and its own one is written."""
    served = make_sandbox(orders=60, tracking="none")
    desk = desk_of(served)
    candidates = desk.orders(*served.control.order_ids("processing"))
    ids = [order.remote_id for order in candidates if any(line.due for line in order.lines)][:20]
    served.control.forget_requests()
    desk.push(*(fulfillment_of(order, [f"N{order.remote_id}"]) for order in desk.orders(*ids)))
    assert len(ids) == 20
    assert len(served.control.requests()) == 2 * len(ids) + 4
