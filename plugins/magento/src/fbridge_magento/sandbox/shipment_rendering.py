"""A shipment as ``GET /V1/shipment/{id}`` shows it."""

from __future__ import annotations

from typing import Any

from fbridge_magento.sandbox.dates import shown
from fbridge_magento.sandbox.records import (
    ItemRecord,
    ShipmentComment,
    ShipmentParts,
    ShipmentRecord,
    Track,
    as_number,
)

Json = dict[str, Any]


def shipment_json(record: ShipmentRecord, parts: ShipmentParts) -> Json:
    """All fields."""
    return shipment_columns(record, parts) | {
        "packages": [],
        "items": [_item(record, *row) for row in parts.items],
        "tracks": [track_json(track, record) for track in parts.tracks],
        "comments": [_comment(comment, record) for comment in parts.comments],
        "extension_attributes": {"source_code": parts.source_code},
    }


def shipment_columns(record: ShipmentRecord, parts: ShipmentParts) -> Json:
    """The columns of the shipment itself, which are also what can be searched."""
    columns = {
        "billing_address_id": record.order_id * 2,
        "created_at": shown(record.created),
        "entity_id": record.id,
        "increment_id": record.increment_id,
        "order_id": record.order_id,
        "shipping_address_id": record.order_id * 2 - 1,
        "store_id": record.store_id,
        "total_qty": parts.total,
        "updated_at": shown(record.updated),
    }
    return columns | ({"email_sent": 1} if parts.email_sent else {})


def track_json(track: Track, record: ShipmentRecord) -> Json:
    """A track, with its NULLs: here they are not left out."""
    return {
        "order_id": record.order_id,
        "created_at": shown(track.created),
        "entity_id": track.id,
        "parent_id": record.id,
        "updated_at": shown(track.updated),
        "weight": track.weight,
        "qty": track.qty,
        "description": track.description,
        "track_number": track.number,
        "title": track.title,
        "carrier_code": track.carrier_code,
    }


def _item(record: ShipmentRecord, entity_id: int, item: ItemRecord, quantity: int) -> Json:
    return {
        "entity_id": entity_id,
        "name": item.name,
        "parent_id": record.id,
        "price": as_number(item.price),
        "product_id": item.product_id,
        "sku": item.sku,
        "weight": item.weight,
        "order_item_id": item.id,
        "qty": quantity,
    }


def _comment(comment: ShipmentComment, record: ShipmentRecord) -> Json:
    return {
        "is_customer_notified": comment.notified,
        "parent_id": record.id,
        "comment": comment.comment,
        "is_visible_on_front": comment.visible,
        "created_at": shown(comment.created),
        "entity_id": comment.id,
    }
