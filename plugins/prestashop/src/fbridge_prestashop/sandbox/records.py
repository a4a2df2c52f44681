"""What the emulated store keeps of an order, and of the mails it sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from fbridge_prestashop.sandbox.schema import Row

PARTS = ("details", "carriers", "histories")


@dataclass(slots=True)
class OrderRecord:
    """An order's head with its rows; a virtual order has no carrier rows."""

    head: Row
    details: list[Row]
    carriers: list[Row]
    histories: list[Row] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The order's id."""
        return int(self.head["id"])

    def part(self, name: str) -> list[Row]:
        """The rows of one of :data:`PARTS`."""
        rows: list[Row] = getattr(self, name)
        return rows


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that the store sent to the customer.

    ``kind`` is the name of its template (``in_transit``, ``shipped``); ``tracking_numbers`` and ``link`` are what
    stood in it. ``sent`` is aware UTC.
    """

    order_id: int
    kind: str
    tracking_numbers: tuple[str, ...]
    link: str
    sent: datetime

    @property
    def has_tracking(self) -> bool:
        """Whether the customer learned a number from it."""
        return bool(self.tracking_numbers)
