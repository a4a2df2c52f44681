"""What a push of one order would do, for the plan. Pure: from the order as last fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fbridge.adapterkit.mails import may_mail
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Preview
from fbridge.models.orders import Order, OrderLine
from fbridge.models.platforms import Store
from fbridge_shopify.allocation import Pieces, place_rank
from fbridge_shopify.carrier_lists import known_names
from fbridge_shopify.claims import claims_of, digital_pieces, may_be_last, shown, wanted_by
from fbridge_shopify.push import refusal_of
from fbridge_shopify.schemas import number_of
from fbridge_shopify.tracking_lists import company_of

CONFIRMATION = "Shipping confirmation"
UPDATE = "Shipping update"


def preview_of(store: Store, fulfillment: Fulfillment) -> Preview:
    """A mail for each new fulfillment, and so for each location; one for a late number where none went before."""
    refusal = refusal_of(fulfillment.order)
    if refusal is not None:
        return Preview(order_id=fulfillment.order_id, refused=refusal.words)
    missing = _missing(fulfillment)
    places = _places(fulfillment, missing)
    locations = {key: len(some) or bool(missing[key]) for key, some in places.items()}
    digital = _digital(fulfillment)
    mails = [mail for one in fulfillment.outstanding for mail in _mails(one, fulfillment, locations)]
    warnings = dict.fromkeys(
        warning
        for one in fulfillment.outstanding
        for warning in (*_warnings(one, fulfillment, locations), *_unknown_place(one, store.facts))
    )
    if digital and not store.settings["fulfill_digital"]:
        warnings[_left_to_fulfil(digital)] = None
        digital = []
    return Preview(
        order_id=fulfillment.order_id,
        mails=tuple(mails),
        places=tuple(dict.fromkeys(f"location {place}" for place in (*_all(places), *_places_of(digital)))),
        warnings=tuple(warnings),
    )


def _digital(fulfillment: Fulfillment) -> list[OrderLine]:
    """Lines that no carrier takes and that are still to be fulfilled when the last parcel has left."""
    new = any(one.acknowledged is None for one in fulfillment.outstanding)
    left = digital_pieces(fulfillment.order) if new and may_be_last(fulfillment) else {}
    return [line for line in fulfillment.order.lines if line.id in left]


def _left_to_fulfil(lines: Sequence[OrderLine]) -> str:
    names = ", ".join(line.sku or line.name for line in lines)
    return (
        f"{names} needs no carrier and stays to be fulfilled, so the store will show the order as partially "
        "fulfilled: fulfil it there, or set fulfill_digital."
    )


def _all(places: Mapping[str, list[str]]) -> list[str]:
    return [place for some in places.values() for place in some]


def _places_of(lines: Sequence[OrderLine]) -> list[str]:
    return [place for line in lines for place, quantity in line.locations if quantity]


def _mails(
    shipment: FulfillmentShipment, fulfillment: Fulfillment, locations: dict[str, int]
) -> Iterator[str]:
    if not may_mail(shipment, fulfillment):
        return
    if shipment.acknowledged is None:
        yield from [CONFIRMATION] * locations[shipment.id]
    elif set(shipment.numbers) - set(shipment.acknowledged_numbers):
        yield UPDATE


def _warnings(
    shipment: FulfillmentShipment, fulfillment: Fulfillment, locations: dict[str, int]
) -> Iterator[str]:
    count = locations.get(shipment.id, 1)
    if count > 1:
        what = "Its goods" if len(fulfillment.outstanding) == 1 else _goods(shipment, fulfillment.order)
        mails = f", and the customer gets {count} mails" if may_mail(shipment, fulfillment) else ""
        yield f"{what} are at {count} locations: the store will show {count} fulfillments{mails}."
    company = company_of(shipment)
    without_page = any(not entry.url for entry in shipment.tracking)
    if shipment.numbers and company and company not in known_names() and without_page:
        yield (
            f"The customer gets no link to the parcel: Shopify does not know the carrier {company}, and there is no "
            "tracking URL. Map the carrier to Shopify's own name, or give it a tracking URL."
        )


def _unknown_place(shipment: FulfillmentShipment, facts: Mapping[str, Any]) -> Iterator[str]:
    known = facts.get("locations") or {}
    place = shipment.location
    if place and known and not {place, number_of(place)} & {*known, *known.values()}:
        yield (
            f"The setting warehouses names the location {place}, which the store has not: the goods are taken from "
            f"where the store keeps them. It has {', '.join(f'{id_} ({name})' for id_, name in known.items())}."
        )


def _goods(shipment: FulfillmentShipment, order: Order) -> str:
    """The goods of a shipment in words: a plan shows what is said of an order with each of its shipments."""
    lines = [(item.quantity, order.line(item.line_id)) for item in shipment.items]
    return ", ".join(f"{quantity} x {line.sku or line.name}" for quantity, line in lines if line)


def _missing(fulfillment: Fulfillment) -> dict[str, Pieces]:
    """The pieces of each new shipment that the store does not show yet and would still ship, by anybody."""
    claims = claims_of(fulfillment)
    left = Counter({line.id: line.remaining for line in fulfillment.order.lines})
    missing: dict[str, Pieces] = {}
    for one in _new_ones(fulfillment):
        missing[one.id] = (wanted_by(one) - shown(claims[one.id])) & left
        left -= missing[one.id]
    return missing


def _new_ones(fulfillment: Fulfillment) -> list[FulfillmentShipment]:
    new = [one for one in fulfillment.outstanding if one.acknowledged is None]
    return sorted(new, key=lambda one: not one.fences)


def _places(fulfillment: Fulfillment, missing: Mapping[str, Pieces]) -> dict[str, list[str]]:
    """The locations that the goods of each new shipment are at; they take them one after another, as in a push."""
    places: dict[str, Pieces] = {}
    for line in fulfillment.order.lines:
        for location, quantity in line.locations:
            places.setdefault(location, Counter())[line.id] += quantity
    return {one.id: _take(one, missing[one.id], places) for one in _new_ones(fulfillment)}


def _take(shipment: FulfillmentShipment, wanted: Pieces, places: dict[str, Pieces]) -> list[str]:
    taken = []
    for location in sorted(places, key=place_rank(shipment.location, wanted, places)):
        found = wanted & places[location]
        if found:
            wanted = wanted - found
            taken.append(location)
            places[location] -= found
    return taken
