"""Pages of orders, as ``fetch_orders`` gives them."""

from __future__ import annotations

from collections.abc import Iterator

from fbridge.adapterkit.extra_fields import with_extra
from fbridge.adapterkit.reading import RawPage, changed_orders, decoded_pages, orders_by_id
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_woocommerce.mapping import RawOrder, order_from
from fbridge_woocommerce.reading import OrderFeed


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: CredentialsError, RefusedError, UnreachableError."""
    return decoded_pages(
        _raw_pages(store, query),
        lambda raw: with_extra(order_from(raw, store.settings), raw.order, store.extra_fields),
    )


def _raw_pages(store: Store, query: OrderQuery) -> Iterator[RawPage[RawOrder]]:
    feed = OrderFeed(store, shipments=query.shipments)
    if query.order_ids is not None:
        yield from orders_by_id(feed, query.order_ids)
    else:
        yield from changed_orders({"orders": feed}, query, now=store.now)
