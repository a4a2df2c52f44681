"""What a push of one order would do, for the plan. Pure: from the order as last fetched and the facts of the last
check."""

from __future__ import annotations

from collections.abc import Iterator

from fbridge.adapterkit.adopting import numbers_of_others
from fbridge.adapterkit.receipts import PARTIAL_STATUS_LEFT
from fbridge.models.fulfillments import Fulfillment, Preview
from fbridge.models.platforms import Store
from fbridge.models.states import OrderStatus
from fbridge_prestashop.mails import (
    IN_TRANSIT_MAIL,
    SHIPPED_MAIL,
    has_page,
    mailed_before,
    mails_in_transit,
    mails_shipped,
    page_of,
    page_of_today,
)
from fbridge_prestashop.push import CARRIER_GONE, refusal_of
from fbridge_prestashop.run_memory import memory_of
from fbridge_prestashop.settings import CustomerMail
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_facts import ShopFacts
from fbridge_prestashop.tracking import TrackingPlan, plan_tracking

ALL_OFF = "No mail leaves: the shop has switched its mails off."
LOOKED_UP = (
    "The store had no such active carrier when it was looked at last. The push looks again, and sends nothing where "
    "there still is none."
)


def preview_of(store: Store, fulfillment: Fulfillment) -> Preview:
    """The mails, refusals and warnings of one order. Before the first check all wanted mails are shown."""
    memory = memory_of(store)
    facts = memory.facts or ShopFacts.from_json(store.facts)
    shop = _most_mailing(Shop(store.settings, facts or ShopFacts()))
    plan = plan_tracking(fulfillment)
    refusal = refusal_of(fulfillment, plan, shop) if facts or plan.fault else None
    if refusal is not None and (refusal.reason != CARRIER_GONE or memory.carriers_read):
        return Preview(order_id=fulfillment.order_id, refused=refusal.words)
    wants_status = fulfillment.completes_order and fulfillment.order.status is OrderStatus.OPEN
    mails = _mails(fulfillment, plan, shop, wants_status=wants_status, known=facts is not None)
    told = _warnings(fulfillment, plan, shop, wants_status=wants_status) if facts else ()
    # It may have come back: a push reads the carriers of today, so until then the plan holds what it would mail.
    warnings = dict.fromkeys([*([LOOKED_UP] if refusal else []), *told])
    return Preview(order_id=fulfillment.order_id, mails=tuple(mails), warnings=tuple(warnings))


def _most_mailing(shop: Shop) -> Shop:
    """Which shop an order belongs to is read with the push: until then the plan holds what any of them would mail."""
    mailing = (one for one in shop.siblings if one.shipped_state and one.shipped_state.mails)
    return next(mailing, shop)


def _mails(
    fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop, *, wants_status: bool, known: bool
) -> Iterator[str]:
    unknown = fulfillment.notify and not known
    if wants_status and (mails_shipped(fulfillment, shop) or (unknown and shop.mail is CustomerMail.SHIPPED)):
        yield SHIPPED_MAIL
    if plan.new and (
        mails_in_transit(fulfillment, plan, shop) or (unknown and shop.mail is CustomerMail.IN_TRANSIT)
    ):
        yield IN_TRANSIT_MAIL


def _warnings(
    fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop, *, wants_status: bool
) -> Iterator[str]:
    if not fulfillment.completes_order:
        yield PARTIAL_STATUS_LEFT.words
    yield from _about_the_one_field(fulfillment, plan, shop)
    if fulfillment.notify and shop.mail is CustomerMail.SHIPPED and wants_status:
        yield from _about_shipped(shop)
    if fulfillment.notify and shop.mail is CustomerMail.IN_TRANSIT and plan.new:
        yield from _about_in_transit(fulfillment, plan, shop)


def _about_the_one_field(fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop) -> Iterator[str]:
    """The field has one carrier, whosever the numbers in it are."""
    carriers = {one.carrier.site_code for one in fulfillment.shipments if one.numbers and one.carrier}
    taken_over = plan.row and plan.carrier and numbers_of_others(plan.row, fulfillment.shipments)
    if plan.row is None or not plan.changes or not (len(carriers) > 1 or taken_over):
        return
    known = shop.facts.usable_carrier(plan.carrier or plan.row.carrier)
    name = shop.facts.name_of(known) if known else "one of them"
    numbers = ", ".join(plan.numbers)
    yield f"The store has one field for {numbers}, which are of several carriers: all stand under {name} there."


def _about_shipped(shop: Shop) -> Iterator[str]:
    if shop.facts.mails_off:
        yield ALL_OFF
        return
    state = shop.shipped_state
    if state is not None and not state.mails:
        yield f"No mail leaves: the store's state {state.name} is not set to mail the customer."


def _about_in_transit(fulfillment: Fulfillment, plan: TrackingPlan, shop: Shop) -> Iterator[str]:
    if shop.facts.mails_off:
        yield ALL_OFF
        return
    method = fulfillment.order.shipping_method
    chosen = (method.title or method.code) if method else "none"
    if not has_page(fulfillment, shop):
        yield f"No mail leaves: the carrier that the customer chose ({chosen}) has no tracking URL on the store."
        return
    if mailed_before(fulfillment, plan):
        yield "No second mail is sent: one about this shipment went out before, or may have."
    shipped_with = {
        one.carrier.site_code for one in fulfillment.outstanding if one.carrier and one.carrier.site_code
    }
    if method is not None and shipped_with - {method.code}:
        yield (
            f"The link in the mail would be wrong: it leads to the carrier that the customer chose ({chosen}), and "
            "the parcel left with another."
        )
    page, today = page_of(fulfillment, shop), page_of_today(fulfillment, shop)
    if today and page != today:
        yield (
            f"The link in the mail leads to {page}, the page that the carrier had when the order was made; today it "
            f"is {today}."
        )
    if len(plan.numbers) > 1:
        yield "The link in the mail holds all numbers of the order together, which few carriers understand."
