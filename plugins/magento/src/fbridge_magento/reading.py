"""Read orders from the store, page by page.

Two feeds tell what changed: orders by ``updated_at``, and shipments by ``created_at``, because a partial shipment
does not move its order's ``updated_at``. The orders of new shipments are read by id, unless the first feed has just
brought them as they now are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fbridge.http import Response
from fbridge.models.platforms import OrderQuery, Store
from fbridge_magento import keyset
from fbridge_magento.answers import rows_of, total_of
from fbridge_magento.client import PAGE_SIZE, MagentoClient
from fbridge_magento.keyset import OVERLAP, Position
from fbridge_magento.mapping import RawOrder
from fbridge_magento.store_time import parse
from fbridge_magento.store_views import wanted_store_ids

Read = Callable[[Position], Response]

_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
"""An order's number, such as 000000005, would be taken for the id of another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """A page as read: what :class:`OrderPage` will say, before the orders are decoded."""

    orders: tuple[RawOrder, ...]
    cursor: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    remaining: int | None = None


def raw_pages(store: Store, query: OrderQuery) -> Iterator[RawPage]:
    """The pages that a query asks for. Raises: ConfigError, CredentialsError, RefusedError, UnreachableError."""
    client = MagentoClient(store)
    if query.order_ids is not None:
        yield from _pages_by_id(client, query.order_ids, shipments=query.shipments)
    else:
        yield from _Changes(store, client, query).pages()


class _Feed:
    """The rows of one list since a position, oldest first (C1; the rules are in ``keyset``)."""

    def __init__(
        self, read: Read, time_field: str, start: Position, clock: Callable[[Response], datetime]
    ) -> None:
        self._read = read
        self._field = time_field
        self._clock = clock
        self._newest: datetime | None = None
        self.start = start
        self.position = start

    def pages(self) -> Iterator[keyset.Page]:
        """The pages. After each, ``position`` is where reading goes on; after the last, where the next run begins."""
        following: Position | None = self.start
        while following is not None:
            at = following
            response = self._read(at)
            page = keyset.Page(rows_of(response), total_of(response), self._clock(response))
            following = keyset.following(at, page, self._field, PAGE_SIZE)
            moments = [moment for moment, _ in keyset.keys_of(page.rows, self._field)]
            self._newest = max([*moments, *filter(None, [self._newest])], default=None)
            self.position = following or keyset.final_position(self.start, self._newest, page.now)
            yield page


class _Changes:
    """All orders that changed since a moment."""

    def __init__(self, store: Store, client: MagentoClient, query: OrderQuery) -> None:
        self._store = store
        self._client = client
        self._shipments = query.shipments
        self._views = wanted_store_ids(store, client)
        self._began: datetime | None = None
        orders, shipments = self._starts(query)
        self._orders = _Feed(
            lambda position: client.changed_orders(position, self._views), "updated_at", orders, self._clock
        )
        self._made = _Feed(
            lambda position: client.new_shipments(position, self._views), "created_at", shipments, self._clock
        )

    def pages(self) -> Iterator[RawPage]:
        for page in self._orders.pages():
            if self._made.start == Position() and self._began is not None:
                # Whatever was shipped before shows in the orders that are being read.
                self._made.start = self._made.position = Position(self._began)
            remaining = None if page.total is None else max(page.total - len(page.rows), 0)
            yield self._raw_page(page.rows, remaining)
        for page in self._made.pages():
            yield self._raw_page(self._orders_of(page.rows), None)

    def _starts(self, query: OrderQuery) -> tuple[Position, Position]:
        """A cursor of other store views means something else: then reading begins again."""
        cursor = query.cursor or {}
        if cursor and cursor.get("views") == list(self._views):
            return Position.from_cursor(cursor.get("orders")), Position.from_cursor(cursor.get("shipments"))
        since = Position(query.since)
        return since, since

    def _orders_of(self, shipments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The orders of these shipments, without those that were read in this run after the shipment was made."""
        fresh = {_order_id(row) for row in shipments if self._is_fresh(row)} - {""}
        others = {_order_id(row) for row in shipments} - fresh - {""}
        rows = self._client.orders(sorted(fresh, key=int)) if fresh else []
        before = self._orders.start.second
        if others and before is not None:
            rows += self._client.orders(sorted(others, key=int), before)
        return rows

    def _is_fresh(self, shipment: Mapping[str, Any]) -> bool:
        made = parse(shipment.get("created_at"))
        return made is None or self._began is None or made >= self._began

    def _raw_page(self, rows: Sequence[dict[str, Any]], remaining: int | None) -> RawPage:
        cursor = {
            "orders": self._orders.position.to_cursor(),
            "shipments": self._made.position.to_cursor(),
            "views": list(self._views),
        }
        orders = _with_shipments(self._client, rows) if self._shipments else _bare(rows)
        return RawPage(orders=orders, cursor=cursor, remaining=remaining)

    def _clock(self, response: Response) -> datetime:
        """The store's clock; what was shipped since a little before its first showing may have been overlooked."""
        now = response.date or self._store.now()
        self._began = self._began or now - OVERLAP
        return now


def _order_id(shipment: Mapping[str, Any]) -> str:
    order_id = shipment.get("order_id")
    return str(order_id) if isinstance(order_id, int) else ""


def _bare(rows: Sequence[Mapping[str, Any]]) -> tuple[RawOrder, ...]:
    return tuple(RawOrder(order=row) for row in rows)


def _with_shipments(client: MagentoClient, rows: Sequence[Mapping[str, Any]]) -> tuple[RawOrder, ...]:
    """The orders with their shipments: one request for all, or a few where there are very many."""
    ids = [str(row["entity_id"]) for row in rows if isinstance(row.get("entity_id"), int)]
    by_order: dict[str, list[Mapping[str, Any]]] = {order_id: [] for order_id in ids}
    for shipment in client.shipments_of(ids) if ids else ():
        by_order.setdefault(_order_id(shipment), []).append(shipment)
    return tuple(RawOrder(order=row, shipments=by_order.get(str(row.get("entity_id")), ())) for row in rows)


def _pages_by_id(client: MagentoClient, order_ids: Sequence[str], *, shipments: bool) -> Iterator[RawPage]:
    for start in range(0, len(order_ids), PAGE_SIZE):
        asked = list(dict.fromkeys(order_ids[start : start + PAGE_SIZE]))
        ids = [order_id for order_id in asked if _ID.fullmatch(order_id)]
        rows = client.orders(ids) if ids else []
        present = {str(row.get("entity_id")) for row in rows}
        yield RawPage(
            orders=_with_shipments(client, rows) if shipments else _bare(rows),
            absent=tuple(order_id for order_id in asked if order_id not in present),
        )
