"""What a shipping document tells on paper beside what the shipment itself is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fbridge.models.orders import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One line of goods: so many pieces (in ``unit``) of an article; ``shelf`` is where they lie in the warehouse."""

    article: str
    quantity: int
    description: str = ""
    unit: str = ""
    shelf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What the ERP's file said of a document; every field may be empty.

    ``recipient`` is to whom it is made out, ``destination`` where the goods go, as the ERP writes them. ``reason`` is
    why the goods travel (causale), ``appearance`` how the parcels look (aspetto esteriore), ``freight`` who pays
    (porto), ``transport_by`` who sees to it (a cura di). ``departure`` is a day, ``departure_time`` an hour as
    written.
    """

    goods: tuple[Goods, ...] = ()
    recipient: Address = field(default_factory=Address)
    destination: Address = field(default_factory=Address)
    vat_number: str = ""
    tax_code: str = ""
    carrier_address: str = ""
    reason: str = ""
    appearance: str = ""
    freight: str = ""
    transport_by: str = ""
    departure: date | None = None
    departure_time: str = ""
    note: str = ""


NO_PARTICULARS = Particulars()
"""A document that tells nothing on paper."""
