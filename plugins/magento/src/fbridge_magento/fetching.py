"""Pages of orders, as ``fetch_orders`` gives them."""

from __future__ import annotations

from collections.abc import Iterator

from fbridge.adapterkit.extra_fields import with_extra
from fbridge.adapterkit.reading import Feed, RawPage, changed_orders, decoded_pages, orders_by_id
from fbridge.adapterkit.reading.whole_seconds import SecondPosition
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_magento.client import MagentoClient
from fbridge_magento.detection import wanted_store_ids
from fbridge_magento.mapping import RawOrder, Rules, order_from
from fbridge_magento.reading import OrderFeed, Row, ShipmentFeed
from fbridge_magento.settings import UNPAID


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
