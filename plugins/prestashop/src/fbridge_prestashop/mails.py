"""The customer's mail: which one a push makes the shop send, and that it is sent once. Pure.

PrestaShop mails whenever it is asked to, and keeps no trace of it. So a mail is asked for only together with a
change that the store does not show yet, and never a second time for one shipment.
"""

from __future__ import annotations

from collections.abc import Iterator

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.states import MailEffect
from fbridge_prestashop.settings import CustomerMail
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.tracking import TrackingPlan

SHIPPED_MAIL = "Shipped"
IN_TRANSIT_MAIL = "Package in transit"
SWITCHED_OFF = "The shop has switched its mails off (Advanced Parameters > E-mail), so none left."

_ASKED_FOR = frozenset({MailEffect.SENT, MailEffect.UNKNOWABLE})
"""The shop has taken the wish and said no word of a failure."""


def mails_shipped(fulfillment: Fulfillment, shop: Shop) -> bool:
    """Whether the change of state, which is still to be made, asks for the state's mail."""
    wanted = fulfillment.notify and shop.mail is CustomerMail.SHIPPED and not shop.facts.mails_off
    state = shop.shipped_state
    already = any(shipment.mail in _ASKED_FOR for shipment in fulfillment.shipments)
    return wanted and not already and state is not None and state.mails


def mails_in_transit(fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop) -> bool:
    """Whether writing the numbers asks for the mail with the link.

    Only for a shipment whose number is new to the store, and which was not mailed about before. The shop sends
    nothing where the carrier that the customer chose has no tracking page.
    """
    wanted = fulfillment.notify and shop.mail is CustomerMail.IN_TRANSIT and not shop.facts.mails_off
    new = _with_new_numbers(fulfillment, plan)
    return wanted and has_page(fulfillment, shop) and any(_may_be_mailed(one, plan) for one in new)


def has_page(fulfillment: Fulfillment, shop: Shop) -> bool:
    """Whether the carrier on the order has a tracking page; the mail uses that one, whoever took the parcel."""
    return bool(page_of(fulfillment, shop))


def page_of(fulfillment: Fulfillment, shop: Shop) -> str:
    """The page that the mail leads to: that of the very row of carriers to which the order points.

    An edit of a carrier makes a new row, and orders keep theirs, with the page of then. Where that row is not
    known, the carrier of today stands in.
    """
    links = [one.mail_link for one in fulfillment.order.shipments if one.mail_link is not None]
    return links[0] if links else page_of_today(fulfillment, shop)


def page_of_today(fulfillment: Fulfillment, shop: Shop) -> str:
    """The page that the chosen carrier has now."""
    method = fulfillment.order.shipping_method
    carriers = [one for one in shop.facts.carriers if method and one.reference == method.code]
    chosen = next((one for one in carriers if one.usable), next(iter(carriers), None))
    return chosen.page if chosen else ""


def mailed_before(fulfillment: Fulfillment, plan: TrackingPlan) -> bool:
    """Whether a number goes out about which no mail is sent, because an earlier one went or may have gone."""
    return any(not _may_be_mailed(one, plan) for one in _with_new_numbers(fulfillment, plan))


def _with_new_numbers(fulfillment: Fulfillment, plan: TrackingPlan) -> Iterator[FulfillmentShipment]:
    return (one for one in fulfillment.outstanding if set(plan.new).intersection(one.numbers))


def _may_be_mailed(shipment: FulfillmentShipment, plan: TrackingPlan) -> bool:
    """After a lost answer only if the field is as it was before: the shop writes the number, then it mails."""
    if shipment.mail is MailEffect.NOT_SENT:
        return True
    if shipment.mail in _ASKED_FOR or shipment.acknowledged is not None:
        return False
    before = {number for _, number in shipment.baseline.entries} if shipment.baseline else set()
    return set(plan.held) <= before
