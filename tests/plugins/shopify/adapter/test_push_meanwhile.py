"""An order changes between the read and the write: it is looked at again, and never is more done than was planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_shopify.sandbox.catalogue import MILAN, TURIN

from .push_calls import CUP, OIL, PASTA, Make, entry_of, fulfillments, numbers


def test_somebody_fulfilled_it_by_hand(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    order_id = served.control.new_order([(OIL, 1)])
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    served.control.ship_by_hand(order_id, number="T9", company="UPS")
    entry = entry_of(desk, fulfillment)
    assert (entry.outcome, entry.made_by) == (Outcome.DONE_ELSEWHERE, MadeBy.FOUND)
    assert (entry.reason, entry.effects.tracking) == ("other_carrier", Effect.NOT_DONE)
    assert numbers(served, order_id) == [["T9"]]


def test_somebody_fulfilled_it_by_hand_with_the_same_carrier(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    order_id = served.control.new_order([(OIL, 1)])
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    carrier = fulfillment.shipments[0].carrier
    served.control.ship_by_hand(order_id, number="T9", company=carrier.site_code or carrier.label)
    entry = entry_of(desk, fulfillment)
    assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE_ELSEWHERE, Effect.DONE)
    assert numbers(served, order_id) == [["T9", "N1"]]


def test_it_is_there_with_our_own_number_and_the_mail_is_in_doubt(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    """A proxy had sent the request twice: the second was refused, and the mail was told as not sent."""
    order_id = served.control.new_order([(OIL, 1)])
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    served.control.ship_by_hand(order_id, number="N1", company="BRT", notify=True)
    entry = entry_of(desk, fulfillment)
    assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.UNCONFIRMED)
    assert len(served.control.mails(order_id)) == 1


def test_it_was_cancelled(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    order_id = served.control.new_order([(OIL, 1)])
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    served.control.cancel(order_id)
    entry = entry_of(desk, fulfillment)
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "order_cancelled")
    assert "unfulfillable status= closed" in entry.words
    assert fulfillments(served, order_id) == []


def test_it_was_put_on_hold(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    order_id = served.control.new_order([(OIL, 1)])
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    served.control.hold(order_id)
    entry = entry_of(desk, fulfillment)
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "on_hold")


def test_pieces_were_refunded(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    order_id = served.control.new_order([(OIL, 2)])
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    served.control.refund(order_id, 0, 1)
    entry = entry_of(desk, fulfillment)
    assert (entry.outcome, entry.effects.shipment) == (Outcome.DONE, Effect.DONE)
    assert "refunded" in entry.words
    (made,) = fulfillments(served, order_id)
    assert list(made["lines"].values()) == [1]
    after = desk.order(order_id)
    (again,) = desk.push_one(replace(fulfillment, order=after)).shipments
    assert (again.outcome, len(fulfillments(served, order_id))) == (Outcome.DONE, 1)


def test_one_of_two_parcels_was_refunded_whole(served: ServedSandbox, desk: Any, shipment_of: Make) -> None:
    order_id = served.control.new_order([(OIL, 2), (PASTA, 1)])
    order = desk.order(order_id)
    parcels = tuple(
        shipment_of(order, [f"N{line.id}"], name=line.id, items=[(line.id, line.due)]) for line in order.lines
    )
    served.control.refund(order_id, 1, 1)
    chunk = Fulfillment(order=desk.order(order_id), shipments=parcels, completes_order=True)
    kept, gone = desk.push_one(chunk).shipments
    assert (kept.outcome, kept.effects.status) == (Outcome.DONE, Effect.DONE)
    assert (gone.outcome, gone.reason) == (Outcome.REFUSED, "all_refunded")


def test_what_was_to_be_divided_was_put_on_hold(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    order_id = served.control.new_order([(OIL, 3)])
    order = desk.order(order_id)
    fulfillment = fulfillment_of(order, [], items=[(order.lines[0].id, 1)])
    served.control.hold(order_id)
    entry = entry_of(desk, fulfillment)
    assert (entry.outcome, entry.reason, entry.rests_on) == (Outcome.REFUSED, "on_hold", "on_hold")


@pytest.mark.parametrize("pieces", [None, 1], ids=["wholly", "in part"])
def test_one_of_its_parts_went_to_another_location(
    served: ServedSandbox, desk: Any, fulfillment_of: Make, pieces: int | None
) -> None:
    """Two fulfillments, and two mails, were in no plan: nothing is sent, and the next plan shows them."""
    order_id = served.control.new_order([(OIL, 2), (PASTA, 1)])
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    served.control.move(order_id, 0, TURIN, pieces)
    entry = entry_of(desk, fulfillment)
    assert entry.outcome is Outcome.REFUSED
    assert entry.rests_on
    assert fulfillments(served, order_id) == []
    assert entry_of(desk, replace(fulfillment, order=desk.order(order_id))).outcome is Outcome.DONE
    assert len(fulfillments(served, order_id)) == 2


def test_one_of_two_parts_was_merged_into_the_other(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    order_id = served.control.new_order([(OIL, 2)])
    served.control.move(order_id, 0, MILAN, 1)
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    served.control.move(order_id, 0, MILAN)
    assert entry_of(desk, fulfillment).outcome is Outcome.DONE
    assert sum(sum(one["lines"].values()) for one in fulfillments(served, order_id)) == 2


def test_one_of_two_locations_was_fulfilled_by_hand_and_nothing_is_made_twice(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    order_id = served.control.new_order([(OIL, 1), (CUP, 1)])
    fulfillment = fulfillment_of(desk.order(order_id), ["N1"])
    served.control.ship_by_hand(order_id, {1: 1})
    entry = entry_of(desk, fulfillment)
    assert (entry.outcome, entry.effects.shipment) == (Outcome.DONE, Effect.DONE)
    assert sorted(sum(one["lines"].values()) for one in fulfillments(served, order_id)) == [1, 1]
    assert numbers(served, order_id) == [["N1"], ["N1"]]


def test_one_refusal_stops_no_other_order(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    ids = [served.control.new_order([(OIL, 1)]) for _ in range(3)]
    chunk = [fulfillment_of(order, [f"N{order.number}"]) for order in desk.orders(*ids)]
    served.control.delete(ids[1])
    receipts = desk.push(*chunk)
    outcomes = [receipts[order_id].shipments[0].outcome for order_id in ids]
    assert outcomes == [Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
    missing = receipts[ids[1]].shipments[0]
    assert (missing.reason, missing.words) == (
        "fulfillment_order_missing",
        "Fulfillment order does not exist.",
    )
