"""What happened, for ``explain``: one row for each act of a person and each change of state."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.storage.tables import events


def record(
    connection: Connection,
    kind: str,
    words: str,
    *,
    at: datetime,
    store: str | None = None,
    order_id: int | None = None,
    remote_order_id: str | None = None,
    shipment_id: int | None = None,
    manifest_id: int | None = None,
) -> None:
    """Write down one event in the write unit of the act itself.

    ``kind`` is a stable code such as ``shipment.created``, ``words`` a sentence without secrets or addresses,
    ``at`` aware UTC. ``remote_order_id`` with ``store`` means an order that may never have been read.
    """
    connection.execute(
        sa.insert(events).values(
            at=at,
            kind=kind,
            words=words,
            store=store,
            order_id=order_id,
            remote_order_id=remote_order_id,
            shipment_id=shipment_id,
            manifest_id=manifest_id,
        )
    )
