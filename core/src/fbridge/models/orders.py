"""An order as a store sold it and as the store shows it now.

Money is ``Decimal`` in the order's currency, times are aware UTC, quantities are integers by line id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbridge.models.currencies import decimals_of, fitted
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PaymentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount with its currency (ISO 4217), whose decimals it is written with."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", fitted(self.amount, self.currency))

    def __str__(self) -> str:
        return f"{self.amount:.{decimals_of(self.currency)}f} {self.currency}".rstrip()


UNKNOWN_STATUS = "unknown_status"
"""The doubt about an order whose state nothing explains: a push does not write over that."""


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """The sum by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for money in amounts:
        sums[money.currency] += money.amount
    return tuple(Money(amount=sums[currency], currency=currency) for currency in sorted(sums))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a person must look at an order before its goods leave: a stable code, and a sentence with the way out."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a parcel goes. Every field may be empty: stores withhold personal data."""

    name: str = ""
    company: str = ""
    street: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    province: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""

    @property
    def is_place(self) -> bool:
        """Whether a parcel could be sent there: a name or a country alone is no place."""
        return bool(self.street or self.postcode or self.city)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order.

    ``quantity`` is what was ordered, ``removed`` what was refunded or cancelled before it left, ``shipped``
    what the store itself shows as shipped, ``held`` what the store keeps back of the rest, and ``held_why`` in
    words why: on hold, for a later day, or somebody else's to ship. ``locations`` says how many pieces the store
    assigns to which of its places (a Shopify location, a Magento source). ``total`` is the line's price with tax,
    in the order's currency.
    """

    id: str
    sku: str
    name: str
    quantity: int
    removed: int = 0
    shipped: int = 0
    shippable: bool = True
    total: Decimal | None = None
    weight_grams: int | None = None
    locations: tuple[tuple[str, int], ...] = ()
    held: int = 0
    held_why: str = ""

    @property
    def due(self) -> int:
        """What must leave in all: ordered less removed; nothing for a line that no carrier takes."""
        return max(self.quantity - self.removed, 0) if self.shippable else 0

    @property
    def remaining(self) -> int:
        """What the store shows as still to be shipped."""
        return max(self.due - self.shipped, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How the order is paid.

    ``amount_due`` is what the courier (cod) or the customer (unpaid) still owes, None where the store does not tell.
    """

    kind: PaymentKind
    method: str = ""
    title: str = ""
    amount_due: Decimal | None = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingMethod:
    """As the customer chose it; ``code`` is what carrier routes match."""

    code: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreShipment:
    """A shipment that the store holds, whoever made it (a fulfillment, a tracking row, a Magento shipment).

    ``mark`` is the UUID of the fbridge shipment that made it, or one of its fences, where the platform keeps
    one. ``lines`` is empty where the platform does not tell what was in the parcel. ``mailed`` tells whether the
    customer was mailed about it, where the platform leaves a trace of that. ``mail_link`` is the tracking page
    to which the store's own mail about it leads, with ``{number}``: "" for none, None where that is not told.
    """

    remote_id: str
    mark: str | None = None
    numbers: tuple[str, ...] = ()
    carrier: str = ""
    lines: tuple[tuple[str, int], ...] = ()
    created_at: datetime | None = None
    mailed: bool | None = None
    mail_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of one store.

    ``remote_id`` is the platform's key, ``number`` what a person sees. ``remote_status`` is the platform's own word
    beside fbridge's ``status``. ``shipments`` is what the store holds: complete when the query asked for shipments,
    else whatever came for free. ``adapter_data`` is JSON-able, is given back to the adapter with a push, and holds
    no personal data. ``marks``: any shipment that fbridge made would show its mark here, so a missing mark proves
    that it is not there. ``sold_in`` is what people call the part of the store that sold it, where it has several
    (a store view, a shop of a multishop): each may count its numbers by itself. ``ambiguous_time`` marks a
    ``changed_at`` inside a repeated DST hour, ``untold_time`` one that the store did not tell, for which another
    time stands in: then content alone tells versions apart. ``currency`` is "" and ``total`` None where the store
    does not tell them. An order with ``doubts`` is kept and shown, and is not ready before a person has looked.
    ``undone`` are remote ids of shipments that were cancelled on the store, where the platform goes on to show them
    as that: a shipment that is merely missing proves nothing. ``extra`` is what :attr:`Store.extra_fields` asks for,
    by name; what is not there is left out.
    """

    remote_id: str
    number: str
    status: OrderStatus
    remote_status: str
    created_at: datetime
    changed_at: datetime
    currency: str
    total: Decimal | None
    payment: Payment
    lines: tuple[OrderLine, ...]
    delivery: Delivery = Delivery.SHIP
    shipping_method: ShippingMethod | None = None
    ship_to: Address = field(default_factory=Address)
    bill_to: Address = field(default_factory=Address)
    note: str = ""
    channel: str | None = None
    sold_in: str = ""
    shipments: tuple[StoreShipment, ...] = ()
    marks: bool = False
    adapter_data: dict[str, Any] = field(default_factory=dict)
    ambiguous_time: bool = False
    untold_time: bool = False
    doubts: tuple[Doubt, ...] = ()
    undone: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def fulfillment_state(self) -> FulfillmentState:
        """What the store itself shows, from its lines."""
        return fulfillment_state(self.lines)

    def line(self, line_id: str) -> OrderLine | None:
        """The line with this id, or None."""
        return next((line for line in self.lines if line.id == line_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedOrder:
    """An order of which the adapter cannot make sense; the others go on (C2)."""

    remote_id: str
    reason: str
    number: str = ""


def fulfillment_state(lines: tuple[OrderLine, ...]) -> FulfillmentState:
    """``fulfilled`` when nothing that a carrier takes remains; ``partial`` when something has left.

    An order without any piece is not fulfilled: its store does not tell what is in it.
    """
    if not any(line.quantity > 0 for line in lines):
        return FulfillmentState.UNFULFILLED
    if any(line.remaining for line in lines):
        partly = any(line.shipped for line in lines if line.shippable)
        return FulfillmentState.PARTIAL if partly else FulfillmentState.UNFULFILLED
    return FulfillmentState.FULFILLED
