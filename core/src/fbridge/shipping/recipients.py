"""Where shipments go: an external parcel's own recipient, else the delivery address of its order as last read."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Address
from fbridge.models.parts import in_parts
from fbridge.models.shipments import Shipment
from fbridge.orders.rows import address_from_json
from fbridge.storage.tables import MOST_KEYS, orders


def recipients(connection: Connection, of: Sequence[Shipment]) -> dict[int, Address]:
    """The recipients by the shipments' keys; empty addresses where personal data was purged."""
    keys = sorted({one.order_id for one in of if one.order_id is not None})
    ship_to: dict[int, Address] = {}
    for part in in_parts(keys, MOST_KEYS):
        query = sa.select(orders.c.id, orders.c.ship_to).where(orders.c.id.in_(part))
        ship_to |= {row.id: address_from_json(row.ship_to) for row in connection.execute(query)}
    return {one.id: one.recipient or ship_to.get(one.order_id or 0, Address()) for one in of}
