"""One shipment for each of ours, each once, with its tracks; nothing else of the order is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fbridge.models.fulfillments import Baseline, Fulfillment, ResolvedCarrier
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_magento import plugin
from fbridge_magento.sandbox import shipping

from .push_calls import (
    DeskOf,
    FulfillmentOf,
    MakeSandbox,
    ShipmentOf,
    new_order,
    numbers,
    shipments,
    writes,
)


def test_a_shipment_with_its_tracks_is_made_in_one_call_and_read_back(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 2), ("SCIARPA-02", 1))
    fulfillment = fulfillment_of(order, ["BX1", "BX2"], notify=False)
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.outcome, entry.reason, entry.made_by) == (Outcome.DONE, "sent", MadeBy.US)
    assert (entry.effects.shipment, entry.effects.tracking) == (Effect.DONE, Effect.DONE)
    assert (entry.effects.status, entry.effects.mail) == (Effect.DONE, MailEffect.NOT_SENT)
    assert (entry.holds.numbers, entry.holds.carrier) == (("BX1", "BX2"), "BRT Corriere Espresso")
    assert [(item.line_id, item.quantity) for item in entry.holds.items] == [
        (line.id, line.quantity) for line in order.lines
    ]
    (made,) = shipments(sandbox, order)
    assert entry.remote_ids == (str(made["entity_id"]),)
    assert {track["carrier_code"] for track in made["tracks"]} == {"custom"}
    assert [one.method for one in sandbox.control.requests()] == ["GET", "POST", "GET"]
    assert sandbox.control.order(int(order.remote_id))["status"] == "complete"


def test_the_mark_reads_back_and_is_not_shown_to_the_customer(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    fulfillment = fulfillment_of(order, ["BX1"])
    desk.push_one(fulfillment)
    (made,) = shipments(sandbox, order)
    (comment,) = made["comments"]
    assert comment["comment"] == f"fbridge {fulfillment.shipments[0].id}\nBX1"
    assert (comment["is_visible_on_front"], comment["is_customer_notified"]) == (0, 0)
    assert [mail.comment for mail in sandbox.control.mails(int(order.remote_id))] == [None]
    assert desk.order(order.remote_id).shipments[0].mark == fulfillment.shipments[0].id


def test_c4_again_changes_nothing_and_sends_nothing(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    desk.push_one(fulfillment_of(order, ["BX1", "BX2"]))
    before = shipments(sandbox, order)
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(desk.order(order.remote_id), ["BX1", "BX2"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "already_there")
    assert entry.effects.mail is MailEffect.SENT
    assert writes(sandbox) == []
    assert shipments(sandbox, order) == before


def test_two_parts_of_one_order_are_two_shipments(
    sandbox: ServedSandbox, desk_of: DeskOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 3))
    line = order.lines[0].id
    parts = tuple(shipment_of(order, [f"BX{n}"], items=[(line, n)], name=f"part {n}") for n in (1, 2))
    receipt = desk.push_one(Fulfillment(order=order, shipments=parts, completes_order=True))
    assert [entry.outcome for entry in receipt.shipments] == [Outcome.DONE, Outcome.DONE]
    assert [one["total_qty"] for one in shipments(sandbox, order)] == [1, 2]
    assert numbers(sandbox, order) == ["BX1", "BX2"]


def test_parts_that_share_a_number_are_corrected_each_by_itself(
    sandbox: ServedSandbox, desk_of: DeskOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 2))
    line = order.lines[0].id
    parts = tuple(shipment_of(order, ["BX1"], items=[(line, 1)], name=name) for name in ("A", "B"))
    both = Fulfillment(order=order, shipments=parts, completes_order=True)
    done = desk.push_one(both).shipments
    assert numbers(sandbox, order) == ["BX1", "BX1"]
    known = [
        replace(part, acknowledged=1, acknowledged_numbers=("BX1",), remote_ids=entry.remote_ids)
        for part, entry in zip(parts, done, strict=True)
    ]
    second = replace(known[1], revision=2, tracking=shipment_of(order, ["BX2"]).tracking)
    desk.push_one(replace(both, order=desk.order(order.remote_id), shipments=(known[0], second)))
    shown = {str(one["entity_id"]): one["tracks"][0]["track_number"] for one in shipments(sandbox, order)}
    assert [shown[entry.remote_ids[0]] for entry in done] == ["BX1", "BX2"]


def test_a_part_leaves_the_status_and_the_rest(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 3))
    part = fulfillment_of(order, ["BX1"], items=[(order.lines[0].id, 1)], completes_order=False)
    (entry,) = desk.push_one(part).shipments
    assert entry.outcome is Outcome.DONE
    assert sandbox.control.order(int(order.remote_id))["status"] == "processing"
    assert desk.order(order.remote_id).lines[0].remaining == 2


def test_cash_on_delivery_shipped_in_full_goes_to_processing_and_is_done(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, cod=True)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.effects.status) == (Outcome.DONE, Effect.DONE)
    assert sandbox.control.order(int(order.remote_id))["status"] == "processing"


@pytest.mark.parametrize(
    ("carrier", "code", "title"),
    [
        (
            ResolvedCarrier(code="UPS", label="United Parcel Service", site_code="ups"),
            "ups",
            "United Parcel Service",
        ),
        (ResolvedCarrier(code="BRT", label="BRT"), "custom", "BRT"),
    ],
    ids=["mapped", "free text"],
)
def test_the_carrier_is_a_code_with_a_title(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    carrier: ResolvedCarrier,
    code: str,
    title: str,
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"], carrier=carrier)).shipments
    (track,) = shipments(sandbox, order)[0]["tracks"]
    assert (track["carrier_code"], track["title"]) == (code, title)
    assert entry.holds.carrier == title


def test_without_a_carrier_the_goods_are_shipped_without_tracks(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"], carrier=None)).shipments
    assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE, Effect.NOT_DONE)
    assert numbers(sandbox, order) == []
    assert len(shipments(sandbox, order)) == 1


def test_a_number_that_a_module_changed_is_told_and_not_mailed(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    monkeypatch.setattr(shipping, "stored", str.upper)
    (entry,) = desk.push_one(fulfillment_of(order, ["bx1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "tracking_not_kept")
    assert (entry.effects.shipment, entry.effects.tracking) == (Effect.DONE, Effect.NOT_DONE)
    assert entry.remote_ids == (str(shipments(sandbox, order)[0]["entity_id"]),)
    assert sandbox.control.mails(int(order.remote_id)) == []


# Side by side


def test_the_budget_of_requests(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """At most 1.2 an order with the reading before it; a mail is one more. Once a run the sources are asked."""
    served = make_sandbox(orders=0)
    desk = desk_of(served)
    desk.push_one(fulfillment_of(new_order(served, desk, ("TAZZA-01", 1)), ["BX1"], notify=False))
    ids = [served.control.new_order([("TAZZA-01", 1)]) for _ in range(20)]
    served.control.forget_requests()
    chunk = desk.orders(*ids)
    desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"], notify=False) for order in chunk))
    assert len(served.control.requests()) / len(chunk) <= 1.2
    served.control.forget_requests()
    more = desk.orders(*(served.control.new_order([("TAZZA-01", 1)]) for _ in range(20)))
    desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"]) for order in more))
    assert len(served.control.requests()) / len(more) <= 2.2
    assert len(served.control.mails()) == 20


def test_the_parts_of_an_order_go_one_after_another_while_orders_go_side_by_side(
    make_sandbox: MakeSandbox, desk_of: DeskOf, shipment_of: ShipmentOf
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, connections=4)
    chunk = []
    for order in desk.orders(*(served.control.new_order([("TAZZA-01", 2)]) for _ in range(8))):
        line = order.lines[0].id
        parts = tuple(shipment_of(order, [name], items=[(line, 1)], name=name) for name in ("A", "B"))
        chunk.append(Fulfillment(order=order, shipments=parts, completes_order=True))
    receipts = desk.push(*chunk)
    assert all(entry.outcome is Outcome.DONE for one in receipts.values() for entry in one.shipments)
    assert all(numbers(served, one.order) == ["A", "B"] for one in chunk)


def test_a_consumer_that_goes_away_leaves_every_order_whole(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """As Ctrl-C does: what was begun is brought to its end, and the next push finishes without doubling."""
    served = make_sandbox(orders=0)
    desk = desk_of(served)
    orders = desk.orders(*(served.control.new_order([("TAZZA-01", 1)]) for _ in range(8)))
    receipts = plugin.push_fulfillment(
        desk.store, [fulfillment_of(order, [f"BX{order.remote_id}"]) for order in orders]
    )
    next(receipts)
    receipts.close()
    assert all(len(shipments(served, order)) == 1 for order in orders)
    baseline = Baseline(entries=(), remaining=(), remote_status="processing")
    again = desk.orders(*(order.remote_id for order in orders))
    desk.push(*(fulfillment_of(order, [f"BX{order.remote_id}"], baseline=baseline) for order in again))
    assert all(len(served.control.mails(int(order.remote_id))) == 1 for order in orders)
    assert all(len(shipments(served, order)) == 1 for order in orders)
