"""What is refused, in whose words, before or after anything was sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fbridge.models.fulfillments import Fulfillment, ResolvedCarrier
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_magento.preview import preview_of

from .push_calls import (
    DeskOf,
    FulfillmentOf,
    ShipmentOf,
    new_order,
    shipments,
    writes,
)


@pytest.mark.parametrize(
    ("carrier", "number", "reason"),
    [
        (ResolvedCarrier(code="X", label="X", site_code="x" * 33), "BX1", "carrier_code_too_long"),
        (ResolvedCarrier(code="X", label="x" * 256), "BX1", "carrier_name_too_long"),
        (ResolvedCarrier(code="X", label="X"), "9" * 256, "bad_tracking_number"),
        (ResolvedCarrier(code="X", label="X"), "  ", "bad_tracking_number"),
        (ResolvedCarrier(code="X", label="X"), "BX\U0001f69a1", "bad_tracking_number"),
        (ResolvedCarrier(code="X", label="\U0001f69a" * 64), "BX1", "carrier_name_too_long"),
    ],
    ids=["code", "title", "long number", "blank number", "emoji in number", "emoji in title"],
)
def test_what_the_store_would_cut_or_change_is_refused_before_anything_is_sent(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    carrier: ResolvedCarrier,
    number: str,
    reason: str,
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, [number], carrier=carrier)).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, reason)
    assert writes(sandbox) == []


def test_more_than_remains_is_refused_before_the_store_caps_it(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 2))
    fulfillment = fulfillment_of(order, ["BX1"], items=[(order.lines[0].id, 3)])
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "more_than_remains")
    assert "TAZZA-01: 3 left the house, 2 remain there" in entry.words
    assert writes(sandbox) == []


def test_two_parts_are_counted_together(
    sandbox: ServedSandbox, desk_of: DeskOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 3))
    line = order.lines[0].id
    parts = tuple(shipment_of(order, [], items=[(line, 2)], name=name) for name in ("first", "second"))
    receipt = desk.push_one(Fulfillment(order=order, shipments=parts, completes_order=True))
    assert [entry.reason for entry in receipt.shipments] == ["sent", "more_than_remains"]
    assert [one["total_qty"] for one in shipments(sandbox, order)] == [2]


def test_pieces_refunded_while_we_push_are_told_until_the_order_shows_why(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """Magento ships what is left and says nothing; the read back shows it."""
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 3), ("SCIARPA-02", 1))
    fulfillment = fulfillment_of(order, ["BX1"])
    sandbox.control.refund(int(order.remote_id), {int(order.lines[0].id): 1})
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, "quantities_capped")
    assert entry.effects.mail is MailEffect.NOT_SENT
    assert {item.line_id: item.quantity for item in entry.holds.items}[order.lines[0].id] == 2
    assert sandbox.control.mails(int(order.remote_id)) == []
    (again,) = desk.push_one(replace(fulfillment, order=desk.order(order.remote_id))).shipments
    assert (again.outcome, again.reason) == (Outcome.DONE, "already_there")
    assert len(shipments(sandbox, order)) == 1


def test_an_empty_shipment_would_ship_everything_and_is_refused(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"], items=[])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "no_items")
    assert shipments(sandbox, order) == []


@pytest.mark.parametrize("act", ["hold", "cancel", "review"])
@pytest.mark.parametrize("seen", [True, False], ids=["seen before", "seen too late"])
def test_an_order_that_may_not_ship_is_refused_with_the_reason_from_its_codes(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, act: str, *, seen: bool
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    order_id = int(order.remote_id)
    if act == "review":
        record = sandbox.control.record(order_id)
        record.state = record.status = "payment_review"
    else:
        getattr(sandbox.control, act)(order_id)
    now = desk.order(order_id) if seen else order
    sandbox.control.forget_requests()
    items = [(line.id, line.quantity) for line in order.lines]
    (entry,) = desk.push_one(fulfillment_of(now, ["BX1"], items=items)).shipments
    reason = {"hold": "on_hold", "cancel": "order_cancelled", "review": "in_review"}[act]
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, reason)
    assert bool(writes(sandbox)) is not seen
    assert shipments(sandbox, order) == []


def test_virtual_goods_are_refused_without_asking(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("GIFT-VIRT", 1))
    fulfillment = fulfillment_of(order, [], items=[(order.lines[0].id, 1)])
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "nothing_to_ship")
    assert writes(sandbox) == []


def test_an_unknown_order_is_refused_in_the_stores_words(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    sandbox.control.delete(int(order.remote_id))
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "order_missing")
    assert entry.words == "The entity that was requested doesn't exist. Verify the entity and try again."


def test_what_was_refunded_was_shipped_by_nobody(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 1), ("SCIARPA-02", 1))
    line = order.lines[0].id
    sandbox.control.refund(int(order.remote_id), {int(line): 1})
    now = desk.order(order.remote_id)
    (entry,) = desk.push_one(fulfillment_of(now, ["BX1"], items=[(line, 1)])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "all_refunded")


@pytest.mark.parametrize("refunded", [1, 2])
def test_what_was_refunded_on_the_way_keeps_back_nothing_else(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, *, refunded: int
) -> None:
    """One piece, or a whole line: the rest leaves, with the one mail that the plan shows."""
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 2), ("SCIARPA-02", 1))
    fulfillment = replace(fulfillment_of(order, ["BX1"]), notify=True)
    sandbox.control.refund(int(order.remote_id), {int(order.lines[0].id): refunded})
    now = replace(fulfillment, order=desk.order(order.remote_id))
    (entry,) = desk.push_one(now).shipments
    assert (entry.outcome, entry.reason, entry.effects.status) == (Outcome.DONE, "sent", Effect.DONE)
    assert entry.words == f"Pieces refunded since it left, and not shown: {refunded}."
    assert [one["total_qty"] for one in shipments(sandbox, order)] == [3 - refunded]
    assert len(sandbox.control.mails(int(order.remote_id))) == len(preview_of(desk.store, now).mails) == 1


def test_of_two_parcels_the_one_that_was_refunded_is_not_made(
    sandbox: ServedSandbox, desk_of: DeskOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 2))
    line = order.lines[0].id
    parts = tuple(shipment_of(order, [], items=[(line, 1)], name=name) for name in ("first", "second"))
    sandbox.control.refund(int(order.remote_id), {int(line): 1})
    now = Fulfillment(order=desk.order(order.remote_id), shipments=parts, completes_order=True, notify=True)
    assert [entry.reason for entry in desk.push_one(now).shipments] == ["sent", "all_refunded"]
    assert len(sandbox.control.mails(int(order.remote_id))) == len(preview_of(desk.store, now).mails) == 1
