"""The shipments that a store holds of an order: as the order shows them, and as a push looks at them. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from fbridge.adapterkit.payloads import flag, mapping, moment, reference, rows, text
from fbridge.models.orders import Order, StoreShipment
from fbridge_magento.bundles import bundles_in
from fbridge_magento.order_lines import Lines, whole_bundles
from fbridge_magento.schemas import ShipmentPayload
from fbridge_magento.ship_bodies import MARK_PREFIX
from fbridge_magento.tracks import Track

_MARK = re.compile(rf"{MARK_PREFIX}([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})\b")


def store_shipments(shipments: Sequence[Mapping[str, Any]], lines: Lines) -> tuple[StoreShipment, ...]:
    """Decoded shipments as the contract tells them, with the lines that are ours."""
    return tuple(_store_shipment(shipment, lines) for shipment in shipments)


def mark_in(comments: Iterable[Mapping[str, Any]] | None) -> str | None:
    """The UUID of the fbridge shipment that one of a shipment's comments names."""
    return next((match[1] for match in _marks(comments)), None)


def numbers_sent(comments: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """The tracking numbers that a shipment of ours was made with, whatever became of its tracks since."""
    found = (match.string[match.end() :] for match in _marks(comments))
    return [line.strip() for line in next(found, "").splitlines()[1:] if line.strip()]


def _marks(comments: Iterable[Mapping[str, Any]] | None) -> Iterator[re.Match[str]]:
    return filter(None, (_MARK.search(text(comment.get("comment"))) for comment in rows(comments)))


def shipment_data(shipments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a push wants to know of each shipment, by its id."""
    return {
        shipment["entity_id"]: {
            "source": text(mapping(shipment.get("extension_attributes")).get("source_code")) or None,
            "emailed": flag(shipment.get("email_sent")),
            "sent": numbers_sent(shipment.get("comments")),
            "tracks": [
                [
                    reference(track.get("entity_id")),
                    text(track.get("track_number")),
                    text(track.get("carrier_code")),
                    text(track.get("title")),
                ]
                for track in rows(shipment.get("tracks"))
            ],
        }
        for shipment in shipments
    }


def _store_shipment(shipment: Mapping[str, Any], lines: Lines) -> StoreShipment:
    tracks = rows(shipment.get("tracks"))
    numbers = (text(track.get("track_number")) for track in tracks)
    return StoreShipment(
        remote_id=shipment["entity_id"],
        mark=mark_in(shipment.get("comments")),
        numbers=tuple(dict.fromkeys(filter(None, numbers))),
        carrier=next((text(track.get("title")) or text(track.get("carrier_code")) for track in tracks), ""),
        lines=tuple(_pieces(shipment, lines)),
        created_at=moment(shipment.get("created_at")),
        mailed=flag(shipment.get("email_sent")),
    )


def _pieces(shipment: Mapping[str, Any], lines: Lines) -> Iterator[tuple[str, int]]:
    inside: Counter[str] = Counter()
    for item in shipment["items"]:
        inside[item["order_item_id"]] += item["qty"]
    for line in lines.lines:
        pieces = whole_bundles(inside[line.id], lines.children.get(line.id, ()), inside)
        if pieces:
            yield line.id, pieces


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
