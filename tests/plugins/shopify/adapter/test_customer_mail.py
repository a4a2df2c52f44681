"""Shopify's mails: asked for where they are wanted, and never about a shipment that was mailed about before."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.models.states import MailEffect
from fbridge.sandbox import ServedSandbox

from .push_calls import CUP, OIL, Make, entry_of


def mails(served: ServedSandbox, order_id: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(mail.kind, mail.tracking_numbers) for mail in served.control.mails(order_id)]


def test_the_confirmation_has_the_number(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    order = desk.order(served.control.new_order([(OIL, 1)]))
    entry = entry_of(desk, fulfillment_of(order, ["N1"]))
    assert entry.effects.mail is MailEffect.UNKNOWABLE
    assert mails(served, order.remote_id) == [("shipping_confirmation", ("N1",))]


def test_nobody_is_mailed_who_shall_not_be(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    order = desk.order(served.control.new_order([(OIL, 1)]))
    entry = entry_of(desk, fulfillment_of(order, ["N1"], notify=False))
    assert (entry.effects.mail, mails(served, order.remote_id)) == (MailEffect.NOT_SENT, [])


def test_two_locations_are_two_mails(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    order = desk.order(served.control.new_order([(OIL, 1), (CUP, 1)]))
    entry_of(desk, fulfillment_of(order, ["N1"]))
    assert mails(served, order.remote_id) == [("shipping_confirmation", ("N1",))] * 2


@pytest.mark.parametrize("mail", [MailEffect.SENT, MailEffect.UNCONFIRMED, MailEffect.UNKNOWABLE])
def test_what_may_have_left_is_not_asked_for_again(
    served: ServedSandbox, desk: Any, fulfillment_of: Make, mail: MailEffect
) -> None:
    order = desk.order(served.control.new_order([(OIL, 1)]))
    entry = entry_of(desk, fulfillment_of(order, ["N1"], mail=mail))
    assert mails(served, order.remote_id) == []
    assert entry.effects.mail is mail


@pytest.mark.parametrize(
    ("before", "sent"), [(MailEffect.NOT_SENT, [("shipping_update", ("N2",))]), (MailEffect.SENT, [])]
)
def test_a_late_number_is_mailed_where_no_mail_went_before(
    served: ServedSandbox,
    desk: Any,
    fulfillment_of: Make,
    before: MailEffect,
    sent: list[tuple[str, tuple[str, ...]]],
) -> None:
    order_id = served.control.new_order([(OIL, 1)])
    first = entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"], notify=False))
    late = fulfillment_of(
        desk.order(order_id),
        ["N2"],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("N1",),
        remote_ids=first.remote_ids,
        mail=before,
    )
    entry = entry_of(desk, late)
    assert mails(served, order_id) == sent
    assert entry.effects.mail is (MailEffect.UNKNOWABLE if sent else before)


def test_the_same_again_mails_nobody(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> None:
    order_id = served.control.new_order([(OIL, 1)])
    entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"]))
    entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"]))
    assert len(mails(served, order_id)) == 1


def test_who_fulfilled_it_by_hand_has_mailed_or_not(
    served: ServedSandbox, desk: Any, fulfillment_of: Make
) -> None:
    order_id = served.control.new_order([(OIL, 1)])
    served.control.ship_by_hand(order_id, notify=True)
    entry_of(desk, fulfillment_of(desk.order(order_id), ["N1"]))
    assert mails(served, order_id) == [("shipping_confirmation", ())]
