"""Numbers and status reach the store together, once, and nothing else is touched (rows of AST and WST)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.plugins.next_revision import acknowledged

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, ResolvedCarrier
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]

PLACES: list[dict[str, Any]] = [
    {"tracking": "ast"},
    {"tracking": "wst", "wst_routes": True},
    {"tracking": "wst"},
]


def due_order(served: ServedSandbox, desk: Any, position: int = 0) -> Any:
    """An open order with something to ship."""
    ids = served.control.order_ids("processing")
    return [order for order in desk.orders(*ids[:40]) if sum(line.due for line in order.lines) > 1][position]


def numbers(served: ServedSandbox, order: Any) -> list[str]:
    return [row["tracking_number"] for row in served.control.trackings(int(order.remote_id))]


def writes(served: ServedSandbox) -> list[str]:
    return [f"{seen.method} {seen.path}" for seen in served.control.requests() if seen.method != "GET"]


@pytest.mark.parametrize("options", PLACES, ids=["ast", "wst", "wst without routes"])
def test_number_and_status_arrive_in_one_write_and_the_mail_has_the_number(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, options: dict[str, Any]
) -> None:
    served = make_sandbox(**options)
    desk = desk_of(served)
    order = due_order(served, desk)
    served.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "sent")
    assert (entry.effects.tracking, entry.effects.status) == (Effect.DONE, Effect.DONE)
    assert (entry.effects.mail, entry.made_by) == (MailEffect.SENT, MadeBy.US)
    assert (entry.holds.numbers, entry.holds.order_status) == (("BX1",), "completed")
    assert writes(served) == ["POST /wp-json/wc/v3/orders/batch"]
    (mail,) = served.control.mails(int(order.remote_id))
    assert mail.tracking_numbers == ("BX1",)


@pytest.mark.parametrize("options", PLACES, ids=["ast", "wst", "wst without routes"])
def test_c4_again_changes_nothing(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, options: dict[str, Any]
) -> None:
    served = make_sandbox(**options)
    desk = desk_of(served)
    order = due_order(served, desk)
    first = desk.push_one(fulfillment_of(order, ["BX1", "BX2"]))
    served.control.forget_requests()
    again = desk.push_one(fulfillment_of(desk.order(order.remote_id), ["BX1", "BX2"]))
    assert writes(served) == []
    assert again.shipments[0].outcome is Outcome.DONE
    assert again.shipments[0].remote_ids == first.shipments[0].remote_ids
    assert numbers(served, order) == ["BX1", "BX2"]
    assert len(served.control.mails(int(order.remote_id))) == 1


def test_the_budget_of_requests(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """At most 0.15 an order, the re-read included; the look at the first row as well."""
    served = make_sandbox(orders=400)
    desk = desk_of(served)
    candidates = desk.orders(*served.control.order_ids("processing")[:120])
    ids = [order.remote_id for order in candidates if any(line.due for line in order.lines)][:100]
    refunded = sum(bool(served.control.order(int(order_id))["refunds"]) for order_id in ids)
    served.control.forget_requests()
    for start in range(0, len(ids), 50):
        chunk = desk.orders(*ids[start : start + 50])
        desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"]) for order in chunk))
    assert len(ids) == 100
    assert (len(served.control.requests()) - refunded) / len(ids) <= 0.15
    assert served.control.state()["mails"] == 100


def test_rows_of_others_stay_where_they_are(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    theirs = [{"tracking_id": "0" * 32, "tracking_number": "OTHER", "tracking_provider": "ups", "extra": [1]}]
    sandbox.control.set_trackings(int(order.remote_id), theirs)
    desk.push_one(fulfillment_of(desk.order(order.remote_id), ["BX1"]))
    rows = sandbox.control.trackings(int(order.remote_id))
    assert rows[0] == theirs[0]
    assert [row["tracking_number"] for row in rows] == ["OTHER", "BX1"]


def test_c7_a_number_that_somebody_entered_is_not_doubled(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    sandbox.control.set_trackings(
        int(order.remote_id),
        [{"tracking_id": "1" * 32, "tracking_number": "BX1", "tracking_provider": "ups"}],
    )
    (entry,) = desk.push_one(fulfillment_of(desk.order(order.remote_id), ["BX1", "BX2"])).shipments
    assert numbers(sandbox, order) == ["BX1", "BX2"]
    assert set(entry.holds.numbers) == {"BX1", "BX2"}
    assert entry.effects.tracking is Effect.DONE


def test_c8_a_correction_replaces_its_row_and_mails_nobody(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    first = fulfillment_of(order, ["WRONG", "KEPT", "SURPLUS"])
    receipt = desk.push_one(first)
    order = desk.order(order.remote_id)
    next_one = acknowledged(
        first.shipments[0], receipt, tracking=shipment_of(order, ["RIGHT", "KEPT"]).tracking
    )
    (entry,) = desk.push_one(Fulfillment(order=order, shipments=(next_one,), completes_order=True)).shipments
    assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE, Effect.DONE)
    assert entry.effects.mail is MailEffect.NOT_SENT
    assert numbers(sandbox, order) == ["RIGHT", "KEPT"]
    assert len(sandbox.control.mails(int(order.remote_id))) == 1


def test_a_late_number_is_added_to_the_finished_order(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    first = fulfillment_of(order)
    receipt = desk.push_one(first)
    assert receipt.shipments[0].effects.status is Effect.DONE
    order = desk.order(order.remote_id)
    late = acknowledged(first.shipments[0], receipt, tracking=shipment_of(order, ["LATE"]).tracking)
    (entry,) = desk.push_one(Fulfillment(order=order, shipments=(late,), completes_order=True)).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "sent")
    assert numbers(sandbox, order) == ["LATE"]
    assert len(sandbox.control.mails(int(order.remote_id))) == 1


def test_c3_a_part_leaves_the_status_and_says_so(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    part = fulfillment_of(
        order, ["BX1"], items=[(next(line.id for line in order.lines if line.due), 1)], completes_order=False
    )
    (entry,) = desk.push_one(part).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "partial_status_left")
    assert (entry.effects.tracking, entry.effects.status) == (Effect.DONE, Effect.NOT_DONE)
    assert sandbox.control.order(int(order.remote_id))["status"] == "processing"
    assert numbers(sandbox, order) == ["BX1"]


def test_a_sibling_keeps_its_number(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    first = fulfillment_of(order, ["BX1"], name="first", completes_order=False)
    receipt = desk.push_one(first)
    order = desk.order(order.remote_id)
    sent = replace(acknowledged(first.shipments[0], receipt), revision=1)
    both = (sent, shipment_of(order, ["BX2"], name="second"))
    got = desk.push_one(Fulfillment(order=order, shipments=both, completes_order=True))
    assert [entry.shipment_id for entry in got.shipments] == [both[1].id]
    assert numbers(sandbox, order) == ["BX1", "BX2"]


@pytest.mark.parametrize("status", ["cancelled", "refunded", "failed", "trash", "on-hold"])
def test_an_order_that_must_not_ship_is_never_revived(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, status: str
) -> None:
    desk = desk_of(sandbox)
    order_id = int(due_order(sandbox, desk).remote_id)
    sandbox.control.change(order_id, status=status)
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(desk.order(order_id), ["BX1"])).shipments
    assert entry.outcome is Outcome.REFUSED
    assert entry.reason == ("on_hold" if status == "on-hold" else "order_cancelled")
    assert status in entry.words
    assert sandbox.control.order(order_id)["status"] == status
    assert writes(sandbox) == []


def test_an_order_completed_by_hand_gets_the_missing_number_and_no_mail(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order_id = int(due_order(sandbox, desk).remote_id)
    sandbox.control.change(order_id, status="completed")
    mails = len(sandbox.control.mails(order_id))
    order = desk.order(order_id)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.made_by) == (Outcome.DONE_ELSEWHERE, MadeBy.FOUND)
    assert (entry.effects.tracking, entry.effects.mail) == (Effect.DONE, MailEffect.NOT_SENT)
    assert numbers(sandbox, order) == ["BX1"]
    assert len(sandbox.control.mails(order_id)) == mails


def test_c10_another_status_than_the_asked_one_is_told(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch takes any status and makes ``pending`` of one that it does not know."""
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    monkeypatch.delitem(sandbox.control.shop.statuses, "completed")
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "status_not_taken")
    assert (entry.effects.tracking, entry.effects.status) == (Effect.DONE, Effect.NOT_DONE)
    assert entry.holds.order_status == "pending"


def test_c9_one_refused_order_carries_the_words_of_the_store_and_stops_no_other(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order, gone = due_order(sandbox, desk), due_order(sandbox, desk, 1)
    gone = replace(gone, remote_id="88888888")
    got = desk.push(fulfillment_of(gone, ["BX1"]), fulfillment_of(order, ["BX2"]))
    refused = got["88888888"].shipments[0]
    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "order_not_found")
    assert refused.words == "ID is invalid."
    assert got[order.remote_id].shipments[0].outcome is Outcome.DONE


def test_a_carrier_of_ones_own_is_shown_with_its_page(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(tracking="wst", wst_routes=True)
    desk = desk_of(served)
    order = due_order(served, desk)
    rossi = ResolvedCarrier(code="ROSSI", label="Corriere Rossi")
    (entry,) = desk.push_one(
        fulfillment_of(order, ["R1"], carrier=rossi, url="https://rossi.example/R1")
    ).shipments
    assert entry.holds.carrier == "Corriere Rossi"
    (row,) = served.control.trackings(int(order.remote_id))
    assert row["custom_tracking_link"] == "https://rossi.example/R1"
    assert row["date_shipped"] == "1795392000"


def test_without_a_carrier_only_the_status_is_sent(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, [], carrier=None)).shipments
    assert (entry.effects.tracking, entry.effects.status) == (Effect.NOT_DONE, Effect.DONE)
    assert numbers(sandbox, order) == []


def test_our_rows_are_found_again_by_their_marks(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = due_order(sandbox, desk)
    pushed = fulfillment_of(order, ["BX1", "BX2", "BX3"])
    desk.push_one(pushed)
    after = desk.order(order.remote_id)
    assert after.marks
    assert {entry.mark for entry in after.shipments} == {pushed.shipments[0].id}
