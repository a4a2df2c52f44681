"""Fetching orders: incremental, resumable, several stores side by side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from threading import Event

from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import FbridgeError, RefusedError, UnreachableError
from fbridge.models.orders import RejectedOrder
from fbridge.models.parts import in_parts
from fbridge.models.platforms import Cursor, OrderPage, OrderQuery
from fbridge.orders.kept_back import kept_back
from fbridge.orders.storage import StoreClocks, upsert_page
from fbridge.orders.unreadable import (
    clear_understood,
    count_unreadable,
    due_again,
    keep_unread,
    let_rest,
    postpone,
)
from fbridge.storage.database import Database
from fbridge.storage.locks import HeldLock, exclusive
from fbridge.storage.tables import MOST_KEYS
from fbridge.stores import rows as store_rows
from fbridge.stores.each_store import for_each_store
from fbridge.stores.open_store import OpenStore, open_store

log = logging.getLogger("fbridge.fetch")

INCREMENTAL = "orders"
SINCE = "orders-since"
A_FEW = 5
PATIENCE = 1.0  # seconds after Ctrl-C; a read may be broken off at any moment


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

    ``rejected`` are the orders that were read and not understood, ``unreadable`` counts all of the store that cannot
    be read; what a person has set aside is in neither. ``notes`` are sentences that a person should know of it.
    """

    store: str
    orders: int = 0
    new: int = 0
    changed: int = 0
    rejected: tuple[RejectedOrder, ...] = ()
    unreadable: int = 0
    notes: tuple[str, ...] = ()
    error: FbridgeError | None = None


@dataclass(slots=True)
class Tally:
    """What a fetch has kept so far."""

    orders: int = 0
    new: int = 0
    changed: int = 0
    rejected: dict[str, RejectedOrder] = field(default_factory=dict)
    unreadable: int = 0
    notes: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetching:
    """One store, while this process has the turn to fetch from it."""

    context: Context
    opened: OpenStore
    held: HeldLock
    tally: Tally
    progress: Callable[[FetchProgress], None] | None
    stop: Event

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write unit that only the holder of the turn can commit."""
        with self.context.database.write() as connection:
            self.held.fence(connection)
            yield connection

    @contextmanager
    def page(self, page: OrderPage, orders: int) -> Iterator[Connection]:
        """Keep a page, what could not be read of it, and whatever the caller adds (its cursor), in one transaction:
        a crash resumes here and loses nothing (C1). So many ``orders`` are told once they are kept."""
        now = self.context.now()
        with self.write() as connection:
            counts = upsert_page(
                connection,
                self.opened.name,
                page.orders,
                orders_from=self.opened.settings.orders_from,
                timezone=self.context.timezone,
                now=now,
                clocks=StoreClocks(page.served_at, page.put_back_at),
                of_feed=True,
            )
            if any(order.undone for order in page.orders):
                from fbridge.push.undone import note_undone  # what a push needs comes with it

                note_undone(connection, self.opened.name, page.orders, now)
            rejected = keep_unread(connection, self.opened.name, page, now)
            store_rows.keep_notices(connection, self.opened.name, page.notices)
            yield connection
        self.tally.orders += orders
        self.tally.new += counts.new
        self.tally.changed += counts.changed
        self.tally.rejected |= {order.remote_id: order for order in rejected}
        if page.note:
            self.tally.notes[page.note] = None
        self.report(page.remaining)
        self.opened.exchanges.begin()

    def report(self, remaining: int | None, *, done: bool = False) -> None:
        """Tell how far it is."""
        if self.progress:
            told = FetchProgress(
                store=self.opened.name, orders=self.tally.orders, remaining=remaining, done=done
            )
            self.progress(told)


def fetch_stores(
    context: Context,
    names: Sequence[str],
    *,
    since: datetime | None = None,
    progress: Callable[[FetchProgress], None] | None = None,
) -> tuple[FetchResult, ...]:
    """Fetch several stores at once; one that fails stops no other. ``since`` (aware) reads again from then."""
    return for_each_store(
        "fetch",
        names,
        lambda name, stop: fetch_store(context, name, stop=stop, since=since, progress=progress),
        patience=PATIENCE,
    )


@contextmanager
def fetch_turn(database: Database, store: str, folder: Path) -> Iterator[HeldLock]:
    """Take the turn to fetch from this store; it never waits for a push, nor a push for it."""
    busy = f"Another fbridge is fetching from store {store!r}."
    with exclusive(database, f"fetch-{store}", folder, busy) as held:
        yield held


def fetch_store(
    context: Context,
    name: str,
    *,
    stop: Event,
    since: datetime | None = None,
    progress: Callable[[FetchProgress], None] | None = None,
) -> FetchResult:
    """Fetch one store; its error is in the result. ``stop`` ends it after a page."""
    tally, started = Tally(), context.now()
    error = None
    try:
        with (
            open_store(context, name) as opened,
            fetch_turn(context.database, name, context.lock_folder) as held,
        ):
            fetching = Fetching(context, opened, held, tally, progress, stop)
            _count_unreadable(fetching)
            fetch_changes(fetching, since)
            if not stop.is_set():
                _read_again(fetching, started)
                _read_kept_back(fetching, started)
                fetching.report(0, done=True)
            _count_unreadable(fetching)
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
        rejected=tuple(tally.rejected.values()),
        unreadable=tally.unreadable,
        notes=tuple(tally.notes),
        error=error,
    )


def fetch_changes(fetching: Fetching, since: datetime | None) -> None:
    """All that is new or changed, from where the last fetch ended."""
    context, opened = fetching.context, fetching.opened
    feed = SINCE if since else INCREMENTAL
    query = _query(context, opened, feed, since or first_day(context, opened))
    cursor = query.cursor or {}
    with closing(opened.adapter.fetch_orders(opened.store, query)) as pages:
        for page in pages:
            cursor = page.cursor
            with fetching.page(page, len(page.orders)) as connection:
                _write_cursor(fetching, connection, feed, query, cursor, complete=False)
            if fetching.stop.is_set():
                return
    with fetching.write() as connection:
        _write_cursor(fetching, connection, feed, query, cursor, complete=True)


def _read_again(fetching: Fetching, started: datetime) -> None:
    """The orders that could not be read before, by id.

    Where the store breaks off at many of them it looks as if the store itself could not be read, and a batch fails
    whole: then a few are read, the others rest, and come first next time.
    """
    store, now = fetching.opened.name, fetching.context.now()
    with fetching.context.database.read() as connection:
        due = due_again(connection, store, started=started, now=now)
    try:
        for part in in_parts(due, MOST_KEYS):
            if fetching.stop.is_set():
                return
            read_by_id(fetching, part)
    except (RefusedError, UnreachableError) as error:
        log.warning("reading %d orders of %s again ended early: %s", len(due), store, error)
        read_by_id(fetching, due[:A_FEW])
        with fetching.write() as connection:
            let_rest(connection, store, due[A_FEW:], fetching.context.now())


def read_by_id(fetching: Fetching, order_ids: Sequence[str]) -> None:
    """Each page is kept for itself, so nothing is lost between."""
    opened, told = fetching.opened, set[str]()
    with closing(opened.adapter.fetch_orders(opened.store, OrderQuery(order_ids=tuple(order_ids)))) as pages:
        for page in map(opened.without_hidden, pages):
            read = [order.remote_id for order in page.orders]
            with fetching.page(page, len(read)) as connection:
                clear_understood(connection, opened.name, read, fetching.context.now())
            told |= {*read, *(one.remote_id for one in page.rejected), *page.absent}
    with fetching.write() as connection:
        postpone(connection, opened.name, set(order_ids) - told, fetching.context.now())


def _read_kept_back(fetching: Fetching, started: datetime) -> None:
    """The orders of which the store keeps goods back, by id: it need not tell that it does so no more."""
    opened = fetching.opened
    with fetching.context.database.read() as connection:
        held = tuple(kept_back(connection, opened.name, started=started))
    if not held or fetching.stop.is_set():
        return
    try:
        with closing(opened.adapter.fetch_orders(opened.store, OrderQuery(order_ids=held))) as pages:
            for page in pages:
                with fetching.page(page, 0):
                    pass
    except (RefusedError, UnreachableError) as error:
        log.warning("%d orders of %s that are kept back were not all read: %s", len(held), opened.name, error)


def _write_cursor(
    fetching: Fetching,
    connection: Connection,
    feed: str,
    query: OrderQuery,
    cursor: Cursor,
    *,
    complete: bool,
) -> None:
    store, now = fetching.opened.name, fetching.context.now()
    question = _question(fetching.opened, query)
    store_rows.write_cursor(connection, store, feed, question, cursor, complete=complete, at=now)


def _count_unreadable(fetching: Fetching) -> None:
    with fetching.context.database.read() as connection:
        fetching.tally.unreadable = count_unreadable(connection, fetching.opened.name)


def _query(context: Context, opened: OpenStore, feed: str, since: datetime | None) -> OrderQuery:
    query = OrderQuery(since=since)
    with context.database.read() as connection:
        cursor = store_rows.read_cursor(
            connection, opened.name, feed, _question(opened, query), unfinished_only=feed == SINCE
        )
    return OrderQuery(since=since, cursor=cursor)


def _question(opened: OpenStore, query: OrderQuery) -> str:
    """Tells whether a cursor may go on: where orders mean something else by now, all are read again."""
    return "-".join(filter(None, (query.fingerprint, opened.meaning_print)))


def first_day(context: Context, opened: OpenStore) -> datetime:
    """Midnight, on the user's wall, of the date from which the store's orders count."""
    day = opened.settings.orders_from
    return datetime.combine(day, time.min, context.timezone).astimezone(UTC)
