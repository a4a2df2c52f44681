"""Orders in the database: a page at a time in, single orders out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Order
from fbridge.models.parts import in_parts
from fbridge.orders.order_words import add_words, load_found_by, replace_words
from fbridge.orders.quantities import LineQuantity, refresh_open_quantity
from fbridge.orders.rows import (
    content_hash,
    line_rows,
    order_from_rows,
    order_row,
    store_shipment_to_json,
)
from fbridge.orders.unreadable import clear_understood
from fbridge.storage.events import ORDER_CHANGED, ORDER_NEW, record_all
from fbridge.storage.many_rows import insert_rows
from fbridge.storage.tables import MOST_KEYS, order_lines, orders
from fbridge.stores.rows import lock_store

__all__ = [
    "UpsertCounts",
    "load_orders",
    "lock_orders",
    "order_from_rows",
    "order_ids",
    "refresh_open_quantity",
    "upsert_page",
]


CLOCK_TOLERANCE = timedelta(minutes=1)
"""Servers of one store, and the network between us, are apart by no more."""

REPEATED_HOUR = timedelta(hours=1)
"""On a DST night local times of an hour come twice; such a time tells no order of versions within it."""


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What a page brought: orders never seen, new versions, and what was known (or older than known)."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def upsert_page(
    connection: Connection,
    store: str,
    page: Sequence[Order],
    *,
    orders_from: date | None,
    timezone: ZoneInfo,
    now: datetime,
    clocks: StoreClocks | None = None,
    of_feed: bool = False,
) -> UpsertCounts:
    """Keep these orders, by (store, remote id), in the caller's write unit (C1).

    A version older than the kept one is passed over, unless ``clocks`` show that the kept time is wrong; the same
    time and content changes nothing, nor does the same content of which the store tells no time; anything else
    replaces the order and its lines. Orders created before ``orders_from`` (a date in ``timezone``) are marked
    historic. ``now`` is aware UTC. ``of_feed``: nobody looked at the order for its own sake, so what it was before a
    push, with the same time, is an old page and no news. A new version proves that an order can be read;
    one that is known may come out of a cache, and proves nothing.
    """
    # A fetch and the reading again before a manifest is shipped could both insert one order.
    lock_store(connection, store)
    newest = _newest_of_each(page)
    known = _known(connection, store, newest)
    first_day = _Historic(orders_from, timezone)
    versions = [
        _Version(
            order, content_hash(order), first_day.covers(order), known.get(remote_id), clocks, of_feed=of_feed
        )
        for remote_id, order in newest.items()
    ]
    new = [version for version in versions if version.known is None]
    changed = [version for version in versions if version.known is not None and version.is_news]
    _insert(connection, store, new, now)
    _update(connection, store, changed, now)
    clear_understood(connection, store, [version.order.remote_id for version in (*new, *changed)], now)
    return UpsertCounts(len(new), len(changed), len(page) - len(new) - len(changed))


def keep_store_shipments(connection: Connection, store: str, page: Sequence[Order]) -> None:
    """Keep what the store holds of these orders' shipments, which makes no new version of an order."""
    statement = (
        sa.update(orders)
        .where(orders.c.store == store, orders.c.remote_id == sa.bindparam("of_order"))
        .values(store_shipments=sa.bindparam("held"))
    )
    rows = [
        {"of_order": order.remote_id, "held": [store_shipment_to_json(one) for one in order.shipments]}
        for order in page
    ]
    if rows:
        connection.execute(statement, rows)


def load_orders(connection: Connection, ids: Collection[int]) -> dict[int, Order]:
    """The kept orders by their keys in the database; unknown keys are left out. Two queries for any 500."""
    found: dict[int, Order] = {}
    for part in in_parts(list(ids), MOST_KEYS):
        found |= _load_orders(connection, part)
    return found


def content_hashes(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """By key, what tells the kept version of an order from others; "" where a push has changed it since."""
    found: dict[int, str] = {}
    for part in in_parts(list(ids), MOST_KEYS):
        query = sa.select(orders.c.id, orders.c.content_hash).where(orders.c.id.in_(part))
        found |= {row.id: row.content_hash for row in connection.execute(query)}
    return found


# Made once: putting a query together takes longer than the database takes to answer it.
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_LINES = sa.select(order_lines).where(order_lines.c.order_id.in_(_IDS)).order_by(order_lines.c.position)
_ORDERS = sa.select(orders).where(orders.c.id.in_(_IDS)).order_by(orders.c.id)


def _load_orders(connection: Connection, ids: Sequence[int]) -> dict[int, Order]:
    lines = defaultdict(list)
    for line in connection.execute(_LINES, {"ids": ids}).mappings():
        lines[line["order_id"]].append(line)
    rows = connection.execute(_ORDERS, {"ids": ids}).mappings()
    return {row["id"]: order_from_rows(row, lines[row["id"]]) for row in rows}


def lock_orders(connection: Connection, ids: Collection[int]) -> None:
    """Keep other writers off these orders until the write unit ends (PostgreSQL; alone on SQLite anyway).

    Rows are locked in the sequence of their keys, after manifests and before shipments, so that two programs
    never wait for each other.
    """
    for part in in_parts(sorted(ids), MOST_KEYS):
        query = sa.select(orders.c.id).where(orders.c.id.in_(part)).order_by(orders.c.id)
        connection.execute(query.with_for_update(key_share=True))


def order_ids(connection: Connection, store: str, remote_ids: Collection[str]) -> dict[str, int]:
    """The keys in the database of a store's orders, by remote id; unknown ones are left out."""
    query = sa.select(orders.c.remote_id, orders.c.id).where(
        orders.c.store == store, orders.c.remote_id.in_(remote_ids)
    )
    return {row.remote_id: row.id for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class StoreClocks:
    """``served_at`` is the store's clock now, ``put_back_at`` when by ours it was last found put back (aware UTC)."""

    served_at: datetime | None = None
    put_back_at: datetime | None = None

    def distrust(self, changed_at: datetime, fetched_at: datetime) -> bool:
        """Whether a change that was kept then may show a later time than one that came after it."""
        from_the_future = self.served_at is not None and changed_at > self.served_at + CLOCK_TOLERANCE
        return from_the_future or (self.put_back_at is not None and fetched_at < self.put_back_at)


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    changed_at: datetime
    fetched_at: datetime
    ambiguous_time: bool
    content_hash: str
    outdated_hash: str
    version: int


@dataclass(frozen=True, slots=True)
class _Version:
    """An order as it came, beside what is kept of it."""

    order: Order
    hash: str
    historic: bool
    known: _Known | None
    clocks: StoreClocks | None
    of_feed: bool

    @property
    def is_news(self) -> bool:
        if self.known is None:
            return True
        if self.order.untold_time:
            return self._is_other(self.known)
        apart = self.order.changed_at - self.known.changed_at
        ambiguous = self.order.ambiguous_time or self.known.ambiguous_time
        if self.clocks and self.clocks.distrust(self.known.changed_at, self.known.fetched_at):
            return self.hash != self.known.content_hash
        if not apart or (ambiguous and abs(apart) <= REPEATED_HOUR):
            return self._is_other(self.known)
        return apart > timedelta(0)

    def _is_other(self, known: _Known) -> bool:
        """Whether it shows something else at the same time."""
        # What was undone since is known to pages from after the push alone.
        of_before_a_push = self.of_feed and self.hash == known.outdated_hash and not self.order.undone
        return self.hash != known.content_hash and not of_before_a_push

    def row(self, now: datetime) -> dict[str, Any]:
        return {
            **order_row(self.order),
            "historic": self.historic,
            "content_hash": self.hash,
            "outdated_hash": "",
            "fulfillment": self.order.fulfillment_state,
            "open_quantity": sum(LineQuantity(line).free for line in self.order.lines),
            "fetched_at": now,
        }


@dataclass(frozen=True, slots=True)
class _Historic:
    orders_from: date | None
    timezone: ZoneInfo

    def covers(self, order: Order) -> bool:
        """Whether the order is older than the first day that counts."""
        if self.orders_from is None:
            return False
        return order.created_at.astimezone(self.timezone).date() < self.orders_from


def _newest_of_each(page: Sequence[Order]) -> dict[str, Order]:
    newest: dict[str, Order] = {}
    for order in page:
        other = newest.get(order.remote_id)
        if other is None or order.changed_at >= other.changed_at:
            newest[order.remote_id] = order
    return newest


def _known(connection: Connection, store: str, remote_ids: Iterable[str]) -> dict[str, _Known]:
    columns = orders.c
    query = (
        sa.select(
            columns.id,
            columns.remote_id,
            columns.changed_at,
            columns.fetched_at,
            columns.ambiguous_time,
            columns.content_hash,
            columns.outdated_hash,
            columns.version,
        )
        .where(columns.store == store, columns.remote_id.in_(list(remote_ids)))
        .order_by(columns.id)
        .with_for_update(key_share=True)
    )
    return {
        row.remote_id: _Known(
            row.id,
            row.changed_at,
            row.fetched_at,
            row.ambiguous_time,
            row.content_hash,
            row.outdated_hash,
            row.version,
        )
        for row in connection.execute(query)
    }


def _insert(connection: Connection, store: str, new: Sequence[_Version], now: datetime) -> None:
    if not new:
        return
    shared = {"store": store, "version": 1, "first_seen_at": now}
    rows = [{**version.row(now), **shared} for version in new]
    insert_rows(connection, orders, rows)
    ids = order_ids(connection, store, [version.order.remote_id for version in new])
    _insert_lines(connection, [(ids[version.order.remote_id], version.order) for version in new])
    _tell(connection, store, ORDER_NEW, [(ids[one.order.remote_id], one) for one in new], now)
    add_words(connection, ((ids[row["remote_id"]], row) for row in rows))


def _update(connection: Connection, store: str, changed: Sequence[_Version], now: datetime) -> None:
    known = [(version, version.known) for version in changed if version.known is not None]
    if not known:
        return
    rows = [{**version.row(now), "key": row.id, "version": row.version + 1} for version, row in known]
    ids = [row.id for _, row in known]
    before = list(load_found_by(connection, orders.c.id.in_(ids)))
    connection.execute(sa.update(orders).where(orders.c.id == sa.bindparam("key")), rows)
    replace_words(connection, before, {row["key"]: row for row in rows})
    connection.execute(sa.delete(order_lines).where(order_lines.c.order_id.in_(ids)))
    _insert_lines(connection, [(row.id, version.order) for version, row in known])
    refresh_open_quantity(connection, ids)
    _tell(connection, store, ORDER_CHANGED, [(row.id, version) for version, row in known], now)


def _tell(
    connection: Connection, store: str, kind: str, versions: Sequence[tuple[int, _Version]], now: datetime
) -> None:
    """For programs that follow; orders from before the first day count as done, and there may be a million."""
    rows = [
        {"at": now, "kind": kind, "words": _state_words(one.order), "store": store, "order_id": order_id}
        for order_id, one in versions
        if not one.historic
    ]
    record_all(connection, rows)


def _state_words(order: Order) -> str:
    doubts = ", ".join(doubt.code for doubt in order.doubts)
    marked = f", marked ({doubts})" if doubts else ""
    return f"{order.status}, {order.fulfillment_state}, {order.payment.kind}{marked}"


def _insert_lines(connection: Connection, of_orders: Iterable[tuple[int, Order]]) -> None:
    rows = [row for order_id, order in of_orders for row in line_rows(order_id, order)]
    insert_rows(connection, order_lines, rows)
