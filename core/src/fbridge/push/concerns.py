"""What somebody should know of an order beside what a push does with it: it is marked, or it cannot be read.

``ship``, the plan, ``status`` and ``explain`` say it in the same words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Doubt
from fbridge.models.parts import in_parts
from fbridge.models.states import FulfillmentState, OrderStatus, PushState
from fbridge.orders.rows import doubts_from_json
from fbridge.orders.unreadable import cannot_be_read
from fbridge.shipping.objections import marked_words, not_allowed
from fbridge.storage.indexes import MARKED
from fbridge.storage.tables import MOST_KEYS, orders, pushes, rejected_orders, shipments

_TOLD = (PushState.SENT, PushState.DONE_ELSEWHERE)
_UNREAD = sa.and_(
    rejected_orders.c.store == orders.c.store, rejected_orders.c.remote_id == orders.c.remote_id
)


def concerns_of(connection: Connection, shipment_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The sentences about these shipments' orders, by the shipments' keys; most have none."""
    found: dict[int, tuple[str, ...]] = {}
    for part in in_parts(list(shipment_ids), MOST_KEYS):
        query = (
            sa.select(shipments.c.id, orders.c.doubts, shipments.c.allowed_doubts, rejected_orders.c.reason)
            .join(orders, orders.c.id == shipments.c.order_id)
            .outerjoin(rejected_orders, _UNREAD)
            .where(shipments.c.id.in_(part), sa.or_(MARKED, rejected_orders.c.reason.is_not(None)))
        )
        found |= {row.id: words for row in connection.execute(query) if (words := tuple(_words(row)))}
    return found


def _words(row: Any) -> Iterator[str]:
    if row.reason is not None:
        yield cannot_be_read(row.reason)
    if new := _nobody_allowed(row):
        yield marked_words(new)


def _nobody_allowed(row: Any) -> tuple[Doubt, ...]:
    return not_allowed(doubts_from_json(row.doubts), doubts_from_json(row.allowed_doubts))


def count_marked(connection: Connection) -> int:
    """Marked orders of which something is still to leave or to be told, and nobody has let that pass."""
    in_work = sa.and_(shipments.c.order_id == orders.c.id, shipments.c.withdrawn_at.is_(None))
    query = (
        sa.select(
            orders.c.id, orders.c.open_quantity, orders.c.doubts, shipments.c.allowed_doubts, pushes.c.state
        )
        .outerjoin_from(orders, shipments, in_work)
        .outerjoin(pushes, pushes.c.shipment_id == shipments.c.id)
        .where(
            MARKED,
            orders.c.status.in_([OrderStatus.OPEN, OrderStatus.ON_HOLD]),
            orders.c.fulfillment != FulfillmentState.FULFILLED,
            orders.c.historic.is_(False),
        )
    )
    return len({row.id for row in connection.execute(query) if _nobody_has_decided(row)})


def _nobody_has_decided(row: Any) -> bool:
    in_no_shipment = row.state is None
    if row.open_quantity > 0 or in_no_shipment:
        return True
    return row.state not in _TOLD and bool(_nobody_allowed(row))
