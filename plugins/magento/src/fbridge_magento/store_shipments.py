"""The shipments that a store holds of an order. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fbridge.adapterkit.payloads import flag, mapping, moment, reference, rows, text
from fbridge.models.orders import StoreShipment
from fbridge_magento.bundle_lines import whole_bundles
from fbridge_magento.order_lines import Lines

MARK_PREFIX = "fbridge "
"""Our comment on a shipment is this and the UUID of the fbridge shipment; each number that it was sent with follows
on a line of its own."""

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
