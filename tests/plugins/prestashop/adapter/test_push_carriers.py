"""The carrier that took the parcel stands on the order's row: as it is today, or not at all."""

from __future__ import annotations

import pytest

from fbridge.models.fulfillments import ResolvedCarrier
from fbridge.models.states import Effect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_prestashop import plugin

from .push_calls import DeskOf, FulfillmentOf, new_order, writes


def test_the_carrier_that_took_the_parcel_stands_on_the_row(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """By its reference: the carrier has another id since somebody edited it."""
    new_id = sandbox.control.edit_carrier(7, name="Poste Crono 2026")
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    poste = ResolvedCarrier(code="PT", label="Poste", site_code="7")
    (entry,) = desk.push_one(fulfillment_of(order, ["PT1"], carrier=poste)).shipments
    assert (entry.outcome, entry.holds.carrier) == (Outcome.DONE, "7")
    (row,) = sandbox.control.order(int(order.remote_id))["carriers"]
    assert row["id_carrier"] == str(new_id)


def test_a_carrier_that_was_edited_since_the_last_check_stands_under_its_new_id(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    new_id = sandbox.control.edit_carrier(7, name="Poste Crono 2026")
    poste = ResolvedCarrier(code="PT", label="Poste", site_code="7")
    (entry,) = desk.push_one(fulfillment_of(order, ["PT1"], carrier=poste)).shipments
    assert (entry.outcome, entry.holds.carrier) == (Outcome.DONE, "7")
    (row,) = sandbox.control.order(int(order.remote_id))["carriers"]
    assert row["id_carrier"] == str(new_id)


@pytest.mark.parametrize("change", [{"active": "0"}, {"deleted": "1"}], ids=["switched off", "deleted"])
def test_a_carrier_that_went_since_the_last_check_is_refused_before_sending(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, change: dict[str, str]
) -> None:
    """Asked once a run, and only where a parcel left with another carrier than the customer chose."""
    desk = desk_of(sandbox)
    orders = [new_order(sandbox, desk) for _ in range(2)]
    sandbox.control.shop.tables["carriers"].change(7, change)
    poste = ResolvedCarrier(code="PT", label="Poste", site_code="7")
    sandbox.control.forget_requests()
    for order in orders:
        (entry,) = desk.push_one(fulfillment_of(order, ["PT1"], carrier=poste)).shipments
        assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "carrier_gone")
    assert [one.path.partition("?")[0] for one in sandbox.control.requests()] == ["/api/carriers"]


def test_the_plan_holds_the_mail_of_a_carrier_that_came_back_since_the_last_check(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """Seen on 8.2.1: a plan of four orders that are refused, without a mail; four left, and were mailed."""
    sandbox.control.shop.tables["carriers"].change(7, {"active": "0"})
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    poste = ResolvedCarrier(code="PT", label="Poste", site_code="7")
    fulfillment = fulfillment_of(order, ["PT1"], carrier=poste)
    (shown,) = plugin.preview_push(desk.store, [fulfillment])
    sandbox.control.shop.tables["carriers"].change(7, {"active": "1"})
    (entry,) = desk.push_one(fulfillment).shipments
    assert entry.outcome is Outcome.DONE
    assert (shown.refused, len(shown.mails)) == ("", len(sandbox.control.mails(int(order.remote_id))))
    assert "when it was looked at last" in shown.warnings[0]


def test_a_carrier_that_is_gone_is_refused_before_sending(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    gone = ResolvedCarrier(code="X", label="X", site_code="99")
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(order, ["X1"], carrier=gone)).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "carrier_gone")
    assert writes(sandbox) == []


def test_without_a_carrier_only_the_state_is_sent(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    sandbox.control.forget_requests()
    (entry,) = desk.push_one(fulfillment_of(order, [], carrier=None)).shipments
    assert (entry.effects.tracking, entry.effects.status) == (Effect.NOT_DONE, Effect.DONE)
    assert writes(sandbox) == ["POST /api/order_histories"]


def test_an_order_without_a_carrier_row_has_no_place_for_a_number(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order_id = sandbox.control.add_order([("demo_3", 1)])
    sandbox.control.shop.orders.to_change(order_id).carriers.clear()
    (entry,) = desk.push_one(fulfillment_of(desk.order(order_id), ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "no_tracking_place")
