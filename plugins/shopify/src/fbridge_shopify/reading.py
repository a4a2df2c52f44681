"""The list of changed orders, as the walk of the adapterkit wants it.

Shopify's page cursor is itself a keyset over the time of change and the id: an order that changes while pages are
read moves to the end and is read there, none slips from an unread page into a read one, and hundreds of equal times
are no matter. Because Shopify may stop a list after 25 000 orders, the window of the search moves up long before
that. What the search did not know yet when it was asked is caught by the overlap of the next run.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from fbridge.adapterkit.extra_fields import with_extra
from fbridge.adapterkit.payloads import mapping, moment, text
from fbridge.adapterkit.reading import (
    Key,
    Listed,
    RawPage,
    changed_orders,
    decoded_pages,
    may_succeed_in_part,
    orders_by_id,
)
from fbridge.errors import FbridgeError, RefusedError, UnreachableError
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.platforms import Hidden, Notice, OrderPage, OrderQuery, Store
from fbridge_shopify import bulk_reading
from fbridge_shopify.answers import ACCESS_DENIED, PASSING, Answer, GraphError, error_in, words_in
from fbridge_shopify.api_versions import notices_of
from fbridge_shopify.bulk_reading import BULK_THRESHOLD, BulkUnusableError, Operation
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.cost_budget import AMPLE, USUAL, PageShape, Sizes, comfortable_page
from fbridge_shopify.detection import ALL_ORDERS, ASSIGNED, OTHERS_LOCATIONS, may
from fbridge_shopify.extra_selection import needs_a_list, with_metafields
from fbridge_shopify.fulfillment_orders import EVERY_SERVICE
from fbridge_shopify.mapping import RawOrder, Reading, order_from
from fbridge_shopify.run_memory import memory_of
from fbridge_shopify.schemas import OVERLAP, written
from fbridge_shopify.whole_orders import Completion

WINDOW = 20_000
"""So many orders are read by page cursors before the search itself moves up, close to the newest of them."""

IDS_A_CALL = 50
"""The number of nodes costs no points, but a request is cut at 10 s."""

_ORDER_ID = re.compile(r"gid://shopify/Order/[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Position:
    """All that changed at ``since`` (aware UTC; None: ever) or later, from the page cursor ``after`` on.

    ``read`` orders were read in this window.
    """

    since: datetime | None = None
    after: str | None = None
    read: int = field(default=0, compare=False)

    def saved(self) -> dict[str, Any]:
        """JSON-able: times as ``YYYY-MM-DDTHH:MM:SSZ``."""
        told = {"since": self.since and written(self.since), "after": self.after, "read": self.read}
        return {name: value for name, value in told.items() if value}

    @classmethod
    def restored(cls, saved: Mapping[str, Any]) -> Self:
        """What :meth:`saved` gave. Raises: ValueError, TypeError, AttributeError for anything else."""
        since, after = saved.get("since"), saved.get("after")
        if not isinstance(after, str | None):
            raise TypeError("no cursor of a page")
        return cls(datetime.fromisoformat(since) if since else None, after, int(saved.get("read", 0)))

    @property
    def filter(self) -> str | None:
        """As the search wants it. Times must be quoted there."""
        return None if self.since is None else f"updated_at:>='{written(self.since)}'"


class OrderFeed:
    """Orders by ``updatedAt``. Pages are as large as their cost allows."""

    at_once = 1
    ids_at_once = IDS_A_CALL
    overlap = OVERLAP

    def __init__(self, client: ShopifyClient, *, shipments: bool) -> None:
        self._client = client
        self._completion = Completion(client)
        self._shipments = shipments
        self._sizes = USUAL
        self._old: Position | None = None
        self.page_size = comfortable_page(USUAL, shipments=shipments).first

    def begin(self, since: datetime | None) -> Position:
        return Position(since)

    def restored(self, saved: Any) -> Position:
        self._old = Position.restored(saved)
        return self._old

    def page(self, position: Position, size: int) -> Listed[RawOrder, Position]:
        try:
            answer = self._page(position, size)
        except RefusedError as error:
            # Perhaps a page cursor of an earlier run that the store takes no more; that has no code of its own.
            if may_succeed_in_part(error) or position != self._old or not position.after:
                raise
            position = Position(position.since)
            answer = self._page(position, size)
        rows = answer.nodes("orders")
        return Listed(
            rows=[_row(node) for node in rows],
            next=following(position, rows, answer.page_info("orders")),
            server_time=answer.date,
        )

    def _page(self, position: Position, size: int) -> Answer:
        """Of a single order that is too dear or too slow, less of it."""
        while True:
            try:
                return self._client.changed_orders(
                    position.filter,
                    position.after,
                    PageShape(size, self._sizes),
                    shipments=self._shipments,
                    # A smaller page is itself another try.
                    patient=size == self.page_size,
                )
            except (RefusedError, UnreachableError) as error:
                smaller = self._sizes.halved()
                if size > 1 or not is_too_much(error) or smaller == self._sizes:
                    raise
                self._sizes = smaller

    def first(self, position: Position) -> tuple[str, Position] | None:
        """What breaks off is a part of the order, not its id."""
        answer = self._client.order_places(position.filter, position.after, 1)
        page_info, order_id = answer.page_info("orders"), _id_in(answer.nodes("orders"))
        if not order_id or not page_info.get("endCursor"):
            return None
        return order_id, replace(position, after=page_info["endCursor"], read=position.read + 1)

    def by_ids(self, order_ids: Sequence[str]) -> list[RawOrder]:
        # What is no id of an order would make the store refuse all of them.
        asked = [order_id for order_id in order_ids if _ORDER_ID.fullmatch(order_id)]
        return self._nodes(asked, AMPLE) if asked else []

    def _nodes(self, order_ids: Sequence[str], sizes: Sizes) -> list[RawOrder]:
        try:
            answer = self._client.orders(order_ids, sizes, shipments=self._shipments)
        except (RefusedError, UnreachableError) as error:
            smaller = sizes.halved()
            if len(order_ids) > 1 or not is_too_much(error) or smaller == sizes:
                raise
            return self._nodes(order_ids, smaller)
        found = []
        nodes = answer.entries("nodes", len(order_ids))
        for index, (order_id, node) in enumerate(zip(order_ids, nodes, strict=True)):
            about = [error for error in answer.errors if _is_about(error, index)]
            found += _of_node(order_id, node, about)
        return found

    def key(self, row: RawOrder) -> Key:
        order = row.order
        return Key(str(order.get("id") or ""), changed(order), str(order.get("name") or ""))

    def whole(self, rows: Sequence[RawOrder]) -> list[RawOrder]:
        return [row if row.problem else self._completion.whole(row.order) for row in rows]


def following(position: Position, rows: Sequence[Any], page_info: Mapping[str, Any]) -> Position | None:
    """Where to go on after a page; None where it was the last one.

    Raises: UnreachableError where the store says that there is more, and not how to get it.
    """
    if not page_info.get("hasNextPage"):
        return None
    if not page_info.get("endCursor"):
        raise UnreachableError(
            "The store says that there are more orders and does not say after which; try again later.",
            reason="unexpected_answer",
        )
    read = position.read + len(rows)
    last = max(filter(None, map(changed, rows)), default=None)
    if read >= WINDOW and last is not None:
        # With the overlap, or a run that goes on here after a crash would end without one.
        for since in (last - OVERLAP, last):
            if position.since is None or since > position.since:
                return Position(since)
    return Position(position.since, page_info["endCursor"], read)


def is_too_much(error: FbridgeError) -> bool:
    """Whether the same could be read in smaller portions: it costs too much, or takes more than 10 s."""
    return error.reason in {"too_dear", "gateway_timeout"}


def changed(row: Any) -> datetime | None:
    """When an order changed; None where the row does not tell."""
    return moment(mapping(row).get("updatedAt"))


def _id_in(nodes: Sequence[Any]) -> str:
    return text(mapping(nodes[0]).get("id")) if nodes else ""


def _row(node: Any) -> RawOrder:
    if not isinstance(node, Mapping):
        return RawOrder(order={}, problem="malformed: the store listed something that is no order")
    return RawOrder(order=node)


def _of_node(order_id: str, node: Any, errors: Sequence[GraphError]) -> list[RawOrder]:
    """The order; none where the store has none of this id. One that it could not read is not absent."""
    broken = [error for error in errors if error.code in PASSING]
    if node and not broken:
        return [_row(node)]
    if not node and not errors:
        return []
    if not node and any(error.code == ACCESS_DENIED for error in errors):
        raise error_in(errors)
    known = {"id": order_id, "name": mapping(node).get("name")}
    return [RawOrder(order=known, problem=f"unreadable: {words_in(broken or errors)}")]


def _is_about(error: GraphError, index: int) -> bool:
    """An error without a place may be about any of the nodes."""
    return error.path[:2] in ((), ("nodes",), ("nodes", index))


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
