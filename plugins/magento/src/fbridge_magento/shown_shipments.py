"""The store's shipments as a push looks at them: from the order as it was read, and read back after writing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from fbridge.adapterkit.payloads import reference
from fbridge.models.orders import Order, StoreShipment
from fbridge_magento.bundles import bundles_in
from fbridge_magento.order_lines import Lines
from fbridge_magento.schemas import ShipmentPayload
from fbridge_magento.store_shipments import shipment_data, store_shipments
from fbridge_magento.tracks import Track

_SHIPMENT = ShipmentPayload()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownShipment:
    """One shipment of the store. ``mark`` is the UUID of ours that made it; ``lines`` are pieces by order line.

    ``pieces`` by order item are known after reading back only: of a bundle the parent, its children, or both.
    ``sent`` are the numbers that ours was made with.
    """

    id: str
    mark: str | None
    lines: Mapping[str, int]
    tracks: tuple[Track, ...]
    emailed: bool
    pieces: Mapping[str, int]
    sent: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """The distinct tracking numbers."""
        return tuple(dict.fromkeys(track.number for track in self.tracks))


def shipments_in(order: Order) -> dict[str, ShownShipment]:
    """What the store held of each shipment when the order was read, by id."""
    details = order.adapter_data.get("shipments") or {}
    return {
        one.remote_id: _shown(one, details.get(one.remote_id) or {}, pieces={}) for one in order.shipments
    }


def shipments_read(
    rows: Iterable[Mapping[str, Any]], orders: Mapping[str, Order]
) -> dict[str, ShownShipment]:
    """What the store shows of these orders after writing, by id; a malformed shipment is left out."""
    found: dict[str, ShownShipment] = {}
    for row in rows:
        order = orders.get(reference(row.get("order_id")))
        try:
            if order is not None:
                found.update(_read(_SHIPMENT.load(row), order))
        except ValidationError:
            continue
    return found


def _read(payload: Mapping[str, Any], order: Order) -> Iterator[tuple[str, ShownShipment]]:
    lines = Lines(lines=order.lines, children=bundles_in(order.adapter_data))
    details = shipment_data([payload])
    pieces = {item["order_item_id"]: item["qty"] for item in payload["items"]}
    for one in store_shipments([payload], lines):
        yield one.remote_id, _shown(one, details[one.remote_id], pieces=pieces)


def _shown(
    shipment: StoreShipment, details: Mapping[str, Any], *, pieces: Mapping[str, int]
) -> ShownShipment:
    return ShownShipment(
        id=shipment.remote_id,
        mark=shipment.mark,
        lines=dict(shipment.lines),
        tracks=tuple(_tracks(shipment.remote_id, details.get("tracks") or ())),
        emailed=bool(details.get("emailed") or shipment.mailed),
        pieces=pieces,
        sent=tuple(details.get("sent") or ()),
    )


def _tracks(shipment_id: str, rows: Iterable[Sequence[Any]]) -> Iterator[Track]:
    for track_id, number, carrier_code, title in rows:
        yield Track(
            number=str(number),
            carrier_code=str(carrier_code),
            title=str(title),
            id=str(track_id),
            shipment_id=shipment_id,
        )
