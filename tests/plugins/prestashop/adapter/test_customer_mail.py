"""The customer's mail: which one leaves, that it leaves once, and that the plan says so before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Baseline, Fulfillment, FulfillmentShipment, Preview, ResolvedCarrier
from fbridge.models.platforms import Store
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_prestashop import plugin

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]

WITHOUT_URL = "8"
GLS = ResolvedCarrier(code="GLS", label="GLS", site_code="6")


def new_order(served: ServedSandbox, desk: Any, **options: Any) -> Any:
    return desk.order(served.control.add_order([("demo_3", 2)], **options))


def mails(served: ServedSandbox, order: Any) -> list[str]:
    return [mail.kind for mail in served.control.mails(int(order.remote_id))]


def preview(desk: Any, fulfillment: Fulfillment) -> Preview:
    """As the plan sees it: the order as it was last fetched, without the adapter's own data."""
    bare = replace(fulfillment, order=replace(fulfillment.order, adapter_data={}))
    (one,) = plugin.preview_push(desk.store, [bare])
    return one


@pytest.mark.parametrize(
    ("setting", "notify", "sent", "planned"),
    [
        ("none", True, [], ()),
        ("shipped", True, ["shipped"], ("Shipped",)),
        ("in_transit", True, ["in_transit"], ("Package in transit",)),
        ("shipped", False, [], ()),
        ("in_transit", False, [], ()),
    ],
)
def test_the_mail_of_the_setting_leaves_and_stands_in_the_plan(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    setting: str,
    notify: bool,
    sent: list[str],
    planned: tuple[str, ...],
) -> None:
    desk = desk_of(sandbox, customer_mail=setting)
    order = new_order(sandbox, desk)
    fulfillment = fulfillment_of(order, ["BX1"], notify=notify)
    assert preview(desk, fulfillment) == Preview(order_id=order.remote_id, mails=planned)
    (entry,) = desk.push_one(fulfillment).shipments
    assert mails(sandbox, order) == sent
    assert entry.effects.mail is (MailEffect.UNKNOWABLE if sent else MailEffect.NOT_SENT)


@pytest.mark.parametrize("setting", ["shipped", "in_transit"])
def test_a_shop_that_sends_no_mails_is_seen_by_the_plan_and_by_the_push(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, setting: str
) -> None:
    sandbox.control.shop.sends_mail = False
    desk = desk_of(sandbox, customer_mail=setting)
    shown = preview(desk, fulfillment_of(new_order(sandbox, desk), ["BX1"]))
    assert (shown.mails, "has switched its mails off" in shown.warnings[0]) == ((), True)
    sandbox.control.shop.sends_mail = True
    desk = desk_of(sandbox, customer_mail=setting)
    fulfillment = fulfillment_of(new_order(sandbox, desk), ["BX2"])
    sandbox.control.shop.sends_mail = False
    assert len(preview(desk, fulfillment).mails) == 1
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.effects.mail, entry.outcome) == (MailEffect.NOT_SENT, Outcome.DONE)
    assert "has switched its mails off" in entry.words
    assert not [one for one in sandbox.control.requests() if "sendemail" in one.path]


def test_c6_the_link_goes_out_with_the_number(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox, customer_mail="in_transit")
    order = new_order(sandbox, desk)
    desk.push_one(fulfillment_of(order, ["BX1"]))
    (mail,) = sandbox.control.mails(int(order.remote_id))
    assert mail.tracking_numbers == ("BX1",)
    assert mail.link.endswith("Nspediz=BX1")


def test_no_mail_with_a_number_that_is_there_already(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox, customer_mail="in_transit")
    order = new_order(sandbox, desk)
    sandbox.control.set_tracking(int(order.remote_id), "BX1")
    fulfillment = fulfillment_of(desk.order(order.remote_id), ["BX1"])
    assert preview(desk, fulfillment).mails == ()
    desk.push_one(fulfillment)
    assert mails(sandbox, order) == []


def test_a_correction_sends_no_second_mail_and_the_plan_says_so(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    desk = desk_of(sandbox, customer_mail="in_transit")
    order = new_order(sandbox, desk)
    first = fulfillment_of(order, ["WRONG"])
    (entry,) = desk.push_one(first).shipments
    order = desk.order(order.remote_id)
    corrected = shipment_of(
        order,
        ["RIGHT"],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        remote_ids=entry.remote_ids,
        mail=entry.effects.mail,
    )
    again = Fulfillment(order=order, shipments=(corrected,), completes_order=True, notify=True)
    shown = preview(desk, again)
    assert shown.mails == ()
    assert any("No second mail" in words for words in shown.warnings)
    desk.push_one(again)
    assert sandbox.control.tracking(int(order.remote_id)) == ["RIGHT"]
    assert mails(sandbox, order) == ["in_transit"]


def test_a_state_that_is_set_after_its_mail_went_sends_no_second_one(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """Somebody set the state back after a push that mailed."""
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    again = fulfillment_of(order, ["BX1"], mail=MailEffect.SENT)
    assert preview(desk, again).mails == ()
    (entry,) = desk.push_one(again).shipments
    assert entry.outcome is Outcome.DONE
    assert mails(sandbox, order) == []


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_after_a_lost_answer_the_customer_has_one_mail(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, fault: str
) -> None:
    """The shop writes the number, then it mails: where the number is not, no mail went."""
    desk = desk_of(sandbox, customer_mail="in_transit")
    order = new_order(sandbox, desk)
    sandbox.control.add_fault(fault, path="order_carriers")
    (lost,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (lost.outcome, lost.effects.mail) == (Outcome.UNCONFIRMED, MailEffect.UNCONFIRMED)
    baseline = Baseline(
        entries=((order.shipments[0].remote_id, ""),), remaining=(), remote_status=order.remote_status
    )
    again = fulfillment_of(
        desk.order(order.remote_id),
        ["BX1"],
        baseline=baseline,
        mail=lost.effects.mail,
        remote_ids=lost.remote_ids,
    )
    (entry,) = desk.push_one(again).shipments
    assert entry.outcome is Outcome.DONE
    assert entry.effects.mail is (MailEffect.UNKNOWABLE if fault == "drop_before" else MailEffect.UNCONFIRMED)
    assert mails(sandbox, order) == ["in_transit"]


def test_where_the_field_changed_after_a_lost_answer_no_mail_is_risked(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """Another number than ours stands there now: perhaps of an earlier revision, which was mailed about."""
    desk = desk_of(sandbox, customer_mail="in_transit")
    order = new_order(sandbox, desk)
    sandbox.control.set_tracking(int(order.remote_id), "FORMER")
    baseline = Baseline(entries=((order.shipments[0].remote_id, ""),), remaining=(), remote_status="2")
    again = fulfillment_of(
        desk.order(order.remote_id), ["BX1"], baseline=baseline, mail=MailEffect.UNCONFIRMED
    )
    (entry,) = desk.push_one(again).shipments
    assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.UNCONFIRMED)
    assert mails(sandbox, order) == []


def test_a_carrier_without_a_page_sends_no_link_and_the_plan_warns(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox, customer_mail="in_transit")
    order = new_order(sandbox, desk, carrier=WITHOUT_URL)
    carrier = ResolvedCarrier(code="DHL", label="DHL", site_code=WITHOUT_URL)
    fulfillment = fulfillment_of(order, ["BX1"], carrier=carrier)
    shown = preview(desk, fulfillment)
    assert shown.mails == ()
    assert any("has no tracking URL" in words for words in shown.warnings)
    (entry,) = desk.push_one(fulfillment).shipments
    assert (entry.outcome, entry.effects.mail) == (Outcome.DONE, MailEffect.NOT_SENT)
    assert mails(sandbox, order) == []


@pytest.mark.parametrize(
    ("carrier", "url", "planned", "warning"),
    [
        (WITHOUT_URL, "https://dhl.example/@", (), "has no tracking URL"),
        ("5", "", ("Package in transit",), ""),
        (
            "5",
            "https://brt.example/2027/@",
            ("Package in transit",),
            "today it is https://brt.example/2027/{number}",
        ),
    ],
    ids=["a page since", "none since", "another since"],
)
def test_a_carrier_edited_since_mails_with_the_page_that_the_order_has(
    sandbox: ServedSandbox,
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    carrier: str,
    url: str,
    planned: tuple[str, ...],
    warning: str,
) -> None:
    """An edit in the back office makes a new carrier; the order keeps the old one."""
    before = sandbox.control.add_order([("demo_3", 2)], carrier=carrier)
    sandbox.control.edit_carrier(int(carrier), url=url)
    desk = desk_of(sandbox, customer_mail="in_transit")
    order = desk.order(before)
    mapped = ResolvedCarrier(code="X", label="X", site_code=carrier)
    fulfillment = fulfillment_of(order, ["BX1"], carrier=mapped)
    shown = preview(desk, fulfillment)
    assert shown.mails == planned
    assert warning in " ".join(shown.warnings)
    desk.push_one(fulfillment)
    assert len(mails(sandbox, order)) == len(planned)


def test_the_plan_warns_of_a_link_to_another_carrier_than_the_one_shipped_with(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox, customer_mail="in_transit")
    order = new_order(sandbox, desk)
    shown = preview(desk, fulfillment_of(order, ["GL1"], carrier=GLS))
    assert shown.mails == ("Package in transit",)
    assert any("link in the mail would be wrong" in words for words in shown.warnings)
    assert preview(desk, fulfillment_of(order, ["BX1"])).warnings == ()


def test_the_plan_warns_of_several_numbers_in_one_link(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox, customer_mail="in_transit")
    shown = preview(desk, fulfillment_of(new_order(sandbox, desk), ["BX1", "BX2"]))
    assert any("all numbers of the order together" in words for words in shown.warnings)


def test_a_state_that_mails_nobody_is_told(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """Delivered is not set to mail."""
    desk = desk_of(sandbox, shipped_state="5")
    order = new_order(sandbox, desk)
    shown = preview(desk, fulfillment_of(order, ["BX1"]))
    assert shown.mails == ()
    assert any("Delivered is not set to mail" in words for words in shown.warnings)
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert entry.effects.mail is MailEffect.NOT_SENT
    assert mails(sandbox, order) == []


def test_the_plan_refuses_what_the_store_would_refuse(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    assert "65 characters" in preview(desk, fulfillment_of(order, ["X" * 65])).refused
    assert "';'" in preview(desk, fulfillment_of(order, ["BX;1"])).refused
    sandbox.control.cancel(int(order.remote_id))
    cancelled = desk.order(order.remote_id)
    assert "6 Canceled" in preview(desk, fulfillment_of(cancelled, ["BX1"])).refused


def test_the_plan_says_that_a_part_leaves_the_state(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    shown = preview(desk, fulfillment_of(new_order(sandbox, desk), ["BX1"], completes_order=False))
    assert shown.mails == ()
    assert any("no partial shipments" in words for words in shown.warnings)


def test_a_plan_before_the_first_check_shows_the_mail_and_asks_nobody(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(sandbox)
    order = new_order(sandbox, desk)
    sandbox.control.forget_requests()
    with _another_connection(desk.store) as http:
        unchecked = Store("lab", sandbox.url, desk.store.settings, http)
        (shown,) = plugin.preview_push(unchecked, [fulfillment_of(order, ["BX1"])])
    assert shown.mails == ("Shipped",)
    assert sandbox.control.requests() == []


def _another_connection(store: Store) -> Any:
    from fbridge.http import StoreHttp

    return StoreHttp(store.url)


def test_a_state_that_mails_nobody_any_more_is_seen_before_the_mail_is_told(
    sandbox: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """PrestaShop takes the wish with 201 all the same."""
    desk = desk_of(sandbox)
    (order,) = desk.orders(sandbox.control.add_order([("demo_3", 1)]))
    sandbox.control.shop.tables["order_states"].change(4, {"send_email": "0"})
    (entry,) = desk.push_one(fulfillment_of(order, ["BX1"])).shipments
    assert (entry.outcome, entry.reason) == (Outcome.DONE, "mail_failed")
    assert (entry.effects.status, entry.effects.mail) == (Effect.DONE, MailEffect.NOT_SENT)
    assert "is not set to mail the customer any more" in entry.words


def test_mails_go_in_small_bodies(
    make_sandbox: MakeSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    """A mail may take a second, and a common proxy gives up after 30."""
    served = make_sandbox(orders=0)
    desk = desk_of(served)
    ids = [served.control.add_order([("demo_3", 1)]) for _ in range(25)]
    chunk = [fulfillment_of(order, [f"BX{order.remote_id}"]) for order in desk.orders(*ids)]
    served.control.forget_requests()
    desk.push(*chunk)
    posts = [one for one in served.control.requests() if one.method == "POST"]
    assert len(posts) == 3
    assert all("sendemail=1" in one.path for one in posts)
