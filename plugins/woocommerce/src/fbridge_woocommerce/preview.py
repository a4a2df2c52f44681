"""What a push of one order would do, for the plan. Pure: from the facts of the last check."""

from __future__ import annotations

from collections.abc import Iterator

from fbridge.adapterkit.mails import may_mail
from fbridge.adapterkit.receipts import PARTIAL_STATUS_LEFT, cancelled_or_held
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Preview
from fbridge.models.platforms import Store
from fbridge.models.states import OrderStatus
from fbridge_woocommerce.detection import place_of
from fbridge_woocommerce.tracking_place import (
    AUTO,
    FULFILLMENT,
    Place,
    StoreFacts,
    mails_by_fulfillment,
    spelling_words,
)

MAIL = "Completed order"
OWN_MAIL = "Fulfillment created"


def preview_of(store: Store, fulfillment: Fulfillment) -> Preview:
    """Completing mails the customer once; an order that is completed already gets numbers only."""
    refusal = cancelled_or_held(fulfillment.order)
    if refusal is not None:
        return Preview(order_id=fulfillment.order_id, refused=refusal.words)
    completes = fulfillment.completes_order and fulfillment.order.status is not OrderStatus.CLOSED
    facts = StoreFacts.from_json(store.facts)
    place, facts = _known_place(store, facts), facts or StoreFacts()
    setting = store.settings.get("customer_mail")
    own_mail = place is not None and mails_by_fulfillment(setting, place, facts)
    nobody = not fulfillment.order.bill_to.email
    silent = facts.completed_mail is False or nobody
    mails = (
        () if nobody else _own_mails(fulfillment) if own_mail else (MAIL,) if completes and not silent else ()
    )
    warnings = [*_warnings(place, facts, fulfillment)]
    if nobody and (completes or own_mail):
        warnings.append("No mail leaves: the order has no e-mail address.")
    elif completes and not own_mail and silent:
        warnings.append('No mail leaves: the shop has switched its mail "Completed order" off.')
    elif completes and not own_mail and place is Place.FULFILLMENTS:
        warnings += _about_the_mail(setting, fulfillment)
    return Preview(order_id=fulfillment.order_id, mails=mails, warnings=tuple(dict.fromkeys(warnings)))


def _own_mails(fulfillment: Fulfillment) -> tuple[str, ...]:
    """One for each fulfillment that is not there yet; of an order that somebody completed nobody is told."""
    if fulfillment.order.status is OrderStatus.CLOSED:
        return ()
    made = {entry.mark for entry in fulfillment.order.shipments}
    new = [
        one
        for one in fulfillment.outstanding
        if one.acknowledged is None and one.id not in made and may_mail(one, fulfillment)
    ]
    return (OWN_MAIL,) * len(new)


def _about_the_mail(setting: str | None, fulfillment: Fulfillment) -> Iterator[str]:
    if not any(shipment.numbers for shipment in fulfillment.outstanding):
        return
    yield "The customer's mail has no number: Completed order does not show those of fulfillments." + (
        " The fulfillment's own mail is not asked for, because the shop was not seen to have Completed order off and "
        "Fulfillment created on."
        if setting == FULFILLMENT
        else ""
    )


def _known_place(store: Store, facts: StoreFacts | None) -> Place | None:
    if facts is None and store.settings["tracking"] == AUTO:
        return None
    return place_of(store, facts or StoreFacts())


def _warnings(place: Place | None, facts: StoreFacts, fulfillment: Fulfillment) -> Iterator[str]:
    if not fulfillment.completes_order and place is not Place.FULFILLMENTS:
        yield PARTIAL_STATUS_LEFT.words
    for shipment in fulfillment.outstanding:
        if shipment.numbers and place is not None:
            yield from _about_numbers(place, facts, shipment)


def _about_numbers(place: Place, facts: StoreFacts, shipment: FulfillmentShipment) -> Iterator[str]:
    carrier = shipment.carrier
    if place.keeps_rows and carrier and (words := spelling_words(place, carrier.site_code, facts)):
        yield f"{words}."
    if place is Place.NONE:
        yield "The tracking number is not sent: the setting tracking is none."
    if place is Place.NOTE:
        yield "The tracking number goes into a private note, which the customer does not see."
    if place is Place.NOTE and set(shipment.acknowledged_numbers) - set(shipment.numbers):
        yield "The note with the former number stays: notes cannot be changed."
    if place is Place.AST and carrier is not None and not carrier.site_code:
        yield f"Advanced Shipment Tracking will not show the name {carrier.label}: it is not mapped to a provider."
    if place is Place.FULFILLMENTS and len(shipment.numbers) > 1:
        yield "The numbers stand together in the one field of the fulfillment, with the page of the first."
