"""Pages of orders, as ``fetch_orders`` gives them: a first sync of many by a bulk operation, all else by pages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from fbridge.adapterkit.extra_fields import with_extra
from fbridge.adapterkit.payloads import mapping
from fbridge.adapterkit.reading import RawPage, changed_orders, decoded_pages, orders_by_id
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.platforms import Hidden, Notice, OrderPage, OrderQuery, Store
from fbridge_shopify import bulk_reading
from fbridge_shopify.api_versions import notices_of
from fbridge_shopify.bulk_reading import BULK_THRESHOLD, BulkUnusableError, Operation
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.detection import ALL_ORDERS, ASSIGNED, OTHERS_LOCATIONS, may
from fbridge_shopify.extra_selection import needs_a_list, with_metafields
from fbridge_shopify.fulfillment_orders import EVERY_SERVICE
from fbridge_shopify.mapping import RawOrder, Reading, order_from
from fbridge_shopify.reading import OrderFeed, Position
from fbridge_shopify.run_memory import memory_of

SHOWN_FOR = timedelta(days=59)
"""Shopify says 60 days; a day is for time zones and clocks."""

_NOT_SHOWN = (
    "the store does not show it: orders older than 60 days are kept from apps without the scope read_all_orders; "
    "grant it to the app, and install it again"
)

log = logging.getLogger("fbridge.shopify")


def order_pages(store: Store, query: OrderQuery) -> Iterator[OrderPage]:
    """The pages that a query asks for. Raises: CredentialsError, RefusedError, UnreachableError."""
    reading = reading_of(store)

    def decoded(raw: RawOrder) -> Order | RejectedOrder:
        known = with_metafields(mapping(raw.order), store.extra_fields)
        return with_extra(order_from(raw, reading), known, store.extra_fields)

    for page in decoded_pages(raw_pages(store, query), decoded):
        yield replace(page, notices=store_notices(store))


def store_notices(store: Store) -> tuple[Notice, ...]:
    """What somebody has to do, as the answers so far tell."""
    memory = memory_of(store)
    return tuple(notices_of(store.settings["api_version"], memory.served, memory.deprecated, store.now()))


def hidden_from(store: Store) -> Hidden | None:
    """The orders that Shopify keeps from this app; None where it may see all, by the scopes of the last check."""
    if may(store.facts.get("scopes") or (), ALL_ORDERS):
        return None
    return Hidden(before=store.now() - SHOWN_FOR, why=_NOT_SHOWN)


def reading_of(store: Store) -> Reading:
    """How this store's orders are to be understood, by its settings and the scopes of the app."""
    settings, scopes = store.settings, store.facts.get("scopes")
    own = settings.get("own_services") or ()
    if scopes is not None and may(scopes, ASSIGNED) and not may(scopes, OTHERS_LOCATIONS):
        # Goods of a service that it sees all the same are those of the service that the app itself is.
        own = (EVERY_SERVICE,)
    return Reading(cod_gateways=settings.get("cod_gateways") or (), own_services=own)


def raw_pages(store: Store, query: OrderQuery) -> Iterator[RawPage[RawOrder]]:
    """The same before the orders are decoded."""
    client = ShopifyClient(store)
    feed = OrderFeed(client, shipments=query.shipments)
    if query.order_ids is not None:
        hidden = hidden_from(store)
        for page in orders_by_id(feed, query.order_ids):
            yield replace(page, hidden=hidden)
        return
    operation = _operation(store, client, query)
    if operation is not None:
        query = replace(query, cursor=operation.end)
        try:
            yield from bulk_reading.pages(client, operation, memory_of(store).sleep)
        except BulkUnusableError as error:
            _tell(error)
            query = replace(query, cursor=None)
    yield from changed_orders({"orders": feed}, query, now=store.now)


def _operation(store: Store, client: ShopifyClient, query: OrderQuery) -> Operation | None:
    """The bulk operation to go on with, or a new one on a first sync of many orders."""
    if query.cursor:
        return Operation.from_cursor(query.cursor)
    # Fulfillments are a list, and a bulk query takes no connection below a list.
    if query.shipments or needs_a_list(store.extra_fields):
        return None
    if client.count_orders(Position(query.since).filter, BULK_THRESHOLD) < BULK_THRESHOLD:
        return None
    try:
        operation = bulk_reading.start(client, query.since, store.now())
    except BulkUnusableError as error:
        _tell(error)
        return None
    log.info("The store gathers its orders: bulk operation %s.", operation.id)
    return operation


def _tell(error: BulkUnusableError) -> None:
    log.warning("Orders are read in pages, for a bulk operation is of no use: %s", error)
