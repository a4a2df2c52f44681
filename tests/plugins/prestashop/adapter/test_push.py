"""Numbers first, then the state, each once, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.plugins.next_revision import acknowledged

from fbridge.models.fulfillments import Fulfillment
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox

from .push_calls import (
    DeskOf,
    FulfillmentOf,
    MakeSandbox,
    ShipmentOf,
    field,
    new_order,
    state,
    writes,
)


def test_the_number_is_written_before_the_state(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason, entry.made_by) == (Outcome.DONE, "sent", MadeBy.US)
    assert (entry.effects.tracking, entry.effects.status) == (Effect.DONE, Effect.DONE)
    assert entry.effects.mail is MailEffect.UNKNOWABLE
    assert entry.holds.numbers == ("BX1",)
    assert (entry.holds.carrier, entry.holds.order_status) == ("5", "4 Shipped")
    assert writes(sandbox) == ["PATCH /api/order_carriers", "POST /api/order_histories"]
    assert (field(sandbox, order), state(sandbox, order)) == ("BX1", "4")


def test_c4_again_changes_nothing(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    desk.push_one(fulfillment_of(order, ["BX1", "BX2"]))
    before = sandbox.control.order(int(order.remote_id))
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(desk.order(order.remote_id), ["BX1", "BX2"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "already_there")
    assert writes(sandbox) == []
    assert sandbox.control.order(int(order.remote_id)) == before
    assert len(sandbox.control.mails(int(order.remote_id))) == 1


@pytest.mark.parametrize("mail", [False, True], ids=["without mail", "with mail"])
def test_the_budget_of_requests(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, mail: bool
) -> None:
    """At most 0.15 an order without mail, the reading before it included; with mails ten orders in one request."""
    served = make_sandbox(orders=300)
    desk = desk_of(served)
    ids = served.control.shippable_ids()[:100]
    served.control.forget_requests()
    chunk = [order for order in desk.orders(*ids) if any(line.due for line in order.lines)]
    receipts = desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"], notify=mail) for order in chunk))
    assert len(receipts) > 90
    assert {entry.outcome for one in receipts.values() for entry in one.shipments} == {Outcome.DONE}
    assert len(served.control.requests()) / len(chunk) <= (0.2 if mail else 0.1)
    assert len(served.control.mails()) == (len(chunk) if mail else 0)


def test_a_chunk_of_fifty_keeps_the_budget_too(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=200)
    desk = desk_of(served)
    served.control.forget_requests()
    chunk = desk.orders(*served.control.shippable_ids()[:50])
    desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"], notify=False) for order in chunk))
    seen = [one for one in served.control.requests() if "/carriers" not in one.path]
    assert len(seen) / len(chunk) <= 0.15
    assert len(served.control.requests()) - len(seen) <= 1, "the carriers of today, once a run"


def test_states_are_never_written_side_by_side(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=150)
    desk = desk_of(served)
    chunk = desk.orders(*served.control.shippable_ids()[:60])
    desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"]) for order in chunk))
    assert served.control.most_status_writers() == 1


@pytest.mark.parametrize("options", [{"version": "1.7.8.11"}, {"patch": False}], ids=["1.7", "no permission"])
def test_without_patch_the_whole_row_is_put_and_keeps_its_other_fields(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, options: dict[str, Any]
) -> None:
    served = make_sandbox(**options)
    desk = desk_of(served)
    orders = [new_order(served, desk) for _ in range(2)]
    before = [served.control.order(int(order.remote_id))["carriers"][0] for order in orders]
    served.control.forget_requests()
    desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"]) for order in orders))
    assert writes(served)[0] == "PUT /api/order_carriers"
    after = [served.control.order(int(order.remote_id))["carriers"][0] for order in orders]
    assert after == [
        {**row, "tracking_number": f"BX{order.remote_id}"} for row, order in zip(before, orders, strict=True)
    ]


def test_where_patch_was_taken_away_put_stands_in(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    permissions = sandbox.control.keys["full"].permissions
    permissions["order_carriers"] = permissions["order_carriers"] - {"PATCH"}
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert entry.outcome is Outcome.DONE
    assert writes(sandbox)[:2] == ["PATCH /api/order_carriers", "PUT /api/order_carriers"]
    assert field(sandbox, order) == "BX1"


def test_c7_numbers_of_others_stay_and_none_is_doubled(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    sandbox.control.set_tracking(int(order.remote_id), "OTHER,BX1")
    desk.push_one(fulfillment_of(desk.order(order.remote_id), ["BX1", "BX2"]))
    assert field(sandbox, order) == "OTHER, BX1, BX2"


def test_numbers_that_fit_only_without_blanks_are_joined_so(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    numbers = [f"BX{count:010d}" for count in range(5)]
    desk.push_one(fulfillment_of(order, numbers))
    assert field(sandbox, order) == ",".join(numbers)
    assert len(field(sandbox, order)) == 64
    assert desk.order(order.remote_id).shipments[0].numbers == tuple(numbers)


@pytest.mark.parametrize(
    ("numbers", "reason", "words"),
    [
        (["X" * 65], "bad_tracking_number", "65 characters"),
        (["BX;1"], "bad_tracking_number", "';'"),
        (["PERÒ1"], "bad_tracking_number", "'Ò'"),
        (["A,B"], "bad_tracking_number", "comma"),
        ([f"BX{count:012d}" for count in range(5)], "numbers_too_long", "64 characters"),
    ],
)
def test_what_the_store_would_refuse_or_cut_is_refused_before_sending(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    numbers: list[str],
    reason: str,
    words: str,
) -> None:
    desk = desk_of(sandbox)
    order, good = new_order(sandbox, desk), new_order(sandbox, desk)
    got = desk.push(fulfillment_of(order, numbers), fulfillment_of(good, ["BX1"]))
    (entry,) = got[order.remote_id].shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, reason)
    assert words in entry.words
    assert (field(sandbox, order), state(sandbox, order)) == ("", "2")
    assert got[good.remote_id].shipments[0].outcome is Outcome.DONE


def test_c8_a_correction_replaces_its_own_part_and_mails_nobody(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["WRONG", "KEPT"])
    receipt = desk.push_one(first)
    sandbox.control.set_tracking(int(order.remote_id), f"OTHER, {field(sandbox, order)}")
    order = desk.order(order.remote_id)
    next_one = acknowledged(
        first.shipments[0], receipt, tracking=shipment_of(order, ["RIGHT", "KEPT"]).tracking
    )
    (entry,) = desk.push_one(
        Fulfillment(order=order, shipments=(next_one,), completes_order=True, notify=True)
    ).shipments
    assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.UNKNOWABLE), (
        "the one of the first revision"
    )
    assert field(sandbox, order) == "OTHER, RIGHT, KEPT"
    assert len(sandbox.control.mails(int(order.remote_id))) == 1


def test_c14_a_correction_does_not_take_the_number_of_another_carrier_under_ours(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["WRONG"])
    receipt = desk.push_one(first)
    sandbox.control.set_tracking(int(order.remote_id), "WRONG, THEIRS", carrier=6)
    order = desk.order(order.remote_id)
    right = acknowledged(first.shipments[0], receipt, tracking=shipment_of(order, ["RIGHT"]).tracking)
    fulfillment = Fulfillment(order=order, shipments=(right,), completes_order=True)
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "other_carrier")
    assert "GLS" in entry.words
    assert field(sandbox, order) == "WRONG, THEIRS"


def test_a_number_taken_back_leaves_the_field(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["WRONG"])
    receipt = desk.push_one(first)
    order = desk.order(order.remote_id)
    bare = acknowledged(first.shipments[0], receipt, tracking=())
    (entry,) = desk.push_one(Fulfillment(order=order, shipments=(bare,), completes_order=True)).shipments
    assert entry.outcome is Outcome.DONE
    assert field(sandbox, order) == ""


def test_c3_a_part_leaves_the_state_and_says_so(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    part = fulfillment_of(order, ["BX1"], items=[(order.lines[0].id, 1)], completes_order=False)
    (entry,) = desk.push_one(part).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "partial_status_left")
    assert (entry.effects.tracking, entry.effects.status) == (Effect.DONE, Effect.NOT_DONE)
    assert (field(sandbox, order), state(sandbox, order)) == ("BX1", "2")


def test_a_sibling_keeps_its_number(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["BX1"], name="first", completes_order=False)
    receipt = desk.push_one(first)
    order = desk.order(order.remote_id)
    sent = replace(acknowledged(first.shipments[0], receipt), revision=1)
    both = (sent, shipment_of(order, ["BX2"], name="second"))
    got = desk.push_one(Fulfillment(order=order, shipments=both, completes_order=True))
    assert [entry.shipment_id for entry in got.shipments] == [both[1].id]
    assert (field(sandbox, order), state(sandbox, order)) == ("BX1, BX2", "4")


@pytest.mark.parametrize(
    ("to", "reason"),
    [("6", "order_cancelled"), ("7", "order_cancelled"), ("8", "order_cancelled"), ("9", "on_hold")],
)
def test_an_order_that_must_not_ship_is_left_as_it_is(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, to: str, reason: str
) -> None:
    desk = desk_of(sandbox, on_hold_states="9")
    order = new_order(sandbox, desk)
    sandbox.control.set_state(int(order.remote_id), to)
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(desk.order(order.remote_id), ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, reason)
    assert state(sandbox, order) == to
    assert writes(sandbox) == []


@pytest.mark.parametrize("late", ["4", "5"], ids=["Shipped", "Delivered"])
def test_a_later_state_is_never_gone_back_from(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, late: str
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    sandbox.control.set_state(int(order.remote_id), late)
    histories = len(sandbox.control.order(int(order.remote_id))["histories"])
    (entry,) = desk.push_one(fulfillment_of(desk.order(order.remote_id), ["BX1"])).shipments
    assert (entry.outcome, entry.made_by) == (Outcome.DONE_ELSEWHERE, MadeBy.FOUND)
    assert (entry.effects.tracking, entry.effects.mail) == (Effect.DONE, MailEffect.NOT_SENT)
    assert (field(sandbox, order), state(sandbox, order)) == ("BX1", late)
    assert len(sandbox.control.order(int(order.remote_id))["histories"]) == histories
    assert sandbox.control.mails(int(order.remote_id)) == []


def test_the_state_to_set_may_be_another(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox, shipped_state=5)
    order = new_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert entry.effects.status is Effect.DONE
    assert state(sandbox, order) == "5"


def test_orders_that_share_one_reference_are_two_orders(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    one, other = (new_order(sandbox, desk, reference="SAMEREFER") for _ in range(2))
    assert one.number == other.number == "SAMEREFER"
    got = desk.push(fulfillment_of(one, ["BX1"]), fulfillment_of(other, ["BX2"]))
    assert set(got) == {one.remote_id, other.remote_id}
    assert (field(sandbox, one), field(sandbox, other)) == ("BX1", "BX2")
