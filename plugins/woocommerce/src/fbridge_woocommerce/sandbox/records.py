"""What the emulated store keeps of an order; times are whole seconds since 1970 (UTC)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

TRACKING_META = "_wc_shipment_tracking_items"
FULFILLMENT_META = "_fulfillment_status"


@dataclass(slots=True)
class MetaRow:
    """One row of order or fulfillment meta data."""

    id: int
    key: str
    value: Any

    def json(self) -> dict[str, Any]:
        """As the REST API shows it."""
        return {"id": self.id, "key": self.key, "value": self.value}


@dataclass(frozen=True, slots=True)
class Note:
    """An order note; ``customer`` ones were mailed."""

    id: int
    created: int
    text: str
    customer: bool


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund with the JSON of its lines, quantities and amounts negative."""

    id: int
    created: int
    amount: str
    reason: str
    total_tax: str
    kind: str
    line_items: list[dict[str, Any]]
    tax_lines: list[dict[str, Any]]


@dataclass(slots=True)
class FulfillmentRecord:
    """A core fulfillment. Only ``status`` decides whether it is fulfilled; a deleted one is kept."""

    id: int
    status: str
    updated: int
    meta: list[MetaRow]
    deleted: int | None = None

    @property
    def is_fulfilled(self) -> bool:
        """``is_fulfilled`` of a request is ignored by the real store as well."""
        return self.status == "fulfilled"

    def value(self, key: str) -> Any:
        """The value of a meta key, or None."""
        return next((row.value for row in self.meta if row.key == key), None)


@dataclass(slots=True)
class OrderRecord:
    """What changes in an order. ``body`` is the rest of its JSON, None while it can be made from the id."""

    id: int
    status: str
    created: int
    modified: int
    paid: int | None = None
    completed: int | None = None
    body: dict[str, Any] | None = None
    meta: list[MetaRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    fulfillments: list[FulfillmentRecord] = field(default_factory=list)

    def meta_value(self, key: str) -> Any:
        """The value of a meta key, or None."""
        return next((row.value for row in self.meta if row.key == key), None)


def tracking_rows(record: OrderRecord) -> list[dict[str, Any]]:
    """The rows of the tracking plugins, which live in the order's meta data."""
    value = record.meta_value(TRACKING_META)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Shown:
    """A tracking number as the customer sees it in a mail."""

    number: str
    carrier: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that the store sent to the customer.

    ``kind`` is WooCommerce's own name of it (``customer_completed_order``); ``tracking_numbers`` are those
    that stood in it, ``carriers`` and ``links`` what stood beside each.
    """

    order_id: int
    kind: str
    tracking_numbers: tuple[str, ...]
    sent: int
    carriers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def has_tracking(self) -> bool:
        """Whether the customer learned a number from it."""
        return bool(self.tracking_numbers)
