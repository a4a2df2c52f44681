"""What a push has made of orders, kept so that all know it before the next fetch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.states import Effect, MadeBy, OrderStatus, Outcome
from fbridge.models.storable_text import storable
from fbridge.storage.tables import order_lines, orders

_ADD_SHIPPED = (
    sa.update(order_lines)
    .where(
        order_lines.c.order_id == sa.bindparam("of_order"), order_lines.c.line_id == sa.bindparam("of_line")
    )
    .values(shipped=order_lines.c.shipped + sa.bindparam("pieces", type_=sa.Integer))
)
_OF_ORDER = sa.update(orders).where(orders.c.id == sa.bindparam("key"))
# Whatever the store shows next is another version, and replaces what is kept here; but for that of before the push,
# which an old page of a feed may show once more with the same time.
_OTHER_VERSION = {
    "content_hash": "",
    "outdated_hash": sa.case(
        (orders.c.content_hash != "", orders.c.content_hash), else_=orders.c.outdated_hash
    ),
}
_CHANGED = _OF_ORDER.values(**_OTHER_VERSION)
_CLOSED = _OF_ORDER.values(status=OrderStatus.CLOSED, remote_status=sa.bindparam("shown"), **_OTHER_VERSION)


def keep_pushed(connection: Connection, pushed: Sequence[tuple[int, Fulfillment, Receipt]]) -> None:
    """Keep pieces shipped, and status, of orders by their keys in the database, until they are read again."""
    shipped = [
        {"of_order": key, "of_line": line, "pieces": pieces}
        for key, fulfillment, receipt in pushed
        for line, pieces in _shipped(fulfillment, receipt).items()
    ]
    closed = [
        {"key": key, "shown": shown}
        for key, fulfillment, receipt in pushed
        if (shown := _closed_as(fulfillment, receipt))
    ]
    if shipped:
        connection.execute(_ADD_SHIPPED, shipped)
        connection.execute(
            _CHANGED, [{"key": key} for key in dict.fromkeys(one["of_order"] for one in shipped)]
        )
    if closed:
        connection.execute(_CLOSED, closed)


def _closed_as(fulfillment: Fulfillment, receipt: Receipt) -> str:
    """The store's word for the finished order; "" where it is not known to be finished."""
    shown = {one.holds.order_status for one in receipt.shipments if one.holds} - {""}
    done = all(one.effects.status is Effect.DONE for one in receipt.shipments)
    return storable(shown.pop(), 128) if fulfillment.completes_order and done and len(shown) == 1 else ""


def _shipped(fulfillment: Fulfillment, receipt: Receipt) -> Counter[str]:
    """What the store took just now, by line; it comes to what was shown before, which may be of somebody else."""
    fresh = {one.id for one in fulfillment.shipments if one.acknowledged is None and not one.remote_ids}
    taken: Counter[str] = Counter()
    for one in receipt.shipments:
        ours = one.outcome is Outcome.DONE and one.made_by is MadeBy.US and one.shipment_id in fresh
        if ours and one.holds:
            taken.update({item.line_id: item.quantity for item in one.holds.items})
    return taken
