"""Numbers that came late or were wrong, and shipments that somebody made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.plugins.next_revision import acknowledged

from fbridge.models.fulfillments import Baseline, ResolvedCarrier
from fbridge.models.states import Effect, MadeBy, Outcome
from fbridge.sandbox import ServedSandbox

from .push_calls import (
    DeskOf,
    FulfillmentOf,
    ShipmentOf,
    new_order,
    numbers,
    shipments,
    writes,
)


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
