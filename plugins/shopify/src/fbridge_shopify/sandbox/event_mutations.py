"""Events on a parcel's way (``fulfillmentEventCreate``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fbridge_shopify.sandbox.connections import View
from fbridge_shopify.sandbox.dates import iso
from fbridge_shopify.sandbox.errors import user_error
from fbridge_shopify.sandbox.gids import gid, number_of
from fbridge_shopify.sandbox.viewer import Viewer


def create_event(viewer: Viewer, given: Mapping[str, Any]) -> View:
    """Keep an event; the fulfillment shows its status. Raises: UserErrors."""
    shop = viewer.shop
    try:
        order, made = shop.fulfillment(number_of(given["fulfillmentId"]), keep=True)
    except (LookupError, ValueError):
        raise user_error("Fulfillment does not exist.", "fulfillmentEvent", "fulfillmentId") from None
    now = iso(shop.now())
    event = {
        "__typename": "FulfillmentEvent",
        "id": gid("FulfillmentEvent", shop.new_id("FulfillmentEvent", order.id)),
        "createdAt": now,
        **{name: value for name, value in given.items() if name != "fulfillmentId"},
        "happenedAt": given.get("happenedAt") or now,
    }
    made.events.append(event)
    if made.status != "CANCELLED":
        made.display_status = given["status"]
    made.updated = shop.now()
    shop.touch(order)
    return event
