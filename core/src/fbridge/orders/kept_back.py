"""Orders of which the store keeps goods back: which of them a fetch reads again.

A hold goes, a day comes, a service hands goods over: a store need not count that as a change of the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.states import OrderStatus
from fbridge.storage.indexes import not_by_index
from fbridge.storage.tables import order_lines, orders

MOST_AT_ONCE = 500
"""The newest of them: what is kept back for months is seldom released, and each costs a part of a request."""


def kept_back(connection: Connection, store: str, *, started: datetime) -> Sequence[str]:
    """The remote ids of those that a fetch, begun at ``started`` (aware UTC), has not brought already."""
    query = (
        sa.select(orders.c.remote_id)
        .where(
            orders.c.store == store,
            orders.c.status.in_([OrderStatus.OPEN, OrderStatus.ON_HOLD]),
            orders.c.historic.is_(False),
            orders.c.fetched_at < started,
            sa.exists().where(order_lines.c.order_id == orders.c.id, order_lines.c.held > 0),
        )
        .order_by(not_by_index(orders.c.created_at).desc(), orders.c.id.desc())
        .limit(MOST_AT_ONCE)
    )
    return connection.execute(query).scalars().all()
