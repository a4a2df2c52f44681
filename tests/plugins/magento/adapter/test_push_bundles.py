"""Bundles: the API hides whether the parent or its children are shipped; the store's 400 ships nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment, Item
from fbridge.models.states import MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_magento.bundles import Kind, choices
from fbridge_magento.order_lines import Child
from fbridge_magento.ship_bodies import ship_body

DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
BOX = {"10": (Child(id="11", per_bundle=1, remaining=2), Child(id="12", per_bundle=3, remaining=6))}


def ship_calls(served: ServedSandbox) -> int:
    return sum(one.path.endswith("/ship") for one in served.control.requests())


@pytest.mark.parametrize(
    ("lines", "calls"),
    [
        ([("CESTO-INSIEME", 2)], 1),
        ([("CESTO-SEPARATO", 2)], 2),
        ([("CESTO-SEPARATO", 1)] * 5, 2),
        ([("CESTO-SEPARATO", 1), ("CESTO-INSIEME", 1), ("TAZZA-01", 2)], 4),
        ([("MAGLIA-M", 2), ("TAZZA-01", 1), ("GIFT-VIRT", 1)], 1),
    ],
    ids=["together", "separately", "many separately", "both kinds", "configurable and virtual"],
)
def test_a_whole_order_is_shipped_once_whatever_is_in_it(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    lines: list[tuple[str, int]],
    calls: int,
) -> None:
    desk = desk_of(sandbox)
    order = desk.order(sandbox.control.new_order(lines))
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.SENT)
    wanted = {line.id: line.due for line in order.lines if line.due}
    assert {item.line_id: item.quantity for item in entry.holds.items} == wanted
    assert ship_calls(sandbox) == calls
    assert len(sandbox.control.shipments(int(order.remote_id))) == 1
    assert not any(line.remaining for line in desk.order(order.remote_id).lines)


def test_what_a_bundle_turned_out_to_be_is_remembered(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    for calls in (2, 1):
        order = desk.order(sandbox.control.new_order([("CESTO-SEPARATO", 1)]))
        sandbox.control.forget_requests()
        desk.push_one(fulfillment_of(order, ["BX1"]))
        assert ship_calls(sandbox) == calls


def test_a_part_of_a_separate_bundle_takes_its_children_in_proportion(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = desk.order(sandbox.control.new_order([("CESTO-SEPARATO", 3)]))
    part = fulfillment_of(order, ["BX1"], items=[(order.lines[0].id, 2)], completes_order=False)
    (entry,) = desk.push_one(part).shipments
    assert entry.outcome is Outcome.DONE
    assert desk.order(order.remote_id).lines[0].remaining == 1


def test_a_refunded_child_stays_behind_and_hinders_neither_the_bundle_nor_its_correction(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: Any
) -> None:
    desk = desk_of(sandbox)
    order_id = sandbox.control.new_order([("CESTO-SEPARATO", 2), ("TAZZA-01", 1)])
    _, cup, _, _ = sandbox.control.order(order_id)["items"]
    sandbox.control.refund(order_id, {cup["item_id"]: 1})
    first = fulfillment_of(desk.order(order_id), ["BX1"])
    (entry,) = desk.push_one(first).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "sent")
    assert [item.quantity for item in entry.holds.items] == [2, 1]
    now = desk.order(order_id)
    assert not any(line.remaining for line in now.lines)
    corrected = replace(
        first.shipments[0],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("BX1",),
        remote_ids=entry.remote_ids,
        mail=entry.effects.mail,
        tracking=shipment_of(now, ["BX2"]).tracking,
    )
    (entry,) = desk.push_one(replace(first, order=now, shipments=(corrected,))).shipments
    assert (entry.outcome, entry.reason, entry.holds.numbers) == (Outcome.DONE, "sent", ("BX2",))


def test_two_parts_of_a_bundle_share_what_is_left_of_a_refunded_child(
    sandbox: ServedSandbox, desk_of: DeskOf, shipment_of: Any
) -> None:
    desk = desk_of(sandbox)
    order_id = sandbox.control.new_order([("CESTO-SEPARATO", 2)])
    _, cup, _ = sandbox.control.order(order_id)["items"]
    sandbox.control.refund(order_id, {cup["item_id"]: 1})
    order = desk.order(order_id)
    parts = tuple(
        shipment_of(order, [name], items=[(order.lines[0].id, 1)], name=name) for name in ("A", "B")
    )
    receipt = desk.push_one(Fulfillment(order=order, shipments=parts, completes_order=True))
    assert [entry.reason for entry in receipt.shipments] == ["sent", "sent"]
    pieces = [[item["qty"] for item in one["items"]] for one in sandbox.control.shipments(order_id)]
    assert sorted(map(sum, pieces)) == [2, 3]


def test_an_order_on_hold_is_not_taken_for_a_bundle_of_the_other_kind(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = desk.order(sandbox.control.new_order([("CESTO-INSIEME", 1)]))
    fulfillment = fulfillment_of(order, ["BX1"])
    sandbox.control.hold(int(order.remote_id))
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "on_hold")
    assert "holded" in entry.words
    assert sandbox.control.shipments(int(order.remote_id)) == []


def test_an_answer_lost_at_the_second_way_is_unconfirmed_and_not_the_first_ones_refusal(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = desk.order(sandbox.control.new_order([("CESTO-SEPARATO", 1)]))
    tries = iter(range(1, 10))

    def lose_the_second_answer() -> None:
        if next(tries) == 2:
            sandbox.control.add_fault("drop_after", path="/ship")

    desk.store.http.before_write = lose_the_second_answer
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, "no_answer")
    assert len(sandbox.control.shipments(int(order.remote_id))) == 1


def test_the_likelier_kind_is_tried_first_and_children_never_exceed_what_is_left() -> None:
    items = [Item(line_id="1", quantity=4), Item(line_id="10", quantity=2)]
    assert [dict(one.pieces) for one in choices(items, BOX, {})] == [
        {"1": 4, "10": 2},
        {"1": 4, "11": 2, "12": 6},
    ]
    four = [Item(line_id=str(number), quantity=1) for number in range(4)]
    boxes = {item.line_id: (Child(id=f"{item.line_id}0", per_bundle=1, remaining=1),) for item in four}
    ways = [tuple(one.kinds.values()) for one in choices(four, boxes, {"0": Kind.SEPARATELY})]
    assert len(ways) == len(set(ways)) == 16
    assert [set(way[1:]) for way in ways[:2]] == [{Kind.TOGETHER}, {Kind.SEPARATELY}]
    assert all(way[0] is Kind.SEPARATELY for way in ways[:8])
    known = choices(items, BOX, {"10": Kind.SEPARATELY})
    assert dict(known[0].pieces) == {"1": 4, "11": 2, "12": 6}
    begun = {"10": (Child(id="11", per_bundle=1, remaining=0), Child(id="12", per_bundle=3, remaining=5))}
    assert dict(choices(items[1:], begun, {})[1].pieces) == {"12": 5}


@pytest.mark.parametrize("pieces", [{}, {"1": 0}, {"1": -1}])
def test_no_body_is_made_without_pieces(pieces: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="needs pieces"):
        ship_body(pieces, [], shipment_id="x", source=None)
