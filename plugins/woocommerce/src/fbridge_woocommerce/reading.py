"""Read orders from the store, page by page, with what must be read beside each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fbridge.errors import RefusedError, UnreachableError
from fbridge.http import Response
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderQuery, Store
from fbridge_woocommerce import keyset
from fbridge_woocommerce.answers import list_of
from fbridge_woocommerce.client import PAGE_SIZE, WooClient, total_of
from fbridge_woocommerce.detection import facts_of, place_of, rows_are_shown
from fbridge_woocommerce.keyset import Position
from fbridge_woocommerce.mapping import RawOrder, needs_fulfillments, needs_refunds
from fbridge_woocommerce.tracking_place import Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """A page as read: what :class:`OrderPage` will say, before the orders are decoded."""

    orders: tuple[RawOrder, ...]
    cursor: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    remaining: int | None = None


def raw_pages(store: Store, query: OrderQuery) -> Iterator[RawPage]:
    """The pages that a query asks for. Raises: CredentialsError, RefusedError, UnreachableError."""
    client = WooClient(store)
    beside = _beside(store, client, shipments=query.shipments)
    if query.order_ids is not None:
        yield from _pages_by_id(client, query.order_ids, beside)
    else:
        yield from _ChangedOrders(store, client, query, beside).pages()


class _ChangedOrders:
    """All orders that changed since a moment, oldest change first (C1; the rules are in ``keyset``)."""

    def __init__(self, store: Store, client: WooClient, query: OrderQuery, beside: _Beside) -> None:
        self._store = store
        self._client = client
        self._beside = beside
        self._start = _start(query)
        self._newest: datetime | None = None
        self._remaining: int | None = None

    def pages(self) -> Iterator[RawPage]:
        position: Position | None = self._start
        while position is not None:
            if position.tie is None:
                page, position = self._page(position)
                yield page
            else:
                yield from self._tie(position)
                position = position.at(position.tie)

    def _page(self, position: Position) -> tuple[RawPage, Position | None]:
        response = self._client.changed_orders(position.after)
        rows, total, now = list_of(response), total_of(response), self._clock(response)
        step = keyset.step(position, rows, total, PAGE_SIZE, now)
        self._remaining = total
        self._count(step.rows)
        following = step.position or keyset.final_position(self._start, self._newest, now)
        return self._raw_page(step.rows, following), step.position

    def _tie(self, position: Position) -> Iterator[RawPage]:
        if position.tie is None:
            return
        for page in range(position.page or self._pages_of(position.tie), 0, -1):
            rows = list_of(self._client.orders_of_second(position.tie, page))
            self._count(rows)
            yield self._raw_page(rows, position.within_tie(page - 1))

    def _pages_of(self, second: datetime) -> int:
        total = total_of(self._client.count_of_second(second))
        if total is None:
            raise UnreachableError(
                f"More than {PAGE_SIZE} orders of {self._store.url} changed in one second, and the store does "
                "not say how many: something before it takes the header X-WP-Total away.",
                reason="unexpected_answer",
            )
        return -(-total // PAGE_SIZE)

    def _count(self, rows: Sequence[Any]) -> None:
        times = [*keyset.modified_times(rows), *filter(None, [self._newest])]
        self._newest = max(times, default=None)
        if self._remaining is not None:
            self._remaining = max(self._remaining - len(rows), 0)

    def _raw_page(self, rows: Sequence[Any], following: Position) -> RawPage:
        orders = tuple(self._beside.raw_order(row) for row in rows)
        return RawPage(orders=orders, cursor=following.to_cursor(), remaining=self._remaining)

    def _clock(self, response: Response) -> datetime:
        return response.date or self._store.now()


def _start(query: OrderQuery) -> Position:
    """``since`` is inclusive, the store's filter is not."""
    if query.cursor:
        return Position.from_cursor(query.cursor)
    return Position(query.since - keyset.SECOND) if query.since else Position()


def _pages_by_id(client: WooClient, order_ids: Sequence[str], beside: _Beside) -> Iterator[RawPage]:
    for asked in in_parts(list(dict.fromkeys(order_ids)), PAGE_SIZE):
        numeric = [order_id for order_id in asked if order_id.isascii() and order_id.isdigit()]
        rows = client.orders(numeric) if numeric else []
        listed = {str(row.get("id")) for row in rows if isinstance(row, Mapping)}
        # The list leaves out the trash, a single read does not.
        missing = [client.order(order_id) for order_id in numeric if order_id not in listed]
        rows += [row for row in missing if row is not None]
        present = {str(row.get("id")) for row in rows if isinstance(row, Mapping)}
        yield RawPage(
            orders=tuple(beside.raw_order(row) for row in rows),
            absent=tuple(order_id for order_id in asked if order_id not in present),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What is read beside an order. ``place`` is None where its shipments were not asked for."""

    client: WooClient
    place: Place | None = None
    route: str | None = None

    def raw_order(self, row: Any) -> RawOrder:
        """One order with all that its mapping needs; what the store refuses is that order's problem (C2)."""
        if not isinstance(row, Mapping) or not isinstance(row.get("id"), int):
            return RawOrder(order=row)
        order_id = str(row["id"])
        try:
            return RawOrder(
                order=row,
                refunds=self._read(needs_refunds(row), self.client.refunds, order_id),
                fulfillments=self._read(self._wants_fulfillments(row), self.client.fulfillments, order_id),
                notes=self._read(self.place is Place.NOTE, self.client.notes, order_id),
                trackings=self.client.trackings(self.route, order_id) if self.route else None,
                marks=self.place is not None and self.route is None,
            )
        except RefusedError as error:
            return RawOrder(order=row, problem=f"unreadable: {error}")

    def _wants_fulfillments(self, row: Mapping[str, Any]) -> bool:
        return self.place is Place.FULFILLMENTS or needs_fulfillments(row)

    def _read(self, wanted: bool, read: Callable[[str], list[T]], order_id: str) -> list[T] | None:
        return read(order_id) if wanted else None


def _beside(store: Store, client: WooClient, *, shipments: bool) -> _Beside:
    if not shipments:
        return _Beside(client=client)
    facts = facts_of(store, client)
    place = place_of(store, facts)
    # Rows that the plugin does not show went through its own route, and are read there.
    by_route = place.keeps_rows and rows_are_shown(store, facts) is False
    return _Beside(client=client, place=place, route=facts.namespace if by_route else None)
