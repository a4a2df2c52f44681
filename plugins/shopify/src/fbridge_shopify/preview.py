"""What a push of one order would do, for the plan. Pure: from the order as last fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Preview
from fbridge.models.platforms import Store
from fbridge_shopify.carrier_lists import known_names
from fbridge_shopify.claims import wanted_by
from fbridge_shopify.push import may_mail, refusal_of
from fbridge_shopify.tracking_lists import company_of

CONFIRMATION = "Shipping confirmation"
UPDATE = "Shipping update"


def preview_of(store: Store, fulfillment: Fulfillment) -> Preview:  # noqa: ARG001 - the same for every store
    """A mail for each new fulfillment, and so for each location; one for a late number where none went before."""
    refusal = refusal_of(fulfillment.order)
    if refusal is not None:
        return Preview(order_id=fulfillment.order_id, refused=refusal.words)
    mails = [mail for one in fulfillment.outstanding for mail in _mails(one, fulfillment)]
    warnings = dict.fromkeys(
        warning for one in fulfillment.outstanding for warning in _warnings(one, fulfillment)
    )
    return Preview(order_id=fulfillment.order_id, mails=tuple(mails), warnings=tuple(warnings))


def _mails(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> Iterator[str]:
    if not may_mail(shipment, fulfillment):
        return
    if shipment.acknowledged is None:
        yield from [CONFIRMATION] * _locations(shipment, fulfillment)
    elif set(shipment.numbers) - set(shipment.acknowledged_numbers):
        yield UPDATE


def _warnings(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> Iterator[str]:
    locations = _locations(shipment, fulfillment)
    if shipment.acknowledged is None and locations > 1:
        mails = f", and the customer gets {locations} mails" if may_mail(shipment, fulfillment) else ""
        yield f"Its goods are at {locations} locations: the store will show {locations} fulfillments{mails}."
    company = company_of(shipment)
    without_page = any(not entry.url for entry in shipment.tracking)
    if shipment.numbers and company and company not in known_names() and without_page:
        yield (
            f"The customer gets no link to the parcel: Shopify does not know the carrier {company}, and there is no "
            "tracking URL. Map the carrier to Shopify's own name, or give it a tracking URL."
        )


def _locations(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> int:
    """At how many locations the store keeps the goods of a shipment; taken as a push takes them."""
    places: dict[str, Counter[str]] = {}
    for line in fulfillment.order.lines:
        for location, pieces in line.locations:
            places.setdefault(location, Counter())[line.id] += pieces
    lacking, count = wanted_by(shipment), 0
    for location in sorted(
        places, key=lambda place: (place != shipment.location, not lacking <= places[place])
    ):
        if lacking & places[location]:
            lacking, count = lacking - places[location], count + 1
    return max(count, 1)
