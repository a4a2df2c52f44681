"""How many pieces of each order line have left, are about to leave, and are still free to ship."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from fbridge.models.orders import OrderLine
from fbridge.models.parts import in_parts
from fbridge.models.states import FulfillmentState, PushState
from fbridge.orders.rows import line_from_row
from fbridge.storage.tables import MOST_KEYS, order_lines, orders, pushes, shipment_lines, shipments


@dataclass(frozen=True, slots=True)
class LineQuantity:
    """An order line beside what our shipments (withdrawn ones apart) hold of it.

    ``sent`` is in shipments that the store is known to hold, ``pending`` in the others. What the store shows
    as shipped may be ours or somebody else's, hence the larger of it and ``sent`` counts.
    """

    line: OrderLine
    sent: int = 0
    pending: int = 0

    @property
    def left_house(self) -> int:
        """Pieces that have left, by the store or by us."""
        return max(self.line.shipped, self.sent)

    @property
    def in_shipments(self) -> int:
        """Pieces in our own shipments."""
        return self.sent + self.pending

    @property
    def free(self) -> int:
        """Pieces that a new shipment may still take."""
        return max(0, self.line.due - self.line.held - self.left_house - self.pending)


def fulfillment_of(lines: Collection[LineQuantity]) -> FulfillmentState:
    """The order's state, counting what our own pushes have brought about since it was last read."""
    if not any(line.line.quantity > 0 for line in lines):
        return FulfillmentState.UNFULFILLED
    if all(line.left_house >= line.line.due for line in lines):
        return FulfillmentState.FULFILLED
    if any(line.left_house for line in lines if line.line.shippable):
        return FulfillmentState.PARTIAL
    return FulfillmentState.UNFULFILLED


def line_quantities(
    connection: Connection, order_ids: Collection[int]
) -> dict[int, tuple[LineQuantity, ...]]:
    """The lines of these orders in their sequence, by order id. Two queries for any 500 orders."""
    found: dict[int, tuple[LineQuantity, ...]] = dict.fromkeys(order_ids, ())
    for chunk in in_parts(sorted(set(order_ids)), MOST_KEYS):
        held = _held(connection, chunk)
        lines = defaultdict(list)
        query = sa.select(order_lines).where(order_lines.c.order_id.in_(chunk))
        for row in connection.execute(query.order_by(order_lines.c.position)).mappings():
            lines[row["order_id"]].append(_line_quantity(row, held))
        found.update({order_id: tuple(of_order) for order_id, of_order in lines.items()})
    return found


def refresh_open_quantity(
    connection: Connection, order_ids: Collection[int], *, may_grow: bool = True
) -> None:
    """Set ``open_quantity`` and ``fulfillment`` of these orders anew from their lines and our shipments.

    Call it in the write unit of everything that changes either: a fetched version, a shipment made or
    withdrawn, a receipt. A receipt sets nothing free (``may_grow``): what somebody else has shipped of the order
    and what we have can be told apart again only when the order is read.
    """
    rows = [
        {
            "key": order_id,
            "open_quantity": sum(line.free for line in lines),
            "fulfillment": fulfillment_of(lines),
        }
        for order_id, lines in sorted(line_quantities(connection, order_ids).items())
    ]
    if rows:
        connection.execute(_SET_QUANTITY if may_grow else _LOWER_QUANTITY, rows)


_COUNTED = sa.bindparam("open_quantity", type_=sa.Integer)
_SET_QUANTITY = (
    sa.update(orders)
    .where(orders.c.id == sa.bindparam("key"))
    .values(open_quantity=_COUNTED, fulfillment=sa.bindparam("fulfillment"))
)
_LOWER_QUANTITY = _SET_QUANTITY.values(
    open_quantity=sa.case((orders.c.open_quantity < _COUNTED, orders.c.open_quantity), else_=_COUNTED)
)

# A shipment being corrected is ready again, yet the store goes on holding its earlier revision.
_STORE_HOLDS_IT = sa.or_(
    pushes.c.state.in_([PushState.SENT, PushState.DONE_ELSEWHERE]),
    pushes.c.acknowledged_revision.is_not(None),
)

_Held = Mapping[tuple[int, str], tuple[int, int]]


_HELD = (
    sa.select(
        shipments.c.order_id,
        shipment_lines.c.line_id,
        sa.func.sum(sa.case((_STORE_HOLDS_IT, shipment_lines.c.quantity), else_=0)),
        sa.func.sum(shipment_lines.c.quantity),
    )
    .join_from(shipment_lines, shipments)
    .join(pushes, pushes.c.shipment_id == shipments.c.id)
    .where(
        shipments.c.order_id.in_(sa.bindparam("order_ids", expanding=True)),
        shipments.c.withdrawn_at.is_(None),
    )
    .group_by(shipments.c.order_id, shipment_lines.c.line_id)
)
"""Made once: putting it together takes longer than the database takes to answer it."""


def _held(connection: Connection, order_ids: Collection[int]) -> _Held:
    """(order id, line id) -> (sent, pending)."""
    return {
        (order_id, line_id): (int(gone), int(total) - int(gone))
        for order_id, line_id, gone, total in connection.execute(_HELD, {"order_ids": list(order_ids)})
    }


def _line_quantity(row: RowMapping, held: _Held) -> LineQuantity:
    sent, pending = held.get((row["order_id"], row["line_id"]), (0, 0))
    return LineQuantity(line=line_from_row(row), sent=sent, pending=pending)
