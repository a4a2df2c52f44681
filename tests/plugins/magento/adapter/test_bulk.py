"""Whole orders through the store's queue: what waits there is never sent by another way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.errors import CredentialsError
from fbridge.models.fulfillments import Baseline, Fulfillment, FulfillmentShipment
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_magento import bulk
from fbridge_magento.bulk import State, accepted, fenced, operations_in

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]

TRIED = Baseline(entries=(), remaining=(), remote_status="processing")
SHIP, QUEUE = "ship", "queue"


@pytest.fixture
def asleep(make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch) -> ServedSandbox:
    """A store whose queue nobody works on; a push does not wait long for it."""
    monkeypatch.setattr(bulk, "PATIENCE", 0.1)
    monkeypatch.setattr(bulk, "PATIENCE_EACH", 0.0)
    return make_sandbox(orders=0, consumer=None)


def chunk_of(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, count: int = 1, **options: Any
) -> list[Fulfillment]:
    ids = [served.control.new_order([("TAZZA-01", 2)]) for _ in range(count)]
    served.control.forget_requests()
    return [fulfillment_of(order, [f"BX{order.remote_id}"], **options) for order in desk.orders(*ids)]


def again(desk: Any, one: Fulfillment, **changes: Any) -> Fulfillment:
    """The same, tried before, with its order as the store shows it now."""
    shipments = tuple(replace(shipment, baseline=TRIED, **changes) for shipment in one.shipments)
    return replace(one, order=desk.order(one.order_id), shipments=shipments)


def calls(served: ServedSandbox) -> list[str]:
    """Which way shipments were asked for."""
    paths = [one.path for one in served.control.requests() if one.method == "POST"]
    return [QUEUE if "async" in path else SHIP for path in paths if path.endswith("/ship")]


def held(served: ServedSandbox, one: Fulfillment) -> list[list[str]]:
    made = served.control.shipments(int(one.order_id))
    return [[track["track_number"] for track in shipment["tracks"]] for shipment in made]


def test_a_chunk_goes_in_one_request_and_is_read_back_and_mailed(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, push="bulk")
    chunk = chunk_of(served, desk, fulfillment_of, 5)
    served.control.forget_requests()
    receipts = desk.push(*chunk)
    for one in chunk:
        (entry,) = receipts[one.order_id].shipments
        assert (entry.outcome, entry.holds.numbers) == (Outcome.DONE, (f"BX{one.order_id}",))
        assert entry.effects.mail is MailEffect.SENT
        assert held(served, one) == [[f"BX{one.order_id}"]]
        assert served.control.shipments(int(one.order_id))[0]["comments"][0]["comment"].startswith("fbridge ")
    assert calls(served) == [QUEUE]
    assert len(served.control.mails()) == 5


def test_only_whole_untouched_orders_take_this_way(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, push="bulk")
    part, two, begun = desk.orders(*(served.control.new_order([("TAZZA-01", 2)]) for _ in range(3)))
    bundle = desk.order(served.control.new_order([("CESTO-INSIEME", 1)]))
    line = begun.lines[0].id
    served.control.ship(int(begun.remote_id), items=[{"order_item_id": int(line), "qty": 1}])
    begun = desk.order(begun.remote_id)
    halves = tuple(shipment_of(two, [name], items=[(two.lines[0].id, 1)], name=name) for name in ("A", "B"))
    served.control.forget_requests()
    receipts = desk.push(
        fulfillment_of(part, ["P"], items=[(part.lines[0].id, 1)], completes_order=False),
        Fulfillment(order=two, shipments=halves, completes_order=True),
        fulfillment_of(begun, ["R"], items=[(line, 1)]),
        fulfillment_of(bundle, ["C"]),
    )
    assert {entry.outcome for one in receipts.values() for entry in one.shipments} == {Outcome.DONE}
    assert calls(served) == [SHIP] * 5


def test_what_nobody_works_on_stays_unconfirmed_and_is_never_sent_directly(
    asleep: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(asleep, push="bulk")
    (one,) = chunk_of(asleep, desk, fulfillment_of)
    (entry,) = desk.push_one(one).shipments
    assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, "queued")
    assert (entry.effects.shipment, entry.effects.mail) == (Effect.NOT_DONE, MailEffect.NOT_SENT)
    assert entry.not_before > datetime.now(UTC) + timedelta(seconds=30)
    assert "queue:consumers:start" in entry.words
    assert entry.fences[0].startswith("bulk:")
    for settings in ({"push": "bulk"}, {"push": "parallel"}):
        later = desk_of(asleep, **settings)
        asleep.control.forget_requests()
        (entry,) = later.push_one(again(later, one, fences=entry.fences)).shipments
        assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, "queued")
        assert calls(asleep) == []
    assert held(asleep, one) == []


def test_a_late_worker_ships_once_and_the_mail_follows(
    asleep: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(asleep, push="bulk")
    (one,) = chunk_of(asleep, desk, fulfillment_of)
    (entry,) = desk.push_one(one).shipments
    unseen = again(desk, one, fences=entry.fences)
    asleep.control.run_consumer()
    asleep.control.forget_requests()
    (done,) = desk.push_one(unseen).shipments
    assert (done.outcome, done.effects.mail) == (Outcome.DONE, MailEffect.SENT)
    assert calls(asleep) == []
    assert held(asleep, one) == [[f"BX{one.order_id}"]]
    (seen,) = desk.push_one(again(desk, one, fences=entry.fences, mail=done.effects.mail)).shipments
    assert (seen.outcome, seen.reason) == (Outcome.DONE, "already_there")
    assert len(asleep.control.mails(int(one.order_id))) == 1


@pytest.mark.parametrize("runs", [False, True], ids=["still in the queue", "worked off meanwhile"])
def test_a_process_that_died_after_submitting_finds_its_operation_by_the_mark(
    asleep: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, *, runs: bool
) -> None:
    desk = desk_of(asleep, push="bulk")
    (one,) = chunk_of(asleep, desk, fulfillment_of)
    asleep.control.add_fault("drop_after", path="async")
    (lost,) = desk.push_one(one).shipments
    assert (lost.outcome, lost.reason, lost.fences) == (Outcome.UNCONFIRMED, "no_answer", ())
    second = again(desk, one)
    if runs:
        asleep.control.run_consumer()
    asleep.control.forget_requests()
    (entry,) = desk.push_one(second).shipments
    if runs:
        # The order was read before the worker came; Magento's own no fences the second shipment.
        assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.SENT)
    else:
        assert (entry.outcome, entry.reason) == (Outcome.UNCONFIRMED, "queued")
        assert entry.fences[0].startswith("bulk:")
        assert calls(asleep) == []
        asleep.control.run_consumer()
    assert held(asleep, one) == [[f"BX{one.order_id}"]]


def test_what_never_reached_the_queue_is_sent_directly(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, push="bulk")
    (one,) = chunk_of(served, desk, fulfillment_of)
    served.control.add_fault("drop_before", path="async")
    assert desk.push_one(one).shipments[0].outcome is Outcome.UNCONFIRMED
    served.control.forget_requests()
    (entry,) = desk.push_one(again(desk, one)).shipments
    assert (entry.outcome, calls(served)) == (Outcome.DONE, [SHIP])
    assert held(served, one) == [[f"BX{one.order_id}"]]


def test_an_operation_that_failed_is_judged_by_the_orders_codes(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, push="bulk")
    held_one, good, theirs = chunk_of(served, desk, fulfillment_of, 3)
    served.control.hold(int(held_one.order_id))
    served.control.ship(int(theirs.order_id))
    receipts = desk.push(held_one, good, theirs)
    outcomes = [receipts[one.order_id].shipments[0].outcome for one in (held_one, good, theirs)]
    assert outcomes == [Outcome.REFUSED, Outcome.DONE, Outcome.DONE_ELSEWHERE]
    assert receipts[held_one.order_id].shipments[0].reason == "on_hold"
    assert held(served, theirs) == [[f"BX{theirs.order_id}"]]


def test_without_the_right_to_ask_nothing_is_sent_on_a_guess(
    asleep: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(asleep, push="bulk", **asleep.control.credentials("min"), source="default")
    (one,) = chunk_of(asleep, desk, fulfillment_of)
    with pytest.raises(CredentialsError, match="bulk_operations"):
        desk.push_one(one)
    with pytest.raises(CredentialsError, match="bulk_operations"):
        desk.push_one(again(desk, one))
    assert calls(asleep) == [QUEUE]


def test_a_queue_that_does_not_answer_leaves_all_as_it_was(
    asleep: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(asleep, push="bulk")
    (one,) = chunk_of(asleep, desk, fulfillment_of)
    (entry,) = desk.push_one(one).shipments
    asleep.control.add_fault("server_error", method="GET", path="detailed-status", times=5)
    asleep.control.forget_requests()
    (again_entry,) = desk.push_one(again(desk, one, fences=entry.fences)).shipments
    assert (again_entry.outcome, again_entry.reason) == (Outcome.UNCONFIRMED, "queue_not_read")
    assert calls(asleep) == []


# What was recorded of a real store


def test_the_states_of_a_real_bulk() -> None:
    rows = [
        {"id": 0, "bulk_uuid": "u", "status": 1, "result_serialized_data": '"\\"36\\""'},
        {"id": 1, "bulk_uuid": "u", "status": 3, "result_serialized_data": None},
        {"id": 2, "bulk_uuid": "u", "status": 4, "result_serialized_data": None},
        {"id": 3, "bulk_uuid": "u", "status": 1, "result_serialized_data": '"35"'},
    ]
    told = operations_in(rows)
    states = [told["u", index].state for index in range(4)]
    assert states == [State.DONE, State.FAILED, State.OPEN, State.DONE]
    assert [told["u", index].shipment_id for index in range(4)] == ["36", "", "", "35"]
    assert told["u", 2].fence == "bulk:u:2"


def test_a_fence_names_its_operation() -> None:
    uuid = "c5411a23-f66f-4fc1-8e4e-9c31e069a9db"
    assert fenced([f"bulk:{uuid}:4"]) == (uuid, 4)
    assert fenced([f"bulk:{uuid}:4", "bulk:later:0"]) == ("later", 0)
    assert fenced(["gid://other/1", "bulk:", "bulk:x:y"]) is None


def test_operations_that_the_store_did_not_take_are_known() -> None:
    items = [{"id": 0, "status": "accepted"}, {"id": 1, "status": "rejected"}]
    assert accepted({"bulk_uuid": "u", "request_items": items, "errors": True}) == ("u", frozenset({0}))
    assert accepted({"message": "hello"}) is None
