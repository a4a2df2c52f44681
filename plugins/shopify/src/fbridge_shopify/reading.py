"""Read orders from the store: those that changed, or those named."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from fbridge.errors import FbridgeError, RefusedError, UnreachableError
from fbridge.models.platforms import OrderQuery, Store
from fbridge_shopify import bulk_reading, keyset
from fbridge_shopify.answers import Answer, is_too_much
from fbridge_shopify.bulk_reading import BULK_THRESHOLD, BulkUnusableError, Operation
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.cost_formula import USUAL, comfortable_page
from fbridge_shopify.keyset import Position
from fbridge_shopify.raw_pages import RawPage
from fbridge_shopify.reading_by_id import pages_by_id
from fbridge_shopify.run_memory import memory_of
from fbridge_shopify.whole_orders import Completion

log = logging.getLogger("fbridge.shopify")


def raw_pages(store: Store, query: OrderQuery) -> Iterator[RawPage]:
    """The pages that a query asks for. Raises: CredentialsError, RefusedError, UnreachableError."""
    client = ShopifyClient(store)
    if query.order_ids is not None:
        yield from pages_by_id(client, query.order_ids, shipments=query.shipments)
        return
    position = Position.from_cursor(query.cursor) if query.cursor else Position(query.since)
    operation = _operation(store, client, query)
    if operation is not None:
        try:
            yield from bulk_reading.pages(client, operation, memory_of(store).sleep)
            position = operation.end
        except BulkUnusableError as error:
            _tell(error)
            position = Position(operation.since)
    yield from _ChangedOrders(store, client, position, shipments=query.shipments).pages()


def _operation(store: Store, client: ShopifyClient, query: OrderQuery) -> Operation | None:
    """The bulk operation to go on with, or a new one on a first sync of many orders."""
    if query.cursor:
        return Operation.from_cursor(query.cursor)
    # Fulfillments are a list, and a bulk query takes no connection below a list.
    if query.shipments:
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


class _ChangedOrders:
    """All orders that changed since a moment, oldest change first (C1; the rules are in ``keyset``)."""

    def __init__(self, store: Store, client: ShopifyClient, position: Position, *, shipments: bool) -> None:
        self._store = store
        self._client = client
        self._completion = Completion(client)
        self._start = position
        self._shipments = shipments
        self._shape = comfortable_page(USUAL, shipments=shipments)

    def pages(self) -> Iterator[RawPage]:
        position: Position | None = self._start
        newest = self._start.newest
        while position is not None:
            answer = self._page(position)
            connection = answer.data["orders"]
            rows = connection["nodes"]
            newest = keyset.latest(newest, rows)
            position = keyset.following(position, rows, connection["pageInfo"])
            now = answer.date or self._store.now()
            next_one = position or keyset.final_position(self._start.since, newest, now)
            yield RawPage(
                orders=tuple(self._completion.whole(row) for row in rows), cursor=next_one.to_cursor()
            )

    def _page(self, position: Position) -> Answer:
        """A page at this position, smaller where the store finds it too dear or too slow."""
        while True:
            try:
                return self._client.changed_orders(
                    position.filter, position.after, self._shape, shipments=self._shipments
                )
            except (RefusedError, UnreachableError) as error:
                smaller = self._shape.halved()
                if is_too_much(error) and smaller is not None:
                    self._shape = smaller
                elif _is_old_cursor(error) and position.after and position == self._start:
                    position = position.begun_anew()
                else:
                    raise


def _is_old_cursor(error: FbridgeError) -> bool:
    """Perhaps: a page cursor of an earlier run that the store does not take any more has no code of its own."""
    return isinstance(error, RefusedError)
