"""Pages of orders: read in a thread, decoded here."""

from __future__ import annotations

from collections.abc import Iterator

from fbridge.http.read_ahead import read_ahead
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_prestashop.mapping import order_from
from fbridge_prestashop.reading import RawPage, raw_pages


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: CredentialsError, RefusedError, UnreachableError."""
    with read_ahead(raw_pages(store, query)) as pages:
        for raw in pages:
            yield _order_page(raw)


def _order_page(raw: RawPage) -> OrderPage:
    decoded = (order_from(order, raw.shop) for order in raw.orders)
    return OrderPage.of(
        decoded,
        cursor=raw.cursor,
        absent=raw.absent,
    )
