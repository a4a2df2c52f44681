"""What the emulated store keeps; times are whole seconds since 1970 (UTC)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(slots=True)
class ItemRecord:
    """A row of an order. ``kind`` is its ``product_type``; ``pieces`` how many one parent holds of it.

    ``separately``: of a bundle (and of its children) whether the children are shipped by themselves. The REST
    order does not say so.
    """

    id: int
    kind: str
    product_id: int
    sku: str
    name: str
    price: Decimal
    ordered: int
    parent_id: int | None = None
    separately: bool = False
    pieces: int = 1
    weight: int = 1
    options: Mapping[str, Any] | None = None
    invoiced: int = 0
    shipped: int = 0
    refunded: int = 0
    canceled: int = 0
    updated: int = 0

    @property
    def is_virtual(self) -> bool:
        """Whether nothing of it is ever shipped."""
        return self.kind in {"virtual", "downloadable"}

    @property
    def left(self) -> int:
        """Pieces that did not leave and still should, whichever row they are shipped by."""
        return max(self.ordered - self.shipped - self.refunded - self.canceled, 0)


@dataclass(slots=True)
class OrderComment:
    """A row of the order's status history."""

    id: int
    created: int
    comment: str
    status: str
    notified: int = 0
    visible: int = 0
    entity: str | None = None


@dataclass(slots=True)
class OrderParts:
    """All of an order that is not needed to find it. ``shipping`` is None for a virtual order."""

    billing: dict[str, Any]
    shipping: dict[str, Any] | None
    items: list[ItemRecord]
    shipping_amount: Decimal
    payment: tuple[str, str]
    """Method and title."""
    invoiced: bool
    shipping_method: tuple[str, str] = ("flatrate_flatrate", "Flat Rate - Fixed")
    comments: list[OrderComment] = field(default_factory=list)
    refunded: Decimal | None = None
    refunded_shipping: Decimal = Decimal(0)
    payment_notes: int = 0
    """How often a NULL was added to the payment's information."""
    authorized: bool = False
    """Whether the payment is authorised and was not captured, as shops do that capture when they ship."""
    half_a_piece: bool = False
    """Whether the first row says that half a piece more was ordered, which makes no sense in this shop."""


@dataclass(slots=True)
class OrderRecord:
    """An order. ``parts`` is None while they can be made from the id."""

    id: int
    store_id: int
    number: int
    """Within the sequence of its store view."""
    state: str
    status: str
    created: int
    updated: int
    parts: OrderParts | None = None
    before_hold: tuple[str, str] | None = None

    @property
    def increment_id(self) -> str:
        """The number that a person sees."""
        return increment_id(self.store_id, self.number)


@dataclass(slots=True)
class Track:
    """A tracking number of a shipment."""

    id: int
    number: str
    title: str | None
    carrier_code: str
    created: int
    updated: int
    weight: float | None = None
    qty: float | None = None
    description: str | None = None


@dataclass(slots=True)
class ShipmentComment:
    """A comment on a shipment."""

    id: int
    created: int
    comment: str
    notified: int = 0
    visible: int = 0


@dataclass(slots=True)
class ShipmentParts:
    """All of a shipment that is not needed to find it. ``items`` are ids, order rows and quantities."""

    items: list[tuple[int, ItemRecord, int]]
    total: int
    tracks: list[Track] = field(default_factory=list)
    comments: list[ShipmentComment] = field(default_factory=list)
    source_code: str = "default"
    email_sent: bool = False


@dataclass(slots=True)
class ShipmentRecord:
    """A shipment. ``parts`` is None while they can be made from the order."""

    id: int
    order_id: int
    store_id: int
    number: int
    created: int
    updated: int
    parts: ShipmentParts | None = None

    @property
    def increment_id(self) -> str:
        """The number that a person sees."""
        return increment_id(self.store_id, self.number)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail about a shipment. ``numbers`` are those in it; ``comment`` is what the customer read."""

    order_id: int
    shipment_id: int
    numbers: tuple[str, ...]
    comment: str | None
    sent: int

    @property
    def has_tracking(self) -> bool:
        """Whether the customer learned a number from it."""
        return bool(self.numbers)


def increment_id(store_id: int, number: int) -> str:
    """Nine digits for the first store view; the others have the store's id in front."""
    prefix = "" if store_id == 1 else str(store_id)
    return f"{prefix}{number:09d}"


def as_number(value: Decimal | float) -> int | float:
    """As JSON shows it: whole numbers without a point."""
    return int(value) if value == int(value) else float(value)
