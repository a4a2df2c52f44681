"""What a depot is told of a manifest, field by field: a row for each delivery. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fbridge.models.particulars import NO_PARTICULARS
from fbridge.models.shipments import Manifest, Shipment


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """What the driver takes under one document: a shipment, or those of a document over several orders."""

    manifest: Manifest
    shipments: tuple[Shipment, ...]

    @property
    def first(self) -> Shipment:
        """The one that stands for what they have in common."""
        return self.shipments[0]


def manifest_lines(manifest: Manifest) -> Iterator[ManifestLine]:
    """The rows of a manifest in its sequence; parcels, weight and cash add up to its totals."""
    return (ManifestLine(manifest, together) for together in manifest.deliveries)


def _document(name: str) -> Callable[[ManifestLine], Any]:
    return lambda line: getattr(line.first.document, name) if line.first.document else None


def _to(name: str) -> Callable[[ManifestLine], Any]:
    return lambda line: getattr(line.first.recipient, name)


def _cash(line: ManifestLine) -> Decimal | None:
    cash = [one.cod.amount for one in line.shipments if one.cod]
    return sum(cash, Decimal(0)) if cash else None


def _notes(line: ManifestLine) -> str:
    said = ((one.particulars or NO_PARTICULARS).note for one in line.shipments)
    return "; ".join(dict.fromkeys(note for note in said if note))


MANIFEST_VALUES: Mapping[str, Callable[[ManifestLine], Any]] = {
    "manifest": lambda line: line.manifest.number,
    "carrier": lambda line: line.manifest.carrier.code,
    "document": _document("number"),
    "document_series": _document("series"),
    "document_date": _document("date"),
    "order": lambda line: tuple(one.order_number for one in line.shipments if one.order_number),
    "shipment": lambda line: tuple(one.label for one in line.shipments),
    "company": _to("company"),
    "name": _to("name"),
    "street": lambda line: ", ".join(line.first.recipient.street),
    "postcode": _to("postcode"),
    "city": _to("city"),
    "province": _to("province"),
    "country": _to("country"),
    "phone": _to("phone"),
    "parcels": lambda line: line.first.parcels,
    "weight_grams": lambda line: line.first.weight_grams,
    "cod": _cash,
    "cod_currency": lambda line: next((one.cod.currency for one in line.shipments if one.cod), ""),
    "tracking": lambda line: line.first.numbers,
    "note": _notes,
}
