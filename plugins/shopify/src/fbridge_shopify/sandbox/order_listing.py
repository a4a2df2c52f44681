"""Pages of orders: sorted, searched, continued by cursor."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from fbridge_shopify.sandbox import pace
from fbridge_shopify.sandbox.connections import BULK, MOST, View, cursor, page_size, page_view, read_cursor
from fbridge_shopify.sandbox.errors import bad_request
from fbridge_shopify.sandbox.order_views import order_view
from fbridge_shopify.sandbox.records import Order
from fbridge_shopify.sandbox.search import Search, parse_search
from fbridge_shopify.sandbox.viewer import Info, Viewer

Key = tuple[int, int]
BEFORE_ALL, AFTER_ALL = -1, 1 << 62


def list_orders(_source: Any, info: Info, **args: Any) -> View:
    """``orders``."""
    viewer: Viewer = info.context
    size, bulk = page_size(args.get("first"), args.get("last")), BULK.get()
    if bulk is not None:
        size, args = min(size, MOST), {**args, "after": bulk.after}
    backwards, sort_key = args.get("last") is not None, args.get("sortKey", "PROCESSED_AT")
    search = _search(args.get("query"))
    found = _Listing(viewer, search, sort_key)
    page, more = found.page(args, size, reverse=bool(args.get("reverse")) != backwards)
    viewer.shop.take_time(pace.ORDER_READ * len(page))
    if backwards:
        page.reverse()
    if bulk is not None:
        bulk.more = more
        bulk.after = _cursor(found, page[-1], sort_key) if page else None
    bounded = bool(args.get("before" if backwards else "after"))
    return page_view(
        page,
        lambda order: _cursor(found, order, sort_key),
        lambda order: order_view(viewer, order),
        has_next=bounded if backwards else more,
        has_previous=more if backwards else bounded,
    )


def count_orders(_source: Any, info: Info, **args: Any) -> View:
    """``ordersCount``."""
    found = _Listing(info.context, _search(args.get("query")), "ID")
    limit, counted = args.get("limit"), 0
    for _ in found.orders(found.index, 0, len(found.index), reverse=False):
        counted += 1
        if limit is not None and counted >= limit:
            return {"count": counted, "precision": "AT_LEAST"}
    return {"count": counted, "precision": "EXACT"}


class _Listing:
    def __init__(self, viewer: Viewer, search: Search, sort_key: str) -> None:
        self._viewer = viewer
        self._search = search
        self._by_updated = sort_key == "UPDATED_AT"
        self._by_id = sort_key in {"ID", "ORDER_NUMBER"}
        orders = viewer.shop.orders
        self.index: Sequence[Key] = orders.by_updated if self._by_updated else orders.by_created
        if self._by_id:
            self.index = [(order_id, order_id) for order_id in orders.ids()]

    def key(self, order: Order) -> Key:
        """Where the order stands."""
        if self._by_id:
            return order.id, order.id
        return (order.updated if self._by_updated else order.created), order.id

    def page(self, args: dict[str, Any], size: int, *, reverse: bool) -> tuple[list[Order], bool]:
        """So many orders, and whether there are more behind them."""
        start, stop = 0, len(self.index)
        if self._by_updated and self._search.updated_from is not None:
            start = bisect_left(self.index, (self._search.updated_from, BEFORE_ALL))
        low, high = ("before", "after") if bool(args.get("reverse")) else ("after", "before")
        if args.get(low):
            start = max(start, bisect_right(self.index, _key_of(args[low], by_id=self._by_id)))
        if args.get(high):
            stop = min(stop, bisect_left(self.index, _key_of(args[high], by_id=self._by_id)))
        found: list[Order] = []
        for order in self.orders(self.index, start, stop, reverse=reverse):
            if len(found) == size:
                return found, True
            found.append(order)
        return found, False

    def orders(self, index: Sequence[Key], start: int, stop: int, *, reverse: bool) -> Iterator[Order]:
        """Those between two places that match and may be seen."""
        positions = range(stop - 1, start - 1, -1) if reverse else range(start, stop)
        for position in positions:
            order = self._viewer.order(index[position][1])
            if order is not None and self._search.matches(order):
                yield order


def _cursor(found: _Listing, order: Order, sort_key: str) -> str:
    return cursor(order.id, _shown(found.key(order)[0], sort_key))


def _search(text: str | None) -> Search:
    try:
        return parse_search(text)
    except ValueError:
        raise bad_request("Invalid timestamp for query filter.") from None


def _shown(value: int, sort_key: str) -> str:
    """Shopify's cursors have times with the zone's name."""
    if sort_key in {"ID", "ORDER_NUMBER"}:
        return str(value)
    return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S.000000}"


def _key_of(text: str, *, by_id: bool) -> Key:
    identity, value = read_cursor(text)
    if by_id:
        return identity, identity
    try:
        moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        raise bad_request("Invalid cursor for current pagination sort.") from None
    return int(moment.timestamp()), identity
