"""Pages of orders: read in a thread, decoded here."""

from __future__ import annotations

from collections.abc import Iterator

from fbridge.http.read_ahead import read_ahead
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge_magento.mapping import Rules, order_from
from fbridge_magento.reading import RawPage, raw_pages


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: ConfigError, CredentialsError, RefusedError, UnreachableError."""
    rules = Rules(
        cod_methods=frozenset(store.settings.get("cod_methods") or ()),
        weight_units=store.facts.get("weight_units") or {},
    )
    with read_ahead(raw_pages(store, query)) as pages:
        for raw in pages:
            yield _order_page(raw, rules)


def _order_page(raw: RawPage, rules: Rules) -> OrderPage:
    decoded = (order_from(order, rules) for order in raw.orders)
    return OrderPage.of(
        decoded,
        cursor=raw.cursor,
        absent=raw.absent,
        remaining=raw.remaining,
    )
