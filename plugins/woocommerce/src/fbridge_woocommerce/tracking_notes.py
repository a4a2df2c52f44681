"""Tracking numbers as private order notes, for stores that can keep them nowhere else. Pure.

A note for the customer would mail the customer each time, so the note is for the shop's people only. Notes cannot
be changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fbridge.adapterkit.payloads import reference, text
from fbridge.models.fulfillments import FulfillmentShipment
from fbridge.models.orders import StoreShipment
from fbridge_woocommerce.carriers import carrier_words

_OURS = re.compile(r"\[fbridge (?P<mark>\S+): (?P<numbers>[^\]]+)\]")


def note_text(shipment: FulfillmentShipment, numbers: Sequence[str]) -> str:
    """What the note says: carrier, numbers with their pages, and in brackets what fbridge reads back."""
    carrier = carrier_words(shipment.carrier)
    pages = [entry.url for entry in shipment.tracking if entry.url and entry.number in numbers]
    by = f" by {carrier}" if carrier else ""
    words = [f"Shipped{by}: {', '.join(numbers)}.", *pages, f"[fbridge {shipment.id}: {' '.join(numbers)}]"]
    return " ".join(words)


def store_shipments(notes: Iterable[Mapping[str, Any]]) -> tuple[StoreShipment, ...]:
    """Our notes among an order's notes, as the core sees them."""
    return tuple(entry for note in notes if (entry := _store_shipment(note)) is not None)


def _store_shipment(note: Mapping[str, Any]) -> StoreShipment | None:
    found = _OURS.search(text(note.get("note")))
    if found is None:
        return None
    return StoreShipment(
        remote_id=reference(note.get("id")),
        mark=found["mark"],
        numbers=tuple(found["numbers"].split()),
    )


def is_entered(number: str, notes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a note, ours or anybody's, holds the number as a whole word (C7)."""
    pattern = re.compile(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])")
    return any(pattern.search(text(note.get("note"))) for note in notes)
