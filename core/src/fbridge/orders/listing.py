"""Orders as the office looks at them: listed, and one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from fbridge.context import Context
from fbridge.models.shipments import Shipment
from fbridge.orders.filters import (
    ORDERS,
    OrderDetail,
    OrderFilter,
    OrderLineRow,
    OrderRow,
    changed_orders,
    counted,
    filtered,
    money,
    order_row,
)
from fbridge.orders.quantities import LineQuantity, line_quantities
from fbridge.orders.rows import address_from_json, store_shipments_from_json
from fbridge.orders.set_aside import bring_back, set_aside
from fbridge.orders.unreadable import UnreadableOrder, load_unreadable
from fbridge.references import find_carrier, find_order, known_store
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.events import last_event_from
from fbridge.storage.tables import orders, rejected_orders, shipments

__all__ = ["OrderDetail", "OrderFilter", "OrderLineRow", "OrderRow", "Orders", "UnreadableOrder"]

_AT_ONCE = 200


class Orders:
    """The orders of one database, as they were last fetched."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    def list(self, chosen: OrderFilter | None = None) -> Iterator[OrderRow]:
        """The chosen orders, the oldest first unless sorted otherwise, streamed from the database.

        Raises NotFoundError at once for an unknown store or carrier.
        """
        return map(order_row, self._rows(chosen))

    def count(self, chosen: OrderFilter | None = None) -> int:
        """How many orders fit, whatever the limit. Raises NotFoundError for an unknown store or carrier."""
        chosen = self._known(chosen)
        with self._database.read() as connection:
            return int(connection.execute(counted(chosen, self._context.now())).scalar_one())

    def details(self, chosen: OrderFilter | None = None) -> Iterator[OrderDetail]:
        """The chosen orders with lines, addresses and shipments, streamed some hundred at a time.

        Raises NotFoundError at once for an unknown store or carrier.
        """
        return self._details(self._rows(chosen))

    def of_batch(self, export_id: int) -> Iterator[OrderDetail]:
        """The orders of an exported batch as they are now, the oldest first."""
        held = ORDERS.where(orders.c.exported_in == export_id)
        return self._details(self._stream(held.order_by(orders.c.created_at, orders.c.id)))

    def changed(
        self, since: int, *, store: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[int, OrderDetail]]:
        """The orders that are new or changed on their stores since this event, each with the last event that tells
        so, in the sequence of these: who has dealt with one goes on from its event and misses nothing.

        Orders are as they are now; those from before ``orders_from`` are not told. Raises NotFoundError for an
        unknown store and InputError (``cursor_ahead``), at once.
        """
        self._known(OrderFilter(store=store))
        query = changed_orders(since, last_event_from(self._database, since), store)
        return self._changed(self._stream(query.limit(limit)))

    def _changed(self, rows: Iterator[RowMapping]) -> Iterator[tuple[int, OrderDetail]]:
        while part := list(islice(rows, _AT_ONCE)):
            yield from zip((row["event"] for row in part), self._details(iter(part)), strict=True)

    def get(self, ref: str, store: str | None = None) -> OrderDetail:
        """One order by ``1001``, ``shop:1001`` or ``shop:id=77`` (the platform's own id).

        Raises NotFoundError with near matches, InputError where two orders have the number.
        """
        with self._database.read() as connection:
            order_id = find_order(connection, ref, store)
            rows = connection.execute(ORDERS.where(orders.c.id == order_id)).mappings().all()
            (detail,) = _load_details(connection, rows)
            return detail

    def unreadable(
        self, store: str | None = None, *, limit: int | None = None
    ) -> tuple[UnreadableOrder, ...]:
        """The orders that cannot be read, also those set aside, the oldest first. Raises NotFoundError."""
        with self._database.read() as connection:
            ours = [rejected_orders.c.store == known_store(connection, store)] if store is not None else []
            return load_unreadable(connection, *ours, limit=limit)

    def set_aside(self, ref: str, store: str | None = None, *, reason: str = "") -> UnreadableOrder:
        """Nobody needs to look at this order, which cannot be read, as it is now (:func:`.set_aside.set_aside`)."""
        return set_aside(self._context, ref, store, reason=reason)

    def bring_back(self, ref: str, store: str | None = None) -> UnreadableOrder:
        """Have the next fetch read it again after all (:func:`.set_aside.bring_back`)."""
        return bring_back(self._context, ref, store)

    def _rows(self, chosen: OrderFilter | None) -> Iterator[RowMapping]:
        return self._stream(filtered(self._known(chosen), self._context.now()))

    def _known(self, chosen: OrderFilter | None) -> OrderFilter:
        chosen = chosen or OrderFilter()
        with self._database.read() as connection:
            if chosen.store is not None:
                known_store(connection, chosen.store)
            if chosen.carrier is not None:
                find_carrier(connection, chosen.carrier)
        return chosen

    def _stream(self, query: sa.Select[Any]) -> Iterator[RowMapping]:
        with self._database.read(streamed=True) as connection:
            yield from connection.execute(query, execution_options={"yield_per": _AT_ONCE}).mappings()

    def _details(self, rows: Iterator[RowMapping]) -> Iterator[OrderDetail]:
        while part := list(islice(rows, _AT_ONCE)):
            with self._database.read() as connection:
                details = _load_details(connection, part)
            yield from details


def _load_details(connection: Connection, rows: Sequence[RowMapping]) -> Sequence[OrderDetail]:
    ids = [row["id"] for row in rows]
    lines = line_quantities(connection, ids)
    of_order: defaultdict[int | None, list[Shipment]] = defaultdict(list)
    for shipment in load_shipments(connection, shipments.c.order_id.in_(ids)):
        of_order[shipment.order_id].append(shipment)
    return [_detail(row, lines[row["id"]], of_order[row["id"]]) for row in rows]


def _detail(row: RowMapping, lines: Sequence[LineQuantity], ours: Sequence[Shipment]) -> OrderDetail:
    return OrderDetail(
        row=order_row(row),
        lines=tuple(
            OrderLineRow(
                line=one.line,
                in_shipments=one.in_shipments,
                free=one.free,
                total=money(one.line.total, row["currency"]),
            )
            for one in lines
        ),
        ship_to=address_from_json(row["ship_to"]),
        bill_to=address_from_json(row["bill_to"]),
        note=row["note"],
        shipments=tuple(ours),
        store_shipments=store_shipments_from_json(row["store_shipments"]),
        extra=row["extra"] or {},
    )
