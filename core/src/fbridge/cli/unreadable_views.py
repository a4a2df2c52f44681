"""How orders that cannot be read look to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fbridge.cli.tables import Column

if TYPE_CHECKING:
    from fbridge.orders.unreadable import UnreadableOrder


def _aside(order: UnreadableOrder) -> str:
    if order.set_aside_at is None:
        return ""
    return ": ".join(filter(None, (order.set_aside_by, order.set_aside_reason)))


UNREADABLE_COLUMNS: list[Column[UnreadableOrder]] = [  # these fit 80 characters
    Column("Order", lambda order: order.ref, wraps=True),
    Column("Since", lambda order: order.first_seen_at),
    Column("Tried", lambda order: order.tries, right=True),
    Column("Why it cannot be read", lambda order: order.reason, wraps=True),
    Column("Set aside by", _aside, wraps=True),
]
