"""Stores as the database knows them: facts from the last check, cached carrier codes, fetch cursors."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.parts import in_parts
from fbridge.models.platforms import Notice
from fbridge.models.storable_text import storable
from fbridge.storage.restored import first_restored_epoch
from fbridge.storage.tables import MOST_KEYS, cursors, orders, stores
from fbridge.storage.upserts import insert_if_new


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRow:
    """What is kept of a store beside its settings. Times are aware UTC."""

    name: str
    platform: str
    facts: Mapping[str, Any]
    facts_at: datetime | None
    codes_open: bool | None
    codes_at: datetime | None


def ensure_store(connection: Connection, name: str, platform: str, *, at: datetime) -> StoreRow:
    """The row of this store; made when the store is used for the first time."""
    row = find_store(connection, name)
    if row is None:
        restored = first_restored_epoch(connection)
        insert_if_new(
            connection, stores, name=name, platform=platform, created_at=at, facts={}, restored_epoch=restored
        )
        row = find_store(connection, name)
        assert row is not None  # noqa: S101 - there since just now, by whoever was first
    return row


def find_store(connection: Connection, name: str) -> StoreRow | None:
    """The row of this store, or None."""
    row = connection.execute(sa.select(stores).where(stores.c.name == name)).one_or_none()
    if row is None:
        return None
    return StoreRow(
        name=row.name,
        platform=row.platform,
        facts=row.facts,
        facts_at=row.facts_at,
        codes_open=row.codes_open,
        codes_at=row.codes_at,
    )


def lock_store(connection: Connection, name: str) -> None:
    """Keep others from adding orders of this store until the write unit ends (PostgreSQL; alone on SQLite anyway)."""
    connection.execute(sa.select(stores.c.name).where(stores.c.name == name).with_for_update(key_share=True))


def keep_facts(connection: Connection, name: str, facts: Mapping[str, Any], *, at: datetime) -> None:
    """Keep what a check found, for the adapter's next calls. A store that has changed, as where a plugin was switched
    off, may call its carriers otherwise: it is asked again where they matter."""
    one = stores.c.name == name
    before = connection.execute(sa.select(stores.c.facts).where(one)).scalar_one()
    forget = {} if before == facts else {"codes_at": None}
    connection.execute(sa.update(stores).where(one).values(facts=dict(facts), facts_at=at, **forget))


def keep_notices(connection: Connection, name: str, notices: Sequence[Notice] | None) -> None:
    """Keep what somebody has to do about a store; it takes the place of all that was known (None: not told)."""
    if notices is None:
        return
    told = [[notice.since.isoformat(), storable(notice.words)] for notice in notices] or None
    connection.execute(sa.update(stores).where(stores.c.name == name).values(notices=told))


def due_notices(connection: Connection, at: datetime) -> tuple[tuple[str, str], ...]:
    """Pairs of store and words: what has to be done about stores, as far as people are told by ``at`` (aware UTC)."""
    query = sa.select(stores.c.name, stores.c.notices).where(stores.c.notices.is_not(sa.null()))
    return tuple(
        (row.name, words)
        for row in connection.execute(query.order_by(stores.c.name))
        for since, words in row.notices or ()
        if datetime.fromisoformat(since) <= at
    )


def read_cursor(
    connection: Connection, store: str, feed: str, fingerprint: str, *, unfinished_only: bool = False
) -> dict[str, Any] | None:
    """Where the last fetch of this query stopped; None for a first fetch or another query."""
    row = connection.execute(
        sa.select(cursors).where(cursors.c.store == store, cursors.c.feed == feed)
    ).one_or_none()
    if row is None or row.fingerprint != fingerprint or (unfinished_only and row.complete):
        return None
    return dict(row.cursor)


def write_cursor(
    connection: Connection,
    store: str,
    feed: str,
    fingerprint: str,
    cursor: Mapping[str, Any],
    *,
    complete: bool,
    at: datetime,
) -> None:
    """Keep where a fetch stands; called in the transaction that stores its page."""
    values = {"fingerprint": fingerprint, "cursor": dict(cursor), "complete": complete, "updated_at": at}
    key = sa.and_(cursors.c.store == store, cursors.c.feed == feed)
    if not connection.execute(sa.update(cursors).where(key).values(**values)).rowcount:
        connection.execute(sa.insert(cursors).values(store=store, feed=feed, **values))


def fetch_times(connection: Connection, names: Collection[str]) -> dict[str, datetime]:
    """When each of these stores was last fetched."""
    of_orders = sa.and_(cursors.c.store.in_(names), cursors.c.feed == "orders")
    query = sa.select(cursors.c.store, cursors.c.updated_at).where(of_orders)
    return {row.store: row.updated_at for row in connection.execute(query)}


def made_at(connection: Connection, store: str, remote_ids: Sequence[str]) -> dict[str, datetime]:
    """When these orders were made, by remote id, as far as they are known."""
    found: dict[str, datetime] = {}
    for part in in_parts(list(remote_ids), MOST_KEYS):
        query = sa.select(orders.c.remote_id, orders.c.created_at).where(
            orders.c.store == store, orders.c.remote_id.in_(part)
        )
        found |= {row.remote_id: row.created_at for row in connection.execute(query)}
    return found


def order_counts(connection: Connection) -> dict[str, int]:
    """How many orders are stored, by store."""
    query = sa.select(orders.c.store, sa.func.count()).group_by(orders.c.store)
    return {store: count for store, count in connection.execute(query)}  # noqa: C416 - rows, not tuples
