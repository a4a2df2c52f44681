"""The orders of the store that was recorded while fbridge pushed to it, as far as the recordings show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from fbridge_magento.sandbox.control import Control
from fbridge_magento.sandbox.dates import seconds_of
from fbridge_magento.sandbox.order_making import invoice
from fbridge_magento.sandbox.records import ItemRecord, OrderComment, OrderParts, OrderRecord
from fbridge_magento.sandbox.shipping import new_track

Json = Mapping[str, Any]
SEPARATELY = frozenset({"BS"})
"""Bundles whose parts are shipped by themselves."""

ADDRESS = {
    "city": "x",
    "country_id": "IT",
    "email": "x",
    "firstname": "x",
    "lastname": "x",
    "postcode": "x",
    "region": "x",
    "region_code": "TO",
    "street": ["x"],
    "telephone": "x",
}


class PushedWorld:
    """Puts orders and shipments into an emulated store: those of the beginning, and what happened unrecorded."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._shop = control.shop

    def begin(self, orders: Iterable[Json], shipments: Iterable[Json]) -> None:
        """The store as it was at first."""
        self._shop.add_orders(map(order_record, orders))
        for row in shipments:
            self._add_shipment(row)
            self._shop.parts_to_change(self._shop.orders[row["order_id"]])

    def catch_up(self, rows: Iterable[Json]) -> None:
        """What a list shows that no recorded request made."""
        for row in rows:
            if row["entity_id"] not in self._shop.shipments:
                self._add_shipment({**UNTOLD, **row})
            self._add_tracks(row)

    def _add_tracks(self, row: Json) -> None:
        parts = self._shop.shipment_parts_to_change(self._shop.shipments[row["entity_id"]])
        known = {track.number for track in parts.tracks}
        for shown in row.get("tracks") or ():
            if shown["track_number"] not in known:
                parts.tracks.append(new_track(self._shop, shown, seconds_of(row["created_at"])))
                parts.tracks[-1].id = shown["entity_id"]

    def _add_shipment(self, row: Json) -> None:
        order_id = row["order_id"]
        if order_id not in self._shop.orders:
            self._shop.add_orders([order_with(row)])
        record = self._shop.orders[order_id]
        known = {item.id: item.shipped for item in self._shop.parts(record).items}
        counted = record.state == "complete" or any(known.values())
        for item in self._shop.parts_to_change(record).items if counted else ():
            item.shipped = 0
        self._shop.shipment_ids = count(row["entity_id"])
        self._control.ship(
            order_id,
            items=row["items"],
            tracks=[{key: track.get(key) for key in TRACK} for track in row["tracks"] or ()],
            comment=next(iter(row["comments"] or ()), None),
            arguments={"extension_attributes": row["extension_attributes"]},
        )
        shipment = self._shop.shipments[row["entity_id"]]
        parts = self._shop.shipment_parts_to_change(shipment)
        parts.email_sent = bool(row.get("email_sent"))
        shipment.created = seconds_of(row["created_at"])
        for track, shown in zip(parts.tracks, row["tracks"] or (), strict=True):
            track.id = shown["entity_id"]


UNTOLD = {
    "order_id": 1,
    "created_at": "2026-11-28 06:00:00",
    "items": [],
    "tracks": [],
    "comments": [],
    "extension_attributes": {},
}
"""What a list of shipments that names but a few fields does not show."""

TRACK = ("track_number", "title", "carrier_code")


def order_record(row: Json) -> OrderRecord:
    """An order from what a list shows of it."""
    created, items = (
        seconds_of(row["created_at"]),
        [_item(item) for item in row["items"] if isinstance(item, dict)],
    )
    separately = {item.id for item in items if item.sku in SEPARATELY}
    ordered = {item.id: item.ordered for item in items}
    for item in items:
        item.pieces = item.ordered // ordered.get(item.parent_id or item.id, item.ordered)
        item.separately = item.id in separately or item.parent_id in separately
    paid = not row["total_due"]
    if paid:
        invoice(items)
    goods = sum((item.price * item.ordered for item in items if item.parent_id is None), Decimal(0))
    parts = OrderParts(
        billing=ADDRESS,
        shipping=None if row["is_virtual"] else ADDRESS,
        items=items,
        shipping_amount=Decimal(str(row["grand_total"])) - goods,
        payment=(row["payment"]["method"], _title(row)),
        invoiced=paid,
        comments=[
            OrderComment(number, created, entry.get("comment") or "", row["status"], 0, 0)
            for number, entry in enumerate(row["status_histories"] or (), 1)
        ],
    )
    updated = seconds_of(row["updated_at"])
    return OrderRecord(
        row["entity_id"],
        row["store_id"],
        row["entity_id"],
        row["state"],
        row["status"],
        created,
        updated,
        parts,
    )


def _title(row: Json) -> str:
    infos = row.get("extension_attributes", {}).get("payment_additional_info") or ()
    return next((info["value"] for info in infos if info["key"] == "method_title"), "Check / Money order")


def order_with(shipment: Json) -> OrderRecord:
    """An order of which only a shipment was recorded."""
    rows = [
        {"item_id": one["order_item_id"], "qty_ordered": one["qty"], "sku": "S1", "name": "x", "weight": 1}
        for one in shipment["items"] or [{"order_item_id": 10**6 + shipment["entity_id"], "qty": 1}]
    ]
    made, payment = shipment["created_at"], {"method": "checkmo"}
    return order_record(
        {"entity_id": shipment["order_id"], "store_id": 1, "state": "processing", "status": "processing"}
        | {
            "created_at": made,
            "updated_at": made,
            "items": rows,
            "payment": payment,
            "status_histories": None,
        }
        | {"is_virtual": 0, "total_due": 0, "grand_total": 5}
    )


def _item(row: Json) -> ItemRecord:
    ordered = row["qty_ordered"]
    return ItemRecord(
        id=row["item_id"],
        kind=row.get("product_type", "simple"),
        product_id=1,
        sku=row["sku"],
        name=row["name"],
        price=Decimal(str(row.get("row_total_incl_tax", 0))) / ordered,
        ordered=ordered,
        parent_id=row.get("parent_item_id"),
        weight=row["weight"],
        shipped=row.get("qty_shipped", 0),
        refunded=row.get("qty_refunded", 0),
        canceled=row.get("qty_canceled", 0),
    )
