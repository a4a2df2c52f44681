"""Stores that limit the lists in a request ("Input List Limit"): found out once, obeyed, or named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment
from fbridge.models.states import MailEffect, Outcome
from fbridge.sandbox import ServedSandbox

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]

MOST = 5
LINES = 12


@pytest.fixture
def narrow(make_sandbox: MakeSandbox) -> ServedSandbox:
    """A store that takes five entries in a list."""
    return make_sandbox(orders=0, most_entries=MOST)


def order_in(served: ServedSandbox, desk: Any, lines: int = LINES) -> Any:
    return desk.order(served.control.new_order([("TAZZA-01", 2)] * lines))


def shipped(served: ServedSandbox, order: Any) -> list[int]:
    return [len(one["items"]) for one in served.control.shipments(int(order.remote_id))]


def asked_to_ship(served: ServedSandbox) -> int:
    return sum(one.path.endswith("/ship") for one in served.control.requests())


@pytest.mark.parametrize(("connections", "requests"), [(1, {4}), (4, {4, 5, 6})])
def test_a_whole_order_of_many_lines_leaves_in_one_shipment(
    narrow: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    connections: int,
    requests: set[int],
) -> None:
    """Without naming its lines, for Magento then ships all that is left; the limit is heard of once in a run."""
    desk = desk_of(narrow, connections=connections)
    orders = [order_in(narrow, desk) for _ in range(3)]
    narrow.control.forget_requests()
    receipts = desk.push(*(fulfillment_of(order, [f"N{order.remote_id}"]) for order in orders))
    entries = [receipts[order.remote_id].shipments[0] for order in orders]
    assert [(one.outcome, one.effects.mail) for one in entries] == [(Outcome.DONE, MailEffect.SENT)] * 3
    assert [shipped(narrow, order) for order in orders] == [[LINES]] * 3
    assert asked_to_ship(narrow) in requests


@pytest.mark.parametrize("known", [False, True])
def test_a_part_of_too_many_lines_is_refused_by_name_and_ships_nothing(
    narrow: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, *, known: bool
) -> None:
    desk = desk_of(narrow)
    if known:
        desk.push_one(fulfillment_of(order_in(narrow, desk), ["N0"]))
    order = order_in(narrow, desk)
    some = [(line.id, 2) for line in order.lines[: MOST + 1]]
    (entry,) = desk.push_one(fulfillment_of(order, ["N1"], items=some, completes_order=False)).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "too_many_lines")
    assert f"at most {MOST} entries" in entry.words
    assert shipped(narrow, order) == []
    few = [(line.id, 2) for line in order.lines[:MOST]]
    (entry,) = desk.push_one(
        fulfillment_of(order, ["N2"], items=few, completes_order=False, name="few")
    ).shipments
    assert (entry.outcome, shipped(narrow, order)) == (Outcome.DONE, [MOST])


def test_less_than_all_pieces_of_every_line_is_a_part(
    narrow: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(narrow)
    order = order_in(narrow, desk)
    one_each = [(line.id, 1) for line in order.lines]
    (entry,) = desk.push_one(fulfillment_of(order, ["N1"], items=one_each, completes_order=False)).shipments
    assert (entry.reason, shipped(narrow, order)) == ("too_many_lines", [])


def test_two_shipments_that_are_all_of_an_order_never_take_each_others_goods(
    narrow: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: Callable[..., Any]
) -> None:
    desk = desk_of(narrow)
    order = order_in(narrow, desk)
    halves = [[(line.id, 2) for line in half] for half in (order.lines[:6], order.lines[6:])]
    shipments = tuple(
        shipment_of(order, [f"N{number}"], items=half, name=str(number)) for number, half in enumerate(halves)
    )
    receipt = desk.push_one(Fulfillment(order=order, shipments=shipments, completes_order=True, notify=False))
    assert {one.reason for one in receipt.shipments} == {"too_many_lines"}
    assert shipped(narrow, order) == []


def test_more_numbers_than_fit_are_added_before_the_mail(
    narrow: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(narrow)
    order = order_in(narrow, desk, lines=1)
    numbers = [f"N{count}" for count in range(MOST + 3)]
    (entry,) = desk.push_one(fulfillment_of(order, numbers)).shipments
    assert (entry.outcome, entry.holds.numbers) == (Outcome.DONE, tuple(numbers))
    (mail,) = narrow.control.mails(int(order.remote_id))
    assert mail.numbers == tuple(numbers)


def test_numbers_of_which_the_last_was_lost_are_finished_the_next_time(
    narrow: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(narrow)
    order = order_in(narrow, desk, lines=1)
    numbers = [f"N{count}" for count in range(MOST + 2)]
    wanted = fulfillment_of(order, numbers)
    narrow.control.add_fault("drop_before", path="shipment/track")
    (entry,) = desk.push_one(wanted).shipments
    assert (entry.outcome, narrow.control.mails()) == (Outcome.UNCONFIRMED, [])
    again = fulfillment_of(desk.order(order.remote_id), numbers, remote_ids=entry.remote_ids)
    (entry,) = desk.push_one(again).shipments
    assert (entry.outcome, entry.holds.numbers) == (Outcome.DONE, tuple(numbers))


def test_the_stores_own_choice_of_a_source_is_asked_for_in_parts(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0, most_entries=2, sources=("default", "roma"))
    desk = desk_of(served, source="auto")
    skus = ("TAZZA-01", "SCIARPA-02", "MOKA-03")
    order = desk.order(served.control.new_order([(sku, 1) for sku in skus]))
    (entry,) = desk.push_one(fulfillment_of(order, ["N1"])).shipments
    assert entry.outcome is Outcome.DONE, entry.words
    assert shipped(served, order) == [3]
