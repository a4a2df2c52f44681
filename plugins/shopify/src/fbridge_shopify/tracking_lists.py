"""Which tracking numbers a fulfillment shall have, and which it has. Pure.

``fulfillmentTrackingInfoUpdate`` replaces the whole list of a fulfillment, so numbers of other people are sent along.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fbridge.models.fulfillments import FulfillmentShipment
from fbridge.models.orders import StoreShipment
from fbridge_shopify.documents import tracking_input


def company_of(shipment: FulfillmentShipment) -> str:
    """The carrier's name as Shopify shall show it: the exact one that it knows, or the user's own."""
    carrier = shipment.carrier
    return (carrier.site_code or carrier.label) if carrier else ""


def tracking_of(shipment: FulfillmentShipment) -> Mapping[str, Any] | None:
    """The tracking of a new fulfillment; None without a number."""
    if not shipment.numbers:
        return None
    return tracking_input(company_of(shipment), shipment.numbers, _urls([shipment]))


def corrected_tracking(
    entry: StoreShipment,
    holders: Sequence[FulfillmentShipment],
    due: Collection[str],
    shown_urls: Mapping[str, str],
) -> Mapping[str, Any] | None:
    """The list to send for a fulfillment; None where it is as it should be.

    ``holders`` are all shipments that left with it, ``due`` the ids of those that are outstanding. ``shown_urls`` are
    the pages that the store shows of its numbers, other people's among them.
    """
    own = dict.fromkeys(number for one in holders for number in one.numbers)
    outstanding = [one for one in holders if one.id in due]
    theirs = [
        number
        for number in entry.numbers
        if number not in own and not any(one.replaces(entry.remote_id, number) for one in outstanding)
    ]
    wanted = [*theirs, *own]
    renamed = not theirs and own and any(_is_renamed(one, entry) for one in outstanding)
    if set(wanted) == set(entry.numbers) and not renamed:
        return None
    company = entry.carrier if theirs else next(map(company_of, outstanding), "")
    return tracking_input(company, wanted, {**shown_urls, **_urls(holders)})


def _is_renamed(shipment: FulfillmentShipment, entry: StoreShipment) -> bool:
    """Whether a shipment of ours goes by another carrier now."""
    company = company_of(shipment)
    return shipment.acknowledged is not None and bool(company) and company != entry.carrier


def _urls(shipments: Sequence[FulfillmentShipment]) -> dict[str, str]:
    return {entry.number: entry.url for one in shipments for entry in one.tracking}
