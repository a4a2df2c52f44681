"""The doubts about an order that somebody let pass: when a shipment of it was made, or left all the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Doubt
from fbridge.orders.rows import doubts_from_json, doubts_to_json
from fbridge.storage.tables import orders, shipments


def keep_allowed_doubts(connection: Connection, shipment_id: int, doubts: Sequence[Doubt]) -> None:
    """Remember what was known when the shipment was made: it does not stop the shipment again."""
    if doubts:
        values = {"allowed_doubts": doubts_to_json(doubts)}
        connection.execute(sa.update(shipments).where(shipments.c.id == shipment_id).values(values))


def allow_marked(connection: Connection, shipment_ids: Collection[int]) -> None:
    """Let pass what is known by now of the orders of these shipments: somebody said that they leave all the same."""
    query = (
        sa.select(shipments.c.id, shipments.c.allowed_doubts, orders.c.doubts)
        .join(orders, orders.c.id == shipments.c.order_id)
        .where(shipments.c.id.in_(shipment_ids), orders.c.doubts.is_not(sa.null()))
    )
    for row in connection.execute(query).all():
        known = (*doubts_from_json(row.allowed_doubts), *doubts_from_json(row.doubts))
        keep_allowed_doubts(connection, row.id, tuple(dict.fromkeys(known)))


def allowed_doubts(connection: Connection, shipment_ids: Collection[int]) -> dict[int, tuple[Doubt, ...]]:
    """What was let pass for these shipments, by key; most have nothing."""
    query = sa.select(shipments.c.id, shipments.c.allowed_doubts).where(
        shipments.c.id.in_(shipment_ids), shipments.c.allowed_doubts.is_not(sa.null())
    )
    return {row.id: doubts_from_json(row.allowed_doubts) for row in connection.execute(query)}
