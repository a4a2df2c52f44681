"""One mail in all, with the number in it: the fulfillment's own, where the shop has switched Completed order off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.errors import NotSent
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Preview, ResolvedCarrier
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin

DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]

BARTOLINI = ResolvedCarrier(code="BRT", label="BRT", site_code="bartolini-brt")
COMPLETED, CREATED = "customer_completed_order", "customer_fulfillment_created"


@pytest.fixture
def served(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(tracking="none", fulfillments=True)


@pytest.fixture
def desk(served: ServedSandbox, desk_of: DeskOf) -> Any:
    served.control.switch_mail(COMPLETED, on=False)
    return desk_of(served, customer_mail="fulfillment")


def due_order(served: ServedSandbox, desk: Any) -> Any:
    orders = desk.orders(*served.control.order_ids("processing"))
    return next(order for order in orders if sum(line.remaining for line in order.lines) > 1)


def mails(served: ServedSandbox, order: Any) -> list[tuple[str, tuple[str, ...]]]:
    sent = served.control.mails(int(order.remote_id))
    return [(mail.kind, mail.tracking_numbers) for mail in sent if mail.kind in (COMPLETED, CREATED)]


def planned(desk: Any, wish: Fulfillment) -> Preview:
    (preview,) = plugin.preview_push(desk.store, [wish])
    return preview


def test_the_one_mail_has_the_number_and_the_plan_showed_it(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf
) -> None:
    order = due_order(served, desk)
    wish = fulfillment_of(order, ["N1"], carrier=BARTOLINI)
    assert planned(desk, wish).mails == ("Fulfillment created",)
    assert not planned(desk, wish).warnings
    (entry,) = desk.push_one(wish).shipments
    assert (entry.outcome, entry.effects.status) == (Outcome.DONE, Effect.DONE)
    assert entry.effects.mail is MailEffect.SENT
    assert mails(served, order) == [(CREATED, ("N1",))]
    again = replace(wish, order=desk.order(order.remote_id))
    assert planned(desk, again).mails == ()
    desk.push_one(again)
    assert len(mails(served, order)) == 1


def test_each_parcel_has_its_mail_and_completing_makes_no_other(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    order = due_order(served, desk)
    line = next(line for line in order.lines if line.due)
    part = fulfillment_of(order, ["N1"], items=[(line.id, 1)], completes_order=False, carrier=BARTOLINI)
    desk.push_one(part)
    order = desk.order(order.remote_id)
    left = [(line.id, line.remaining) for line in order.lines if line.remaining]
    sent = replace(part.shipments[0], acknowledged=1, acknowledged_numbers=("N1",))
    rest = shipment_of(order, ["N2"], name="rest", items=left, carrier=BARTOLINI)
    both = Fulfillment(order=order, shipments=(sent, rest), completes_order=True, notify=True)
    assert planned(desk, both).mails == ("Fulfillment created",)
    desk.push_one(both)
    assert mails(served, order) == [(CREATED, ("N1",)), (CREATED, ("N2",))]
    assert desk.order(order.remote_id).remote_status == "completed"


def test_a_corrected_number_mails_nobody(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    order = due_order(served, desk)
    first = fulfillment_of(order, ["WRONG"], carrier=BARTOLINI)
    desk.push_one(first)
    order = desk.order(order.remote_id)
    right = replace(
        first.shipments[0],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        tracking=shipment_of(order, ["RIGHT"]).tracking,
    )
    desk.push_one(Fulfillment(order=order, shipments=(right,), completes_order=True, notify=True))
    assert mails(served, order) == [(CREATED, ("WRONG",))]


@pytest.mark.parametrize(("kind", "sent"), [("drop_before", 0), ("drop_after", 1)])
def test_after_a_lost_answer_no_second_mail_is_asked_for(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, kind: str, sent: int
) -> None:
    order = due_order(served, desk)
    wish = fulfillment_of(order, ["N1"], carrier=BARTOLINI)
    served.control.add_fault(kind, path=f"orders/{order.remote_id}/fulfillments", method="POST")
    (entry,) = desk.push_one(wish).shipments
    assert (entry.outcome, entry.effects.mail) == (Outcome.UNCONFIRMED, MailEffect.UNCONFIRMED)
    assert len(mails(served, order)) == sent
    order = desk.order(order.remote_id)
    known = MailEffect.UNCONFIRMED if sent else MailEffect.NOT_SENT
    tried = replace(wish.shipments[0], unconfirmed_since=desk.store.now(), mail=known)
    desk.push_one(replace(wish, order=order, shipments=(tried,)))
    assert mails(served, order) == [(CREATED, ("N1",))]
    assert desk.order(order.remote_id).remote_status == "completed"


@pytest.mark.parametrize(("kind", "on"), [(COMPLETED, True), (CREATED, False)])
def test_nothing_is_sent_where_the_shop_changed_its_mails_since(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, kind: str, on: bool
) -> None:
    order = due_order(served, desk)
    served.control.switch_mail(kind, on=on)
    with pytest.raises(NotSent, match="store check lab"):
        desk.push_one(fulfillment_of(order, ["N1"], carrier=BARTOLINI))
    assert mails(served, order) == []
    assert desk.order(order.remote_id).shipments == ()


@pytest.mark.parametrize("setting", ["completed", "fulfillment"])
def test_while_completed_order_is_on_it_is_the_one_mail_and_the_plan_says_what_it_lacks(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, setting: str
) -> None:
    desk = desk_of(served, customer_mail=setting)
    order = due_order(served, desk)
    wish = fulfillment_of(order, ["N1"], carrier=BARTOLINI)
    assert planned(desk, wish).mails == ("Completed order",)
    assert any("no number" in words for words in planned(desk, wish).warnings)
    desk.push_one(wish)
    assert mails(served, order) == [(COMPLETED, ())]


def test_the_check_tells_what_the_setting_needs(served: ServedSandbox, store_of: Callable[..., Any]) -> None:
    def finding() -> Any:
        report = plugin.check_store(store_of(served, checked=False, customer_mail="fulfillment"))
        return next(one for one in report.findings if one.name == "mail")

    assert (finding().ok, "Completed order" in finding().words) == (False, True)
    served.control.switch_mail(COMPLETED, on=False)
    assert finding().ok
