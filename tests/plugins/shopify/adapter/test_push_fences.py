"""Shipments that no number would prove: bound to fulfillment orders of their own, and never made twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment, ShipmentReceipt
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_shopify.sandbox.catalogue import MILAN

from .push_calls import CUP, OIL, Make, entry_of, roots

SPLITS, CREATES = "fulfillmentOrderSplit", "fulfillmentCreate"


def next_try(desk: Any, fulfillment: Fulfillment, entry: ShipmentReceipt) -> Fulfillment:
    """As the core calls again: the order read anew, the fences kept."""
    (shipment,) = fulfillment.shipments
    known = replace(shipment, fences=entry.fences or shipment.fences, mail=entry.effects.mail)
    return replace(fulfillment, order=desk.order(fulfillment.order_id), shipments=(known,))


def until_done(desk: Any, fulfillment: Fulfillment) -> list[ShipmentReceipt]:
    """All receipts, the last of them not ``prepared`` any more."""
    told = [entry_of(desk, fulfillment)]
    while told[-1].outcome is Outcome.PREPARED:
        assert len(told) < 4, "it is set up again and again"
        fulfillment = next_try(desk, fulfillment, told[-1])
        told.append(entry_of(desk, fulfillment))
    return told


def shipped(served: ServedSandbox, order_id: str) -> list[int]:
    made = served.control.order(order_id)["fulfillments"]
    return [sum(one["lines"].values()) for one in made if one["status"] == "SUCCESS"]


def open_parts(served: ServedSandbox, order_id: str) -> list[int]:
    parts = served.control.order(order_id)["fulfillmentOrders"]
    left = [sum(line["remaining"] for line in one["lines"]) for one in parts if one["status"] != "CLOSED"]
    return sorted(pieces for pieces in left if pieces)


def test_a_whole_order_is_bound_without_a_write(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    fulfillment = fulfillment_of(desk.order(served.control.new_order([(OIL, 2)])))
    served.control.forget_requests()
    prepared, done = until_done(desk, fulfillment)
    assert (prepared.outcome, prepared.effects.shipment) == (Outcome.PREPARED, Effect.NOT_DONE)
    assert len(prepared.fences) == 1
    assert (done.outcome, done.effects.shipment) == (Outcome.DONE, Effect.DONE)
    assert [root.split()[0] for root in roots(served)] == ["nodes", CREATES]
    (shown,) = desk.order(fulfillment.order_id).shipments
    assert shown.mark == prepared.fences[0], "a fulfillment found later is recognised by its fence"


def test_goods_at_two_locations_have_a_fence_at_each(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    fulfillment = fulfillment_of(desk.order(served.control.new_order([(OIL, 2), (CUP, 1)])))
    prepared, done = until_done(desk, fulfillment)
    assert len(prepared.fences) == len(done.remote_ids) == 2
    marks = {one.mark for one in desk.order(fulfillment.order_id).shipments}
    assert marks == set(prepared.fences)


def test_a_part_is_split_off_before_it_is_sent(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    order = desk.order(served.control.new_order([(OIL, 3)]))
    fulfillment = fulfillment_of(order, items=[(order.lines[0].id, 1)], completes_order=False)
    served.control.forget_requests()
    told = until_done(desk, fulfillment)
    assert told[-1].outcome is Outcome.DONE
    assert (shipped(served, order.remote_id), open_parts(served, order.remote_id)) == ([1], [2])
    assert [root.split()[0] for root in roots(served) if root != "nodes"] == [SPLITS, CREATES]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "internal_error", "truncated"])
def test_after_a_lost_split_there_is_no_second_one(
    served: ServedSandbox, desk: Any, fulfillment_of: Make, kind: str
) -> None:
    order = desk.order(served.control.new_order([(OIL, 3)]))
    fulfillment = fulfillment_of(order, items=[(order.lines[0].id, 1)], completes_order=False)
    served.control.add_fault(kind, path=SPLITS)
    lost = entry_of(desk, fulfillment)
    assert (lost.outcome, lost.effects.mail) == (Outcome.UNCONFIRMED, MailEffect.NOT_SENT)
    told = until_done(desk, next_try(desk, fulfillment, lost))
    assert told[-1].outcome is Outcome.DONE
    assert (shipped(served, order.remote_id), open_parts(served, order.remote_id)) == ([1], [2])


def test_a_repeat_after_a_lost_answer_is_refused_by_the_store_itself(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    """Even with the order as it was read before: the fence is closed, and what it became is found."""
    order = desk.order(served.control.new_order([(OIL, 3)]))
    fulfillment = fulfillment_of(order, items=[(order.lines[0].id, 1)], completes_order=False)
    split = next_try(desk, fulfillment, entry_of(desk, fulfillment))
    bound = next_try(desk, split, entry_of(desk, split))
    served.control.add_fault("drop_after", path=CREATES)
    assert entry_of(desk, bound).outcome is Outcome.UNCONFIRMED
    again = entry_of(desk, bound)
    assert again.outcome is Outcome.DONE
    assert (shipped(served, order.remote_id), open_parts(served, order.remote_id)) == ([1], [2])


def test_two_equal_parts_are_split_in_one_document_and_each_has_its_own(
    served: ServedSandbox, desk: Any, shipment_of: Make
) -> None:
    order = desk.order(served.control.new_order([(OIL, 3)]))
    line = order.lines[0].id
    parts = tuple(shipment_of(order, [], items=[(line, 1)], name=name) for name in ("first", "second"))
    fulfillment = Fulfillment(order=order, shipments=parts, completes_order=False)
    served.control.forget_requests()
    desk.push_one(fulfillment)
    assert len(served.control.requests()) == 1
    assert open_parts(served, order.remote_id) == [1, 1, 1]
    bound = desk.push_one(replace(fulfillment, order=desk.order(order.remote_id)))
    fences = [entry.fences for entry in bound.shipments]
    assert len({*fences}) == 2
    parts = tuple(replace(part, fences=fence) for part, fence in zip(parts, fences, strict=True))
    done = desk.push_one(replace(fulfillment, order=desk.order(order.remote_id), shipments=parts))
    assert [entry.outcome for entry in done.shipments] == [Outcome.DONE, Outcome.DONE]
    assert (shipped(served, order.remote_id), open_parts(served, order.remote_id)) == ([1, 1], [1])


def test_a_numbered_sibling_goes_in_the_same_call_as_the_split(
    served: ServedSandbox, desk: Any, shipment_of: Make
) -> None:
    order = desk.order(served.control.new_order([(OIL, 5)]))
    line = order.lines[0].id
    unnumbered = shipment_of(order, [], items=[(line, 1)], name="unnumbered")
    numbered = shipment_of(order, ["N1"], items=[(line, 4)], name="numbered")
    receipt = desk.push_one(Fulfillment(order=order, shipments=(unnumbered, numbered), completes_order=True))
    outcomes = {entry.shipment_id: entry.outcome for entry in receipt.shipments}
    assert outcomes == {unnumbered.id: Outcome.PREPARED, numbered.id: Outcome.DONE}
    assert (shipped(served, order.remote_id), open_parts(served, order.remote_id)) == ([4], [1])


def test_a_numbered_sibling_takes_nothing_from_behind_a_fence(
    served: ServedSandbox, desk: Any, shipment_of: Make
) -> None:
    order = desk.order(served.control.new_order([(OIL, 5)]))
    line = order.lines[0].id
    unnumbered = shipment_of(order, [], items=[(line, 1)], name="unnumbered")
    alone = Fulfillment(order=order, shipments=(unnumbered,), completes_order=False)
    split = next_try(desk, alone, entry_of(desk, alone))
    bound = next_try(desk, split, entry_of(desk, split))
    (fenced,) = bound.shipments
    assert fenced.fences
    for pieces, name in ((2, "first"), (2, "second")):
        numbered = shipment_of(order, [f"N{name}"], items=[(line, pieces)], name=name)
        both = Fulfillment(
            order=desk.order(order.remote_id),
            shipments=(replace(fenced, acknowledged=fenced.revision), numbered),
            completes_order=False,
        )
        assert entry_of(desk, both).outcome is Outcome.DONE
    assert open_parts(served, order.remote_id) == [1]
    last = replace(bound, order=desk.order(order.remote_id))
    assert entry_of(desk, last).outcome is Outcome.DONE
    assert shipped(served, order.remote_id) == [2, 2, 1]
    (mark,) = fenced.fences
    assert [one.mark for one in desk.order(order.remote_id).shipments].count(mark) == 1


@pytest.fixture
def assigned_only(served: ServedSandbox, desk_of: Make) -> Any:
    """An app that is the fulfillment service itself: it may fulfil, and may not split."""
    shop = served.control.shop
    shop.locations[MILAN] = replace(shop.locations[MILAN], managed="assigned")
    kinds = ["read_assigned_fulfillment_orders", "write_assigned_fulfillment_orders"]
    return lambda *, checked: desk_of(
        served,
        access_token=served.control.new_token(["read_orders", *kinds]),
        checked=checked,
        # Without a check nobody knows which scopes the app has.
        **({} if checked else {"own_services": "*"}),
    )


@pytest.mark.parametrize(("checked", "refused"), [(False, 1), (True, 0)])
def test_where_the_app_may_not_split_a_part_goes_without_a_fence(
    served: ServedSandbox, assigned_only: Make, fulfillment_of: Make, checked: bool, refused: int
) -> None:
    desk = assigned_only(checked=checked)
    order = desk.order(served.control.new_order([(OIL, 3)]))
    served.control.forget_requests()
    entry = entry_of(desk, fulfillment_of(order, items=[(order.lines[0].id, 1)], completes_order=False))
    assert (entry.outcome, entry.effects.shipment) == (Outcome.DONE, Effect.DONE)
    assert sum(SPLITS in root for root in roots(served)) == refused
    other = desk.order(served.control.new_order([(OIL, 3)]))
    served.control.forget_requests()
    entry_of(desk, fulfillment_of(other, items=[(other.lines[0].id, 1)], completes_order=False))
    assert roots(served) == [CREATES], "what was learnt is remembered"
