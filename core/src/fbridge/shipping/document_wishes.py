"""What a file asks of the ERP's documents, and how they are taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from fbridge.context import Context
from fbridge.models.orders import Address
from fbridge.models.particulars import Goods, Particulars
from fbridge.models.shipments import Document

UNKNOWN_REFUSED = "refuse"
UNKNOWN_EXTERNAL = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWish:
    """What leaves of one order: lines by id or SKU, or all that remains; ``goods`` as the file words them."""

    order: str
    store: str | None = None
    items: Mapping[str, int] | None = None
    goods: tuple[Goods, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWish:
    """One document of a file, or goods without one. ``recipient`` and ``goods`` are for what belongs to no order."""

    document: Document | None = None
    parts: tuple[PartWish, ...] = ()
    carrier: str | None = None
    numbers: tuple[str, ...] = ()
    parcels: int | None = None
    weight_grams: int | None = None
    cod: Decimal | None = None
    currency: str = ""
    warehouse: str | None = None
    recipient: Address = field(default_factory=Address)
    particulars: Particulars | None = None
    goods: tuple[Goods, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What ``Shipments`` does inside a write unit for a document: an external parcel, a correction."""

    external: Callable[..., int]
    correct: Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTaking:
    """How the documents of one file are taken in."""

    context: Context
    acts: Acts
    on_manifest: bool = False
    unknown_order: str = UNKNOWN_REFUSED
    replacement: bool = False
    allow_shared: bool = False
    strict: bool = False
    takes_up: bool = False
    """Goods without a document may be those that a document has prepared."""
