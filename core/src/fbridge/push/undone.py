"""Shipments that the store has taken, and that somebody cancelled there since: their goods are to be shipped again.

Only what the platform itself shows as cancelled counts (``Order.undone``). A person decides: the same parcel is shown
again, or it is withdrawn and its goods are free for another one. Nothing is sent by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from fbridge.models.orders import Order
from fbridge.models.problems import GONE_FROM_STORE
from fbridge.models.push import DUE, LedgerRow
from fbridge.models.states import Effect, OrderStatus, PushState
from fbridge.models.transitions import Mover
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.storage import order_ids
from fbridge.push import ledger
from fbridge.push.compare import NO_DRIFT
from fbridge.push.rows import load_rows_of_orders

_AT_REST = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE})

NOT_TAKEN: dict[str, Any] = {
    **NO_DRIFT,
    "acknowledged_revision": None,
    "baseline": None,
    "refused_on": "",
    **dict.fromkeys(("effect_shipment", "effect_tracking", "effect_status"), Effect.NOT_DONE),
}
"""The columns of what the store took once and holds no more."""


def note_undone(connection: Connection, store: str, orders: Sequence[Order], at: datetime) -> None:
    """Let the ledger say what of these orders, just read and kept, was cancelled on the store."""
    # Of a cancelled order nothing is shipped again, whatever its lines show.
    alive = (order for order in orders if order.status is not OrderStatus.CANCELLED)
    undone = {order.remote_id: order for order in alive if order.undone}
    if not undone:
        return
    keys = list(order_ids(connection, store, list(undone)).values())
    moved = [
        row.order_id
        for row in load_rows_of_orders(connection, keys)
        if _is_undone(row, undone[row.remote_order_id])
        and _refuse(connection, row, undone[row.remote_order_id], at)
    ]
    refresh_open_quantity(connection, moved)


def _is_undone(row: LedgerRow, order: Order) -> bool:
    """Whether the store would ship goods of it again, and shows that its own shipment of them was cancelled."""
    if row.state not in _AT_REST | DUE or not set(order.undone).intersection(row.remote_ids):
        return False
    lines = {line.id: line for line in order.lines}
    return any((line := lines.get(item.line_id)) and line.remaining for item in row.items)


def _refuse(connection: Connection, row: LedgerRow, order: Order, at: datetime) -> bool:
    gone = [key for key in row.remote_ids if key in order.undone]
    standing = ledger.move(
        connection,
        row.shipment_id,
        expected=row.standing,
        to=PushState.REFUSED,
        by=Mover.RUN,
        reason=GONE_FROM_STORE,
        words=f"it was cancelled on the store ({', '.join(gone)}): its goods are to be shipped again",
        at=at,
        remote_ids=[key for key in row.remote_ids if key not in gone],
        **NOT_TAKEN,
    )
    return standing is None
