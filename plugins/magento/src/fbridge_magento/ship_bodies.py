"""The bodies of writes. Pure.

Magento ignores names that it does not know and ships **everything** that is left where no items are named, so a body
is made here and nowhere else (observed: ``{"trakcs": [...], "item": [...]}`` shipped a whole order without a track).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fbridge_magento.tracks import Track

MARK_PREFIX = "fbridge "
"""Our comment on a shipment is this and the UUID of the fbridge shipment; each number that it was sent with follows
on a line of its own."""

Pieces = Mapping[str, int]
"""How many pieces of which order items."""


def mark_comment(shipment_id: str, numbers: Sequence[str] = ()) -> str:
    """The comment by which a shipment of ours is known again, with the numbers that it is sent with."""
    return "\n".join([f"{MARK_PREFIX}{shipment_id}", *numbers])


def ship_body(
    pieces: Pieces,
    tracks: Sequence[Track],
    *,
    shipment_id: str,
    source: str | None,
    longest_list: int | None = None,
) -> dict[str, Any]:
    """One shipment of these pieces, marked as ours, with its tracks and without a mail.

    ``longest_list``: entries that the store takes in a list. So many of the tracks go along; more pieces than that
    are not named, so they must be all that is left, which Magento then ships. Raises: ValueError without pieces.
    """
    if not pieces or any(quantity <= 0 for quantity in pieces.values()):
        raise ValueError("a shipment needs pieces")
    items = [{"order_item_id": int(item_id), "qty": quantity} for item_id, quantity in pieces.items()]
    body: dict[str, Any] = {
        "items": items,
        "notify": False,
        "appendComment": True,
        "comment": {
            "comment": mark_comment(shipment_id, [track.number for track in tracks]),
            "is_visible_on_front": 0,
        },
        "tracks": [_track(track) for track in tracks[:longest_list]],
    }
    if longest_list is not None and len(items) > longest_list:
        del body["items"]
    if source is not None:
        body["arguments"] = {"extension_attributes": {"source_code": source}}
    return body


def track_body(order_id: str, track: Track) -> dict[str, Any]:
    """A new track, or with an ``id`` the new content of that one."""
    entity = {"order_id": int(order_id), "parent_id": int(track.shipment_id), **_track(track)}
    return {"entity": {"entity_id": int(track.id), **entity} if track.id else entity}


def selection_body(stock_id: int, skus: Mapping[str, int]) -> dict[str, Any]:
    """The question from which sources the platform itself would ship so many pieces of these articles."""
    items = [{"sku": sku, "qty": quantity} for sku, quantity in skus.items()]
    return {"inventoryRequest": {"stockId": stock_id, "items": items}, "algorithmCode": "priority"}


def _track(track: Track) -> dict[str, str]:
    return {"track_number": track.number, "title": track.title, "carrier_code": track.carrier_code}
