"""A shipment is withdrawn: its goods are free for another one, and its story says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from fbridge.models.shipments import Shipment
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.push.wishes import close_entry
from fbridge.shipping.shipment_rows import load_shipment, update_shipments
from fbridge.storage.events import record

WITHDRAWN = "withdrawn"


def set_free(connection: Connection, shipment: Shipment, *, at: datetime, words: str = WITHDRAWN) -> Shipment:
    """Withdraw it inside a write unit; the caller holds its order and its entry, and made sure that it may be.

    ``words`` tell how. The paper of a manifest that the courier has signed goes on naming what he took.
    """
    off = {} if shipment.shipped_at else {"manifest_id": None}
    update_shipments(connection, [shipment.id], withdrawn_at=at, document_key=None, **off)
    why = f"{WITHDRAWN} by a person" if words == WITHDRAWN else words.removeprefix(f"{WITHDRAWN}; ")
    close_entry(connection, shipment.id, at, why)
    if shipment.order_id is not None:
        refresh_open_quantity(connection, [shipment.order_id])
    record(
        connection,
        "shipment.withdrawn",
        f"{shipment.label} {words}.",
        at=at,
        store=shipment.store,
        order_id=shipment.order_id,
        shipment_id=shipment.id,
    )
    return load_shipment(connection, shipment.id)
