"""Pages of orders: read in a thread, decoded here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fbridge.http.read_ahead import read_ahead
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_shopify.mapping import order_from
from fbridge_shopify.raw_pages import RawPage
from fbridge_shopify.reading import raw_pages


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: CredentialsError, RefusedError, UnreachableError."""
    cod_gateways = store.settings.get("cod_gateways") or ()
    with read_ahead(raw_pages(store, query)) as pages:
        for raw in pages:
            yield _order_page(raw, cod_gateways)


def _order_page(raw: RawPage, cod_gateways: Sequence[str]) -> OrderPage:
    decoded = (order_from(order, cod_gateways) for order in raw.orders)
    return OrderPage.of(
        decoded,
        cursor=raw.cursor,
        absent=raw.absent,
        remaining=raw.remaining,
    )
