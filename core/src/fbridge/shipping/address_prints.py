"""The print of a delivery address: tells that it was changed after a shipment was made, without keeping it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Address
from fbridge.storage.tables import shipments


def address_print(address: Address) -> str:
    """32 hex digits, equal for equal addresses; what the courier does not need for the door does not count."""
    door = replace(address, email="", phone="")
    return hashlib.blake2b(repr(door).encode(), digest_size=16).hexdigest()


def address_prints(connection: Connection, shipment_ids: Collection[int]) -> dict[int, str]:
    """The prints of these shipments, by key; external parcels have none."""
    query = sa.select(shipments.c.id, shipments.c.address_print).where(
        shipments.c.id.in_(shipment_ids), shipments.c.address_print.is_not(None)
    )
    return {row.id: row.address_print for row in connection.execute(query)}
