"""Pages of orders, as ``fetch_orders`` gives them."""

from __future__ import annotations

from collections.abc import Iterator

from fbridge.adapterkit.extra_fields import with_extra
from fbridge.adapterkit.reading import RawPage, changed_orders, decoded_pages, orders_by_id
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_prestashop.client import PrestaShopClient
from fbridge_prestashop.detection import shop_of
from fbridge_prestashop.mapping import order_from, with_beside
from fbridge_prestashop.reading import Known, OrderFeed


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: ConfigError, CredentialsError, RefusedError, UnreachableError."""

    def decoded(known: Known) -> Order | RejectedOrder:
        raw, shop = known
        return with_extra(order_from(raw, shop), with_beside(raw), store.extra_fields)

    return decoded_pages(_raw_pages(store, query), decoded)


def _raw_pages(store: Store, query: OrderQuery) -> Iterator[RawPage[Known]]:
    client = PrestaShopClient(store)
    shop = shop_of(store, client, fresh=query.order_ids is None)
    feed = OrderFeed(store, client, shop, histories=query.order_ids is not None and query.shipments)
    if query.order_ids is not None:
        yield from orders_by_id(feed, query.order_ids)
    else:
        yield from changed_orders({"orders": feed}, query, now=store.now, scope=feed.scope)
