"""What a courier's program is told of a parcel, field by field. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from fbridge.models.orders import Address, Money
from fbridge.models.shipments import Carrier, Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierRow:
    """What the courier takes under one reference: a shipment, or all shipments of a document.

    ``cod`` is what is collected at the door, ``collection`` how (cash, cheque), ``porto`` who pays the courier.
    ``parcel`` is the number of one of its parcels, 0 for all of them: cash and weight are told with the first.
    """

    shipment: Shipment
    manifest: str
    to: Address
    orders: tuple[str, ...]
    cod: Money | None
    collection: str
    porto: str
    note: str
    today: date
    parcel: int = 0

    @property
    def is_first(self) -> bool:
        """Whether it is what is counted: all parcels together, or the first of them."""
        return self.parcel <= 1

    @property
    def weight_grams(self) -> int | None:
        """The weight of all parcels."""
        return self.shipment.weight_grams if self.is_first else None

    @property
    def parcel_number(self) -> str:
        """The parcel's own number, or the one of all; "" where nobody knows which of several is its."""
        numbers = self.shipment.numbers
        if len(numbers) == 1:
            return numbers[0]
        return numbers[self.parcel - 1] if len(numbers) == self.shipment.parcels else ""

    def each_parcel(self) -> Iterator[CourierRow]:
        """One row for each parcel; the cash is collected once."""
        for at in range(1, self.shipment.parcels + 1):
            yield replace(self, parcel=at, cod=self.cod if at == 1 else None)

    @property
    def reference(self) -> int:
        """Short, of digits, and the shipment's for ever: ``tracking import`` knows it again."""
        return self.shipment.id


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierTotals:
    """What the first and the last record of a file may tell."""

    manifest: str
    carrier: Carrier
    today: date
    count: int
    parcels: int
    weight_grams: int
    cod: Decimal


def _kilograms(grams: int | None) -> Decimal | None:
    return None if grams is None else Decimal(grams).scaleb(-3)


def _document(name: str) -> Callable[[CourierRow], Any]:
    return lambda row: getattr(row.shipment.document, name) if row.shipment.document else None


def _to(name: str) -> Callable[[CourierRow], Any]:
    return lambda row: getattr(row.to, name)


def _street(at: int) -> Callable[[CourierRow], Any]:
    return lambda row: ", ".join(row.to.street[at : at + 1] if at == 0 else row.to.street[at:])


OF_ONE_PARCEL = ("parcel", "parcel_tracking")
"""What only a row of one parcel tells."""
COURIER_VALUES: Mapping[str, Callable[[CourierRow], Any]] = {
    "reference": lambda row: row.reference,
    "shipment": lambda row: row.shipment.label,
    "order": lambda row: row.orders,
    "store": lambda row: row.shipment.store,
    "document": _document("number"),
    "document_series": _document("series"),
    "document_year": _document("year"),
    "document_date": _document("date"),
    "recipient": lambda row: row.to.company or row.to.name,
    "contact": lambda row: row.to.name if row.to.company else "",
    "name": _to("name"),
    "company": _to("company"),
    "street": lambda row: ", ".join(row.to.street),
    "street_1": _street(0),
    "street_2": _street(1),
    "postcode": _to("postcode"),
    "city": _to("city"),
    "province": _to("province"),
    "country": _to("country"),
    "phone": _to("phone"),
    "email": _to("email"),
    "parcels": lambda row: row.shipment.parcels,
    "parcel": lambda row: row.parcel,
    "parcel_tracking": lambda row: row.parcel_number,
    "weight": lambda row: _kilograms(row.weight_grams),
    "weight_grams": lambda row: row.weight_grams,
    "cod": lambda row: row.cod.amount if row.cod else None,
    "cod_currency": lambda row: row.cod.currency if row.cod else "",
    "cod_kind": lambda row: row.collection if row.cod else "",
    "porto": lambda row: row.porto,
    "porto_cod": lambda row: f"{row.porto}_cod" if row.cod else row.porto,
    "customer_code": lambda row: row.shipment.carrier.customer_code,
    "depot": lambda row: row.shipment.carrier.depot,
    "carrier": lambda row: row.shipment.carrier.code,
    "carrier_name": lambda row: row.shipment.carrier.name,
    "warehouse": lambda row: row.shipment.warehouse,
    "note": lambda row: row.note,
    "tracking": lambda row: row.shipment.numbers,
    "manifest": lambda row: row.manifest,
    "today": lambda row: row.today,
}

TOTALS: Mapping[str, Callable[[CourierTotals], Any]] = {
    "manifest": lambda totals: totals.manifest,
    "today": lambda totals: totals.today,
    "customer_code": lambda totals: totals.carrier.customer_code,
    "depot": lambda totals: totals.carrier.depot,
    "carrier": lambda totals: totals.carrier.code,
    "count": lambda totals: totals.count,
    "parcels": lambda totals: totals.parcels,
    "weight": lambda totals: _kilograms(totals.weight_grams),
    "weight_grams": lambda totals: totals.weight_grams,
    "cod": lambda totals: totals.cod,
}
