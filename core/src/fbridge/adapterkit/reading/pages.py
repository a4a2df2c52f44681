"""The pages of a query: feeds walked one after another, or orders by their ids; decoded while the next is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from fbridge.adapterkit.reading.bookmarks import Bookmark
from fbridge.adapterkit.reading.feeds import Feed, RawPage
from fbridge.adapterkit.reading.isolation import named_orders
from fbridge.adapterkit.reading.walk import Walk
from fbridge.http.read_ahead import read_ahead
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderPage, OrderQuery

R = TypeVar("R")
W = TypeVar("W")
_SCOPE = "scope"


def decoded_pages(
    source: Iterator[RawPage[W]], decode: Callable[[W], Order | RejectedOrder]
) -> Iterator[OrderPage]:
    """The pages of ``fetch_orders``: read in a thread, decoded here. Raises what the source does."""
    with read_ahead(source) as pages:
        for page in pages:
            decoded = [entry if isinstance(entry, RejectedOrder) else decode(entry) for entry in page.orders]
            yield OrderPage.of(
                decoded,
                cursor=page.cursor,
                absent=page.absent,
                remaining=page.remaining,
                note=page.note,
                served_at=page.served_at,
                put_back_at=page.put_back_at,
                hidden=page.hidden,
            )


def pages_of(
    feed: Feed[Any, Any, W],
    query: OrderQuery,
    *,
    now: Callable[[], datetime],
    scope: Mapping[str, Any] | None = None,
) -> Iterator[RawPage[W]]:
    """What a query asks for of a platform's one feed: the orders that it names, else all that changed."""
    if query.order_ids is not None:
        return orders_by_id(feed, query.order_ids)
    return changed_orders({"orders": feed}, query, now=now, scope=scope)


def orders_by_id(feed: Feed[Any, Any, W], order_ids: Sequence[str]) -> Iterator[RawPage[W]]:
    """Each id once; what the store has not is ``absent``. Raises: CredentialsError, RefusedError,
    UnreachableError."""
    for asked in in_parts(list(dict.fromkeys(order_ids)), feed.ids_at_once):
        orders, present = named_orders(feed, asked)
        absent = tuple(order_id for order_id in asked if order_id not in present)
        yield RawPage(orders=tuple(orders), absent=absent)


def changed_orders(
    feeds: Mapping[str, Feed[Any, Any, W]],
    query: OrderQuery,
    *,
    now: Callable[[], datetime],
    scope: Mapping[str, Any] | None = None,
) -> Iterator[RawPage[W]]:
    """All that changed in these feeds since ``query.since`` or after ``query.cursor``, one feed after another.

    ``scope`` is what else chooses orders, JSON-able: a cursor of another scope counts as none, as does one that is
    not understood. ``now`` is our clock. A feed without a beginning of its own begins where the first one's run
    did: what came before shows in that.

    Raises: CredentialsError, RefusedError, UnreachableError (NoProgressError).
    """
    kept = query.cursor or {}
    if kept.get(_SCOPE, {}) != (scope or {}):
        kept = {}
    fresh = Bookmark(since=query.since)
    marks = {name: Bookmark.from_json(kept.get(name)) or fresh for name in feeds}
    note = ""
    for name, feed in feeds.items():
        walk = Walk(feed, marks[name], query.since, now)
        for leg in walk.legs():
            note = note or walk.note
            marks[name] = leg.after
            marks = _begun_with(marks, leg.after, feed)
            cursor = {mark: marks[mark].to_json() for mark in marks}
            yield RawPage(
                orders=tuple(leg.orders),
                cursor={**cursor, _SCOPE: dict(scope)} if scope else cursor,
                remaining=leg.remaining,
                note=note,
                served_at=leg.served_at,
                put_back_at=leg.after.put_back,
            )


def _begun_with(
    marks: Mapping[str, Bookmark], first: Bookmark, feed: Feed[Any, Any, Any]
) -> dict[str, Bookmark]:
    began = Bookmark(since=first.theirs - feed.overlap) if first.theirs else Bookmark()
    return {name: began if mark == Bookmark() else mark for name, mark in marks.items()}
