"""One shipment for each of ours, each once, with its tracks; nothing else of the order is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Baseline, Fulfillment, FulfillmentShipment, ResolvedCarrier
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_magento import plugin
from fbridge_magento.sandbox import shipping

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]


def new_order(served: ServedSandbox, desk: Any, *lines: tuple[str, int], **options: Any) -> Any:
    """An open order, as the core reads it before a push."""
    order = desk.order(served.control.new_order(lines or [("TAZZA-01", 2)], **options))
    served.control.forget_requests()
    return order


def shipments(served: ServedSandbox, order: Any) -> list[dict[str, Any]]:
    return list(served.control.shipments(int(order.remote_id)))


def numbers(served: ServedSandbox, order: Any) -> list[str]:
    return [track["track_number"] for one in shipments(served, order) for track in one["tracks"]]


def writes(served: ServedSandbox) -> list[str]:
    seen = served.control.requests()
    return [
        f"{one.method} {one.path.removeprefix('/rest/')}"
        for one in seen
        if one.method != "GET" and "source-selection" not in one.path
    ]


def acknowledged(shipment: FulfillmentShipment, receipt: Any, **changes: Any) -> FulfillmentShipment:
    """The shipment in its next revision, after a good receipt."""
    entry = receipt.shipments[0]
    return replace(
        shipment,
        acknowledged=shipment.revision,
        acknowledged_numbers=shipment.numbers,
        remote_ids=entry.remote_ids,
        mail=entry.effects.mail,
        revision=shipment.revision + 1,
        **changes,
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


# Quantities


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


def test_pieces_refunded_while_we_push_are_told_and_need_a_person(
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
    assert (again.outcome, again.reason) == (Outcome.REFUSED, "quantities_capped")
    assert len(shipments(sandbox, order)) == 1


def test_an_empty_shipment_would_ship_everything_and_is_refused(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"], items=[])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "no_items")
    assert shipments(sandbox, order) == []


# Why the store would say no


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
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "more_than_remains")


# Shipped by somebody else


@pytest.mark.parametrize("seen", [True, False], ids=["seen before", "seen too late"])
def test_shipped_by_hand_gets_the_missing_number_and_no_mail(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, *, seen: bool
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    sandbox.control.ship(int(order.remote_id))
    now = desk.order(order.remote_id) if seen else order
    items = [(line.id, line.quantity) for line in order.lines]
    (entry,) = desk.push_one(fulfillment_of(now, ["BX1"], items=items)).shipments
    assert (entry.outcome, entry.reason, entry.made_by) == (
        Outcome.DONE_ELSEWHERE,
        "shipped_elsewhere",
        MadeBy.FOUND,
    )
    assert entry.effects.tracking is Effect.DONE
    assert numbers(sandbox, order) == ["BX1"]
    assert len(shipments(sandbox, order)) == 1
    assert sandbox.control.mails(int(order.remote_id)) == []


def test_shipped_by_hand_in_two_parts_is_no_fit_and_the_number_stays_out(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 2))
    for _ in range(2):
        items = [{"order_item_id": int(order.lines[0].id), "qty": 1}]
        sandbox.control.ship(int(order.remote_id), items=items)
    now = desk.order(order.remote_id)
    (entry,) = desk.push_one(fulfillment_of(now, ["BX1"], items=[(order.lines[0].id, 2)])).shipments
    assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE_ELSEWHERE, Effect.NOT_DONE)
    assert "by hand" in entry.words
    assert numbers(sandbox, order) == []


def test_the_hand_made_shipment_that_fits_exactly_gets_the_number(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk, ("TAZZA-01", 1), ("SCIARPA-02", 1))
    for line in order.lines:
        sandbox.control.ship(int(order.remote_id), items=[{"order_item_id": int(line.id), "qty": 1}])
    now = desk.order(order.remote_id)
    desk.push_one(fulfillment_of(now, ["BX1"], items=[(order.lines[1].id, 1)]))
    assert [[t["track_number"] for t in one["tracks"]] for one in shipments(sandbox, order)] == [[], ["BX1"]]


# Corrections


def test_a_correction_edits_the_track_in_place(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["BX1", "BX2"])
    receipt = desk.push_one(first)
    track_ids = [track["entity_id"] for track in shipments(sandbox, order)[0]["tracks"]]
    sandbox.control.add_track(int(order.remote_id), "THEIRS")
    sandbox.control.forget_requests()
    wanted = acknowledged(first.shipments[0], receipt, tracking=shipment_of(order, ["BX2", "BX3"]).tracking)
    (entry,) = desk.push_one(replace(first, order=desk.order(order.remote_id), shipments=(wanted,))).shipments
    assert (entry.outcome, entry.revision) == (Outcome.DONE, 2)
    assert entry.holds.numbers == ("BX2", "BX3")
    assert writes(sandbox) == ["POST V1/shipment/track"]
    tracks = shipments(sandbox, order)[0]["tracks"]
    assert {track["track_number"] for track in tracks} == {"BX2", "BX3", "THEIRS"}
    assert set(track_ids) < {track["entity_id"] for track in tracks}


def test_a_late_number_is_added_and_a_withdrawn_one_deleted(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, [])
    receipt = desk.push_one(first)
    late = acknowledged(first.shipments[0], receipt, tracking=shipment_of(order, ["BX1"]).tracking)
    receipt = desk.push_one(replace(first, order=desk.order(order.remote_id), shipments=(late,)))
    assert receipt.shipments[0].effects.tracking is Effect.DONE
    assert numbers(sandbox, order) == ["BX1"]
    withdrawn = acknowledged(late, receipt, tracking=())
    (entry,) = desk.push_one(
        replace(first, order=desk.order(order.remote_id), shipments=(withdrawn,))
    ).shipments
    assert (entry.outcome, entry.holds.numbers) == (Outcome.DONE, ())
    assert numbers(sandbox, order) == []
    assert len(shipments(sandbox, order)) == 1


@pytest.mark.parametrize("late", [["BX3"], [], ["BX2", "BX3"], ["BX1", "BX2"]], ids=str)
def test_a_number_corrected_while_the_first_answer_was_lost_does_not_stay_beside_the_new_one(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    shipment_of: ShipmentOf,
    late: list[str],
) -> None:
    """The store never acknowledged BX1 and BX2, and yet the shipment was made with them."""
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["BX1", "BX2"])
    sandbox.control.add_fault("drop_after", path="/ship")
    assert desk.push_one(first).shipments[0].outcome is Outcome.UNCONFIRMED
    assert numbers(sandbox, order) == ["BX1", "BX2"]
    sandbox.control.add_track(int(order.remote_id), "THEIRS")
    tried = Baseline(entries=(), remaining=(), remote_status="processing")
    wanted = replace(
        first.shipments[0], revision=2, baseline=tried, tracking=shipment_of(order, late).tracking
    )
    now = replace(first, order=desk.order(order.remote_id), shipments=(wanted,))
    (entry,) = desk.push_one(now).shipments
    assert (entry.outcome, entry.holds.numbers) == (Outcome.DONE, tuple(late))
    assert sorted(numbers(sandbox, order)) == sorted([*late, "THEIRS"])
    (mail,) = sandbox.control.mails(int(order.remote_id))
    assert sorted(mail.numbers) == sorted([*late, "THEIRS"])


def test_a_carrier_corrected_while_the_first_answer_was_lost_is_corrected_there(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["BX1"])
    sandbox.control.add_fault("drop_after", path="/ship")
    desk.push_one(first)
    tried = Baseline(entries=(), remaining=(), remote_status="processing")
    gls = ResolvedCarrier(code="GLS", label="GLS Italy")
    wanted = replace(first.shipments[0], revision=2, baseline=tried, carrier=gls)
    desk.push_one(replace(first, order=desk.order(order.remote_id), shipments=(wanted,)))
    (track,) = shipments(sandbox, order)[0]["tracks"]
    assert (track["track_number"], track["title"]) == ("BX1", "GLS Italy")


def test_what_was_sent_at_first_and_corrected_is_somebody_elses_when_it_comes_again(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["BX1"])
    receipt = desk.push_one(first)
    second = acknowledged(first.shipments[0], receipt, tracking=shipment_of(order, ["BX2"]).tracking)
    receipt = desk.push_one(replace(first, order=desk.order(order.remote_id), shipments=(second,)))
    sandbox.control.add_track(int(order.remote_id), "BX1")
    third = acknowledged(second, receipt, tracking=shipment_of(order, ["BX3"]).tracking)
    desk.push_one(replace(first, order=desk.order(order.remote_id), shipments=(third,)))
    assert sorted(numbers(sandbox, order)) == ["BX1", "BX3"]


def test_another_carrier_is_a_correction_too(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["BX1"])
    receipt = desk.push_one(first)
    gls = ResolvedCarrier(code="GLS", label="GLS Italy")
    wanted = acknowledged(first.shipments[0], receipt, carrier=gls)
    (entry,) = desk.push_one(replace(first, order=desk.order(order.remote_id), shipments=(wanted,))).shipments
    assert entry.holds.carrier == "GLS Italy"
    assert [track["title"] for track in shipments(sandbox, order)[0]["tracks"]] == ["GLS Italy"]


def test_emoji_in_a_name_are_kept_as_the_store_keeps_them_and_not_sent_again(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["BX1"], carrier=ResolvedCarrier(code="V", label="Veloce \U0001f69a"))
    receipt = desk.push_one(first)
    assert receipt.shipments[0].holds.carrier == "Veloce ????"
    sandbox.control.forget_requests()
    again = acknowledged(first.shipments[0], receipt)
    desk.push_one(replace(first, order=desk.order(order.remote_id), shipments=(again,)))
    assert writes(sandbox) == []


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
