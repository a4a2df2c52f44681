"""How old what a plan rests on is: the orders as they were read, the carriers as the store listed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.parts import in_parts
from fbridge.storage.tables import MOST_KEYS, orders
from fbridge.stores.rows import find_store


@dataclass(frozen=True, slots=True)
class GroundsInTime:
    """When the oldest and the newest of the orders were read (None: none), and the carriers listed (None: never)."""

    orders_read: tuple[datetime, datetime] | None
    codes_listed_at: datetime | None


def grounds_in_time(connection: Connection, store: str, order_keys: Sequence[int]) -> GroundsInTime:
    """Of these orders, by their keys in the database."""
    read: list[datetime] = []
    for part in in_parts(list(order_keys), MOST_KEYS):
        ends = sa.select(sa.func.min(orders.c.fetched_at), sa.func.max(orders.c.fetched_at))
        read += [one for one in connection.execute(ends.where(orders.c.id.in_(part))).one() if one]
    row = find_store(connection, store)
    return GroundsInTime((min(read), max(read)) if read else None, row.codes_at if row else None)
