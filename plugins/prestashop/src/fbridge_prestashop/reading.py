"""The list of changed orders, as the walk of the adapterkit wants it. What hangs on them is read in ``beside``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fbridge.adapterkit.extra_fields import with_extra
from fbridge.adapterkit.payloads import reference, text
from fbridge.adapterkit.reading import Key, Listed, decoded_pages, pages_of
from fbridge.adapterkit.reading.whole_seconds import Rows, SecondPosition, SecondsFeed, listed
from fbridge.http import Response
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_prestashop.answers import rows_of, server_time
from fbridge_prestashop.beside import BesideOrders
from fbridge_prestashop.client import PAGE_SIZE, PrestaShopClient
from fbridge_prestashop.detection import shop_of
from fbridge_prestashop.mapping import RawOrder, order_from, with_beside
from fbridge_prestashop.schemas import order_fields, with_extra_fields
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_time import before_the_change, parse, to_shop, to_utc

Known = tuple[RawOrder, Shop]
"""An order, with the shop as it was known when the order was read."""


class OrderFeed(SecondsFeed[Any, Known]):
    """Orders by ``date_upd``, in the shop's own time.

    A second that fills a whole page is read on by id: orders only ever leave a past second, so none is missed. The
    token is the last id.
    """

    page_size = at_once = ids_at_once = PAGE_SIZE

    def __init__(
        self, store: Store, client: PrestaShopClient, shop: Shop, *, histories: bool = False
    ) -> None:
        self._store = store
        self._client = client
        self._beside = BesideOrders(store, client, histories=histories)
        self._shop = shop
        self.overlap += _spread(shop, store.now())
        self._fields = with_extra_fields(order_fields(shop.facts.version), store.extra_fields)
        zones = ",".join(sorted(map(str, shop.zones)))
        self.scope = {"zone": zones, "shop": store.settings.get("id_shop") or ""}

    def begin(self, since: datetime | None) -> SecondPosition:
        """In a night when the clocks change it steps back three hours. Of several zones the earliest clock counts."""
        if since is None:
            return SecondPosition()
        return SecondPosition(min(before_the_change(to_shop(since, zone), zone) for zone in self._shop.zones))

    def page(self, position: SecondPosition, size: int) -> Listed[Any, SecondPosition]:
        response = self._client.changed_orders(position.second, position.token, size, self._fields)
        rows = rows_of(response, "orders")
        # Nothing tells how many there are; a proxy may take the limit away, and then there are all.
        full = len(rows) >= size
        token = _last_id(position.second, rows) if full and position.token is not None else None
        page = Rows(
            rows=rows,
            full=full,
            clock=self._clock(response),
            server_time=server_time(response),
            token=token,
        )
        return listed(position, page, changed, _last_id)

    def first(self, position: SecondPosition) -> tuple[str, SecondPosition] | None:
        """Id and date alone can be told of an order at whose other fields a module dies."""
        response = self._client.changed_orders(position.second, position.token, 1, "[id,date_upd]")
        for row in rows_of(response, "orders"):
            second = changed(row)
            if second is not None:
                return str(row["id"]), SecondPosition(second, int(row["id"]))
        return None

    def by_ids(self, order_ids: Sequence[str]) -> list[Any]:
        numeric = [order_id for order_id in order_ids if order_id.isascii() and order_id.isdigit()]
        return list(self._client.orders(numeric, self._fields)) if numeric else []

    def key(self, row: Any) -> Key:
        moment = changed(row)
        order_id, number = reference(row.get("id")), text(row.get("reference"))
        zone = self._shop.of(reference(row.get("id_shop")), reference(row.get("id_shop_group"))).zone
        return Key(order_id, to_utc(moment, zone) if moment else None, number)

    def whole(self, rows: Sequence[Any]) -> list[Known]:
        orders, shop = self._beside.raw_orders(rows)
        return [(order, shop) for order in orders]

    def _clock(self, response: Response) -> datetime:
        now = server_time(response) or self._store.now()
        return max(to_shop(now, zone) for zone in self._shop.zones)


def _spread(shop: Shop, now: datetime) -> timedelta:
    """How far the clocks of the shops are apart: an order changed now may show a time before one that was read."""
    clocks = [to_shop(now, zone) for zone in shop.zones]
    return max(clocks) - min(clocks)


def changed(row: Any) -> datetime | None:
    """When an order changed, as the shop wrote it; None where the row does not tell."""
    return parse(row.get("date_upd")) if isinstance(row, Mapping) else None


def _last_id(_second: datetime | None, rows: Sequence[Any]) -> int:
    return max((int(reference(row.get("id")) or 0) for row in rows if isinstance(row, Mapping)), default=0)


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: ConfigError, CredentialsError, RefusedError, UnreachableError."""

    def decoded(known: Known) -> Order | RejectedOrder:
        raw, shop = known
        return with_extra(order_from(raw, shop), with_beside(raw), store.extra_fields)

    client = PrestaShopClient(store)
    shop = shop_of(store, client, fresh=query.order_ids is None)
    feed = OrderFeed(store, client, shop, histories=query.order_ids is not None and query.shipments)
    yield from decoded_pages(pages_of(feed, query, now=store.now, scope=feed.scope), decoded)
