"""Read orders from the store, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fbridge.http import Response
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderQuery, Store
from fbridge_prestashop import keyset
from fbridge_prestashop.answers import rows_of, server_time
from fbridge_prestashop.beside import BesideOrders
from fbridge_prestashop.client import PAGE_SIZE, PrestaShopClient
from fbridge_prestashop.detection import shop_of
from fbridge_prestashop.keyset import Position
from fbridge_prestashop.mapping import RawOrder
from fbridge_prestashop.schemas import order_fields
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_time import before_the_change, to_shop


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """A page as read: what :class:`OrderPage` will say, before the orders are decoded."""

    orders: tuple[RawOrder, ...]
    shop: Shop
    cursor: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


def raw_pages(store: Store, query: OrderQuery) -> Iterator[RawPage]:
    """The pages that a query asks for. Raises: ConfigError, CredentialsError, RefusedError, UnreachableError."""
    client = PrestaShopClient(store)
    beside = BesideOrders(store, client)
    shop = shop_of(store, client, fresh=query.order_ids is None)
    if query.order_ids is not None:
        yield from _pages_by_id(client, beside, shop, query.order_ids)
    else:
        yield from _ChangedOrders(store, client, beside, shop, query).pages()


class _ChangedOrders:
    """All orders that changed since a moment, oldest change first (C1; the rules are in ``keyset``)."""

    def __init__(
        self, store: Store, client: PrestaShopClient, beside: BesideOrders, shop: Shop, query: OrderQuery
    ) -> None:
        self._store = store
        self._client = client
        self._beside = beside
        self._zone = shop.zone
        self._fields = order_fields(shop.facts.version)
        self._origin = {"zone": str(shop.zone), "shop": store.settings.get("id_shop") or ""}
        self._start = self._begin(query)
        self._newest: datetime | None = None

    def pages(self) -> Iterator[RawPage]:
        position: Position | None = self._start
        while position is not None:
            page, position = self._page(position)
            yield page

    def _begin(self, query: OrderQuery) -> Position:
        """A cursor of another shop or time zone means something else: then reading begins again."""
        cursor = query.cursor or {}
        if cursor and self._origin.items() <= cursor.items():
            return Position.from_cursor(cursor)
        return (
            Position(before_the_change(to_shop(query.since, self._zone), self._zone))
            if query.since
            else Position()
        )

    def _page(self, position: Position) -> tuple[RawPage, Position | None]:
        response = self._client.changed_orders(position, self._fields)
        now = self._clock(response)
        step = keyset.step(position, rows_of(response, "orders"), PAGE_SIZE, now)
        self._note(step.rows)
        following = step.position or keyset.final_position(self._start, self._newest, now, self._zone)
        orders, shop = self._beside.raw_orders(step.rows)
        cursor = {**self._origin, **following.to_cursor()}
        return RawPage(orders=orders, shop=shop, cursor=cursor), step.position

    def _note(self, rows: Sequence[Any]) -> None:
        times = [moment for row in rows if (moment := keyset.changed(row)) is not None]
        self._newest = max([*times, *filter(None, [self._newest])], default=None)

    def _clock(self, response: Response) -> datetime:
        return to_shop(server_time(response) or self._store.now(), self._zone)


def _pages_by_id(
    client: PrestaShopClient, beside: BesideOrders, shop: Shop, order_ids: Sequence[str]
) -> Iterator[RawPage]:
    fields = order_fields(shop.facts.version)
    for asked in in_parts(list(dict.fromkeys(order_ids)), PAGE_SIZE):
        numeric = [order_id for order_id in asked if order_id.isascii() and order_id.isdigit()]
        rows = client.orders(numeric, fields) if numeric else []
        present = {str(row.get("id")) for row in rows}
        orders, page_shop = beside.raw_orders(rows)
        absent = tuple(order_id for order_id in asked if order_id not in present)
        yield RawPage(orders=orders, shop=page_shop, absent=absent)
