"""Fetching orders: incremental, resumable, several stores side by side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from threading import Event

from fbridge.context import Context
from fbridge.errors import FbridgeError
from fbridge.models.orders import RejectedOrder
from fbridge.models.platforms import OrderPage, OrderQuery
from fbridge.orders.storage import StoreClocks, keep_rejected, upsert_page
from fbridge.storage.database import Database
from fbridge.storage.locks import HeldLock, exclusive
from fbridge.stores import rows as store_rows
from fbridge.stores.each_store import for_each_store
from fbridge.stores.open_store import OpenStore, open_store

log = logging.getLogger("fbridge.fetch")

INCREMENTAL = "orders"
SINCE = "orders-since"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProgress:
    """How far one store's fetch is; ``remaining`` is the store's own count, if it tells one."""

    store: str
    orders: int
    remaining: int | None
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """What one store's fetch brought. With an ``error``, what came before it is kept and is not read again.

    ``notes`` are sentences that a person should know of it.
    """

    store: str
    orders: int = 0
    new: int = 0
    changed: int = 0
    rejected: tuple[RejectedOrder, ...] = ()
    notes: tuple[str, ...] = ()
    error: FbridgeError | None = None


@dataclass(slots=True)
class _Tally:
    orders: int = 0
    new: int = 0
    changed: int = 0
    rejected: list[RejectedOrder] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)


def fetch_stores(
    context: Context,
    names: Sequence[str],
    *,
    since: datetime | None = None,
    progress: Callable[[FetchProgress], None] | None = None,
) -> tuple[FetchResult, ...]:
    """Fetch several stores at once; one that fails stops no other. ``since`` (aware) reads again from then."""
    return for_each_store(names, lambda name, stop: _fetch_guarded(context, name, since, progress, stop))


@contextmanager
def fetch_turn(database: Database, store: str, folder: Path) -> Iterator[HeldLock]:
    """Take the turn to fetch from this store; it never waits for a push, nor a push for it."""
    busy = f"Another fbridge is fetching from store {store!r}."
    with exclusive(database, f"fetch-{store}", folder, busy) as held:
        yield held


def _fetch_guarded(
    context: Context,
    name: str,
    since: datetime | None,
    progress: Callable[[FetchProgress], None] | None,
    stop: Event,
) -> FetchResult:
    tally = _Tally()
    error = None
    try:
        with (
            open_store(context, name) as opened,
            fetch_turn(context.database, name, context.lock_folder) as held,
        ):
            _fetch(context, opened, held, since, tally, progress, stop)
    except FbridgeError as caught:
        error = caught
        log.warning("fetch from %s ended early after %d orders: %s", name, tally.orders, caught)
    else:
        log.info("fetch from %s: %d orders, %d new, %d changed", name, tally.orders, tally.new, tally.changed)
    return FetchResult(
        store=name,
        orders=tally.orders,
        new=tally.new,
        changed=tally.changed,
        rejected=tuple(tally.rejected),
        notes=tuple(tally.notes),
        error=error,
    )


def _fetch(
    context: Context,
    opened: OpenStore,
    held: HeldLock,
    since: datetime | None,
    tally: _Tally,
    progress: Callable[[FetchProgress], None] | None,
    stop: Event,
) -> None:
    feed = SINCE if since else INCREMENTAL
    query = _query(context, opened, feed, since or _first_day(context, opened))
    cursor = query.cursor or {}
    with closing(opened.adapter.fetch_orders(opened.store, query)) as pages:
        for page in pages:
            cursor = page.cursor
            _store_page(context, opened, held, feed, query, page, tally)
            _report(progress, opened.name, tally, page.remaining, done=False)
            opened.exchanges.begin()
            if stop.is_set():
                return
    with context.database.write() as connection:
        held.fence(connection)
        store_rows.write_cursor(
            connection, opened.name, feed, query.fingerprint, cursor, complete=True, at=context.now()
        )
    _report(progress, opened.name, tally, 0, done=True)


def _query(context: Context, opened: OpenStore, feed: str, since: datetime | None) -> OrderQuery:
    query = OrderQuery(since=since)
    with context.database.read() as connection:
        cursor = store_rows.read_cursor(
            connection, opened.name, feed, query.fingerprint, unfinished_only=feed == SINCE
        )
    return OrderQuery(since=since, cursor=cursor)


def _first_day(context: Context, opened: OpenStore) -> datetime:
    """Midnight, on the user's wall, of the date from which the store's orders count."""
    day = opened.settings.orders_from
    return datetime.combine(day, time.min, context.timezone).astimezone(UTC)


def _store_page(
    context: Context,
    opened: OpenStore,
    held: HeldLock,
    feed: str,
    query: OrderQuery,
    page: OrderPage,
    tally: _Tally,
) -> None:
    """Page and cursor in one transaction: a crash resumes here and loses nothing (C1)."""
    now = context.now()
    with context.database.write() as connection:
        held.fence(connection)
        counts = upsert_page(
            connection,
            opened.name,
            page.orders,
            orders_from=opened.settings.orders_from,
            timezone=context.timezone,
            now=now,
            clocks=StoreClocks(page.served_at, page.put_back_at),
        )
        keep_rejected(connection, opened.name, page.rejected, now)
        store_rows.write_cursor(
            connection, opened.name, feed, query.fingerprint, page.cursor, complete=False, at=now
        )
    tally.orders += len(page.orders)
    tally.new += counts.new
    tally.changed += counts.changed
    tally.rejected.extend(page.rejected)
    if page.note:
        tally.notes[page.note] = None


def _report(
    progress: Callable[[FetchProgress], None] | None,
    store: str,
    tally: _Tally,
    remaining: int | None,
    *,
    done: bool,
) -> None:
    if progress:
        progress(FetchProgress(store=store, orders=tally.orders, remaining=remaining, done=done))
