"""Goods that are sent once more for an order that was shipped: a parcel of their own, of which no store is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from fbridge.errors import InputError
from fbridge.models.states import ReturnOutcome
from fbridge.orders.storage import lock_orders
from fbridge.shipping.return_rows import end_return
from fbridge.shipping.shipment_creation import load_candidate
from fbridge.shipping.shipment_rules import Candidate
from fbridge.storage.events import record


def lock_replaced(connection: Connection, order_id: int) -> Candidate:
    """The order of which goods go once more. Raises InputError as :func:`refuse_unreplaceable` does."""
    lock_orders(connection, [order_id])
    candidate = load_candidate(connection, order_id)
    refuse_unreplaceable(candidate)
    return candidate


def refuse_unreplaceable(candidate: Candidate) -> None:
    """Raises InputError unless all of the order is in shipments, or something of it came back."""
    if candidate.free and not any(one.came_back for one in candidate.shipments):
        raise InputError(
            f"Order {candidate.label} still has {candidate.free} pieces to ship; leave out --replacement for it.",
            reason="not_shipped_yet",
        )


def note_replacement(connection: Connection, candidate: Candidate, shipment_id: int, at: datetime) -> None:
    """Tell it, and that what came back is dealt with; of several that came back a person says which it was."""
    back = [one for one in candidate.shipments if one.came_back]
    named = f" instead of {back[0].label}" if len(back) == 1 else ""
    record(
        connection,
        "shipment.replacement",
        f"S{shipment_id} sends goods of order {candidate.label} once more{named}.",
        at=at,
        store=candidate.store,
        order_id=candidate.id,
        shipment_id=shipment_id,
    )
    if len(back) == 1:
        end_return(connection, back[0].id, ReturnOutcome.REPLACED, at, replacement_id=shipment_id)
