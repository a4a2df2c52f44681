"""Goods that were refunded while they were on their way: what has left is shown as it is, and no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment
from fbridge.models.states import Effect, Outcome
from fbridge.sandbox import ServedSandbox

from .fulfillment_calls import BARTOLINI, DeskOf, FulfillmentOf, ShipmentOf, writes


@pytest.fixture
def served(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(tracking="none", fulfillments=True)


def line_with(order: Any, pieces: int) -> Any:
    return next(line for line in order.lines if line.due >= pieces)


def order_with(served: ServedSandbox, desk: Any, *quantities: int) -> Any:
    articles = [{"product_id": 10 + at, "quantity": count} for at, count in enumerate(quantities)]
    address = {"first_name": "Anna", "address_1": "Via Roma 1", "city": "Roma", "postcode": "00100"}
    order_id = served.control.add_order(
        status="processing", set_paid=True, line_items=articles, shipping=address, billing=address
    )
    return desk.order(order_id)


def shown(desk: Any, order: Any) -> list[dict[str, int]]:
    return [dict(held.lines) for held in desk.order(order.remote_id).shipments]


def test_what_was_refunded_since_it_left_is_not_shown_as_sent(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    order = order_with(served, desk, 3, 1)
    wish = fulfillment_of(order, ["N1"], carrier=BARTOLINI)
    first = order.lines[0].id
    served.control.refund(int(order.remote_id), {int(first): 1})
    (entry,) = desk.push_one(replace(wish, order=desk.order(order.remote_id))).shipments
    assert (entry.outcome, entry.effects.status, entry.effects.tracking) == (
        Outcome.DONE,
        Effect.DONE,
        Effect.DONE,
    )
    assert "1" in entry.words
    assert shown(desk, order) == [{first: 2, order.lines[1].id: 1}]
    served.control.forget_requests()
    again = desk.push_one(replace(wish, order=desk.order(order.remote_id)))
    assert again.shipments[0].outcome is Outcome.DONE
    assert writes(served) == []


def test_a_number_corrected_after_a_refund_leaves_the_pieces_that_were_sent(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(served)
    order = order_with(served, desk, 3, 1)
    first = fulfillment_of(order, ["WRONG"], carrier=BARTOLINI)
    receipt = desk.push_one(first)
    served.control.refund(int(order.remote_id), {int(order.lines[0].id): 1})
    right = replace(
        first.shipments[0],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        remote_ids=receipt.shipments[0].remote_ids,
        tracking=shipment_of(order, ["RIGHT"]).tracking,
    )
    desk.push_one(Fulfillment(order=desk.order(order.remote_id), shipments=(right,), completes_order=True))
    assert shown(desk, order) == [{order.lines[0].id: 3, order.lines[1].id: 1}]
    assert desk.order(order.remote_id).shipments[0].numbers == ("RIGHT",)


def test_two_parcels_of_a_line_share_what_is_left(
    served: ServedSandbox, desk_of: DeskOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(served)
    order = order_with(served, desk, 4)
    line = order.lines[0].id
    parcels = tuple(
        shipment_of(order, [name], name=name, items=[(line, 2)], carrier=BARTOLINI) for name in ("A", "B")
    )
    served.control.refund(int(order.remote_id), {int(line): 1})
    desk.push_one(Fulfillment(order=desk.order(order.remote_id), shipments=parcels, completes_order=True))
    assert sorted(pieces[line] for pieces in shown(desk, order)) == [1, 2]
    assert desk.order(order.remote_id).remote_status == "completed"


def test_a_parcel_of_which_nothing_is_left_holds_up_no_other(
    served: ServedSandbox, desk_of: DeskOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(served)
    order = order_with(served, desk, 2, 1)
    parcels = tuple(
        shipment_of(order, [line.id], name=line.id, items=[(line.id, line.due)], carrier=BARTOLINI)
        for line in order.lines
    )
    served.control.refund(int(order.remote_id), {int(order.lines[1].id): 1})
    receipt = desk.push_one(
        Fulfillment(order=desk.order(order.remote_id), shipments=parcels, completes_order=True)
    )
    kept, gone = receipt.shipments
    assert (kept.outcome, kept.effects.status) == (Outcome.DONE, Effect.DONE)
    assert (gone.outcome, gone.reason) == (Outcome.REFUSED, "all_refunded")
    assert len(shown(desk, order)) == 1
