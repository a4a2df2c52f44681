"""What the emulated store keeps. Times are seconds since 1970, ids are the numbers in Shopify's global ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ACTIVE = frozenset({"OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "INCOMPLETE"})
FULFILLABLE = frozenset({"OPEN", "IN_PROGRESS", "INCOMPLETE"})


@dataclass(frozen=True, slots=True)
class Location:
    """A place that ships. ``managed`` is ``merchant_managed``, ``third_party`` or ``assigned`` (to this app)."""

    id: int
    name: str
    city: str
    country: str = "IT"
    managed: str = "merchant_managed"


@dataclass(slots=True)
class Line:
    """A line of an order; ``price`` is of one piece, ``removed`` counts pieces given back before they left."""

    id: int
    sku: str
    title: str
    quantity: int
    price: Decimal
    requires_shipping: bool = True
    variant_title: str | None = None
    discount: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal("0.22")
    grams: int = 500
    product_id: int = 1
    removed: int = 0
    returned: int = 0

    @property
    def current(self) -> int:
        """What is left of it in the order."""
        return self.quantity - self.removed - self.returned

    @property
    def total(self) -> Decimal:
        """What was paid for all its pieces."""
        return self.price * self.quantity - self.discount


@dataclass(slots=True)
class Hold:
    """A reason why a fulfillment order must wait."""

    id: int
    reason: str
    notes: str | None = None
    handle: str | None = None
    by_this_app: bool = False


@dataclass(slots=True)
class FulfillmentOrderLine:
    """Pieces of an order line in a fulfillment order."""

    id: int
    line_id: int
    total: int
    remaining: int


@dataclass(slots=True)
class FulfillmentOrder:
    """What one location is to ship of an order."""

    id: int
    order_id: int
    location_id: int
    created: int
    updated: int
    lines: list[FulfillmentOrderLine]
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    method: str = "SHIPPING"
    fulfill_at: int | None = None
    holds: list[Hold] = field(default_factory=list)

    @property
    def remaining(self) -> int:
        """How many pieces are still to be shipped from here."""
        return sum(line.remaining for line in self.lines) if self.status in ACTIVE else 0


@dataclass(frozen=True, slots=True)
class Tracking:
    """One tracking number with its carrier and link."""

    company: str | None = None
    number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentLine:
    """Pieces that left; ``taken_from`` is the line of the fulfillment order."""

    id: int
    line_id: int
    quantity: int
    taken_from: int


@dataclass(slots=True)
class Fulfillment:
    """Goods that left together."""

    id: int
    order_id: int
    name: str
    location_id: int
    created: int
    updated: int
    lines: list[FulfillmentLine]
    fulfillment_order_ids: list[int]
    tracking: list[Tracking] = field(default_factory=list)
    status: str = "SUCCESS"
    display_status: str = "FULFILLED"
    notify: bool = False
    message: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Refund:
    """Pieces of lines given back: (line id, quantity)."""

    id: int
    created: int
    lines: list[tuple[int, int]]
    amount: Decimal
    note: str | None = None


@dataclass(slots=True)
class Order:
    """An order. ``address`` has Shopify's own field names; None for an order that goes nowhere."""

    id: int
    number: int
    created: int
    updated: int
    lines: list[Line]
    fulfillment_orders: list[FulfillmentOrder]
    customer_id: int
    email: str
    address: dict[str, Any] | None
    billing: dict[str, Any]
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    financial: str = "PAID"
    gateways: list[str] = field(default_factory=lambda: ["shopify_payments"])
    shipping_title: str | None = "Corriere espresso"
    shipping_code: str | None = "Corriere espresso"
    shipping_price: Decimal = Decimal("6.00")
    cod_fee: Decimal = Decimal(0)
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    source: str = "web"
    channel: str = "Online Store"
    po_number: str | None = None
    cancelled: int | None = None
    cancel_reason: str | None = None
    closed: int | None = None
    test: bool = False
    overrides: dict[str, Any] = field(default_factory=dict)
    """Fields of the API that are shown in place of what follows from the rest."""

    @property
    def name(self) -> str:
        """What a person sees."""
        return f"#{self.number}"

    @property
    def total(self) -> Decimal:
        """The order's sum at the time of the purchase."""
        return sum((line.total for line in self.lines), self.shipping_price + self.cod_fee)

    @property
    def refunded(self) -> Decimal:
        """What was given back so far."""
        return sum((refund.amount for refund in self.refunds), Decimal(0))

    @property
    def display_status(self) -> str:
        """Shopify's summary of the fulfillments and fulfillment orders."""
        active = [one for one in self.fulfillment_orders if one.status in ACTIVE]
        if any(one.status == "SUCCESS" for one in self.fulfillments):
            return "PARTIALLY_FULFILLED" if any(one.remaining for one in active) else "FULFILLED"
        statuses = {one.status for one in active}
        if "IN_PROGRESS" in statuses:
            return "IN_PROGRESS"
        for status in ("ON_HOLD", "SCHEDULED"):
            if statuses == {status}:
                return status
        return "UNFULFILLED"

    def line(self, line_id: int) -> Line:
        """One of its lines. Raises: StopIteration."""
        return next(line for line in self.lines if line.id == line_id)

    def unfulfilled(self, line_id: int) -> int:
        """How many pieces of a line are still to be shipped."""
        return sum(
            line.remaining
            for one in self.fulfillment_orders
            if one.status in ACTIVE
            for line in one.lines
            if line.line_id == line_id
        )


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to a customer. ``kind`` is ``shipping_confirmation`` or ``shipping_update``."""

    order_id: str
    kind: str
    tracking_numbers: tuple[str, ...]
    sent: int

    @property
    def has_tracking(self) -> bool:
        """Whether the customer can follow the parcel."""
        return bool(self.tracking_numbers)


@dataclass(slots=True)
class Token:
    """An access token; ``expires`` in seconds since 1970, None for one that stays."""

    value: str
    scopes: frozenset[str]
    expires: float | None = None
    outlawed: bool = False
    """A permanent token that Shopify does not take any more."""
    reach: frozenset[str] = field(init=False)
    """The scopes with those that they include: whoever may write may read."""

    def __post_init__(self) -> None:
        self.reach = self.scopes | {scope.replace("write_", "read_", 1) for scope in self.scopes}
