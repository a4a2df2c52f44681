"""The two lists that tell what changed, as the walk of the adapterkit wants them.

Orders by ``updated_at``, and shipments by ``created_at``, because a partial shipment does not move its order's
``updated_at``. The orders of new shipments are read by id, unless the first list has just brought them as they now
are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from fbridge.adapterkit.extra_fields import with_extra
from fbridge.adapterkit.payloads import reference, text
from fbridge.adapterkit.reading import (
    Feed,
    Key,
    Listed,
    RawPage,
    changed_orders,
    decoded_pages,
    may_succeed_in_part,
    orders_by_id,
)
from fbridge.adapterkit.reading.whole_seconds import Rows, SecondPosition, SecondsFeed, first_failing, listed
from fbridge.http import Response
from fbridge.http.side_by_side import side_by_side
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_magento.answers import rows_of, total_of
from fbridge_magento.client import MagentoClient
from fbridge_magento.detection import wanted_store_ids
from fbridge_magento.mapping import RawOrder, Rules, order_from
from fbridge_magento.run_memory import PAGE_SIZE
from fbridge_magento.search_criteria import Since, parse
from fbridge_magento.settings import UNPAID

Row = dict[str, Any]
IN_ONE_READ = 10
"""Orders by id that are not worth a second request: each takes 7.5 ms to make, and a request 45 ms (2.4.7-p3)."""

HIGHEST_ID = 2**32 - 1
"""What Magento's column for ids holds."""

_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
"""An order's number, such as 000000005, would be taken for the id of another order."""


class OrderFeed(SecondsFeed[Row, RawOrder]):
    """Orders by ``updated_at``. A second that fills a whole page is read on by id, which is the token."""

    page_size = at_once = ids_at_once = PAGE_SIZE

    def __init__(
        self, store: Store, client: MagentoClient, views: Sequence[str] = (), *, shipments: bool
    ) -> None:
        self.client = client
        self.views = views
        self.began: datetime | None = None
        self.since: datetime | None = None
        self._store = store
        self._shipments = shipments

    def begin(self, since: datetime | None) -> SecondPosition:
        self.since = since
        return SecondPosition.at(since)

    def restored(self, saved: Any) -> SecondPosition:
        position = SecondPosition.restored(saved)
        self.since = position.second
        return position

    def page(self, position: SecondPosition, size: int) -> Listed[Row, SecondPosition]:
        return self.listed(position, size, self.client.changed_orders, "updated_at")

    def listed(
        self, position: SecondPosition, size: int, read: Callable[..., Response], field: str
    ) -> Listed[Row, SecondPosition]:
        """A page of one of the two lists; both have the same form."""
        response = read(_since(position), size, self.views)
        rows, total = rows_of(response), total_of(response)
        now = response.date or self._store.now()
        # What was shipped a little before the first showing may have been overlooked.
        self.began = self.began or now - self.overlap
        # The count is asked first: a store may give smaller pages than it was asked for.
        full = bool(rows) and (len(rows) < total if total is not None else len(rows) >= size)
        page = Rows(
            rows=rows,
            full=full,
            clock=now,
            server_time=response.date,
            token=_last_id(None, rows) if full and position.token is not None else None,
            remaining=total,
        )
        return listed(position, page, lambda row: parse(row.get(field)), _last_id)

    def first(self, position: SecondPosition) -> tuple[str, SecondPosition] | None:
        """Magento makes whole orders, whatever fields are asked for; so it is asked for ever fewer ids."""

        def probe(low: int, high: int) -> None:
            self.client.probe_orders(_since(position), low, high, self.views)

        return first_failing(position, probe, [(1, HIGHEST_ID)], may_succeed_in_part)

    def by_ids(self, order_ids: Sequence[str]) -> list[Row]:
        """Side by side, for Magento takes longer to make an order than to answer a request."""
        ids = [order_id for order_id in order_ids if _ID.fullmatch(order_id)]
        connections = int(self._store.settings.get("connections") or 1)
        parts = list(in_parts(ids, max(IN_ONE_READ, -(-len(ids) // connections))))
        found: list[list[Row]] = [[] for _ in parts]

        def read(at: int) -> None:
            found[at] = self.client.orders(parts[at])

        for _ in side_by_side(range(len(parts)), read, connections):
            pass
        return [row for rows in found for row in rows]

    def key(self, row: Row) -> Key:
        return Key(
            reference(row.get("entity_id")), parse(row.get("updated_at")), text(row.get("increment_id"))
        )

    def whole(self, rows: Sequence[Row]) -> list[RawOrder]:
        """The orders, with their shipments where those are wanted: one request for all, or a few for very many."""
        if not self._shipments:
            return [RawOrder(order=row) for row in rows]
        ids = [found for row in rows if (found := reference(row.get("entity_id")))]
        by_order: dict[str, list[Mapping[str, Any]]] = {order_id: [] for order_id in ids}
        for shipment in self.client.shipments_of(ids) if ids else ():
            by_order.setdefault(_order_id(shipment), []).append(shipment)
        return [
            RawOrder(order=row, shipments=by_order.get(reference(row.get("entity_id")), ())) for row in rows
        ]


class ShipmentFeed(SecondsFeed[Row, RawOrder]):
    """Shipments by ``created_at``; each stands for its order."""

    page_size = at_once = ids_at_once = PAGE_SIZE

    def __init__(self, orders: OrderFeed) -> None:
        self._orders = orders

    def page(self, position: SecondPosition, size: int) -> Listed[Row, SecondPosition]:
        return self._orders.listed(position, size, self._orders.client.new_shipments, "created_at")

    def by_ids(self, order_ids: Sequence[str]) -> list[Row]:
        return self._orders.by_ids(order_ids)

    def key(self, row: Row) -> Key:
        return Key(_order_id(row), parse(row.get("created_at")))

    def whole(self, rows: Sequence[Row]) -> list[RawOrder]:
        """The orders of these shipments, without those that were read in this run after the shipment was made."""
        fresh = {_order_id(row) for row in rows if self._is_fresh(row)} - {""}
        others = {_order_id(row) for row in rows} - fresh - {""}
        client, before = self._orders.client, self._orders.since
        orders = client.orders(sorted(fresh, key=int)) if fresh else []
        if others and before is not None:
            orders += client.orders(sorted(others, key=int), before)
        return self._orders.whole(orders)

    def _is_fresh(self, shipment: Row) -> bool:
        made, began = parse(shipment.get("created_at")), self._orders.began
        return made is None or began is None or made >= began


def _since(position: SecondPosition) -> Since:
    return Since(position.second, position.token, position.without)


def _order_id(shipment: Mapping[str, Any]) -> str:
    return reference(shipment.get("order_id"))


def _last_id(_second: datetime | None, rows: Sequence[Row]) -> int:
    return max((int(reference(row.get("entity_id")) or 0) for row in rows), default=0)


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: ConfigError, CredentialsError, RefusedError, UnreachableError."""
    rules = Rules(
        cod_methods=frozenset(store.settings.get("cod_methods") or ()),
        weight_units=store.facts.get("weight_units") or {},
        states=store.settings,
        authorized_is_paid=store.settings.get("authorized") != UNPAID,
        views=store.facts.get("store_views") or {},
    )
    return decoded_pages(
        raw_pages(store, query), lambda raw: with_extra(order_from(raw, rules), raw.order, store.extra_fields)
    )


def raw_pages(store: Store, query: OrderQuery) -> Iterator[RawPage[RawOrder]]:
    """The same before the orders are decoded."""
    client = MagentoClient(store)
    if query.order_ids is not None:
        yield from orders_by_id(OrderFeed(store, client, shipments=query.shipments), query.order_ids)
        return
    views = wanted_store_ids(store, client)
    orders = OrderFeed(store, client, views, shipments=query.shipments)
    feeds: dict[str, Feed[Row, SecondPosition, RawOrder]] = {
        "orders": orders,
        "shipments": ShipmentFeed(orders),
    }
    yield from changed_orders(feeds, query, now=store.now, scope={"views": list(views)})
