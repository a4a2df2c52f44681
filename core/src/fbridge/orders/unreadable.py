"""Orders that cannot be read: kept with their reason until understood, gone or set aside (docs/states.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from fbridge.models.orders import RejectedOrder
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderPage
from fbridge.models.storable_text import storable
from fbridge.storage import events
from fbridge.storage.tables import MOST_KEYS, orders, rejected_orders
from fbridge.stores.rows import lock_store

SHARE_OF_AGE = 4
LONGEST_WAIT = timedelta(hours=12)
"""An order rests for a quarter of the time for which it could not be read, and for half a day at most: so a
fetch that runs once a day always reads it again."""

MOST_AT_ONCE = 500
LONGEST_UNTRIED = timedelta(hours=20)
"""Of more orders than so many, a fetch reads again those that wait longest, and all not tried for so long."""

GONE_AFTER = timedelta(minutes=10)
"""A lagging copy or a filter may hide an order: gone is what two looks, so far apart, do not show."""

NOT_SHOWN = "the store does not show it any more; it is looked for once more before it counts as gone"
GONE = "the store has no such order any more"
BY_THE_STORE = "the store"

ORDER_UNREADABLE = "order_unreadable"
"""The reason code of whatever is held up by an order that cannot be read."""

_KEY = rejected_orders.c


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableOrder:
    """An order that its adapter could not read when it was last tried.

    ``ref`` is how commands name it. ``known``: an earlier version of it was read. ``next_at`` is when it is read
    again at the earliest, None where a person has set it aside: then ``set_aside_at``, ``set_aside_by`` and
    ``set_aside_reason`` tell of that. Times are aware UTC.
    """

    ref: str
    store: str
    remote_id: str
    number: str
    reason: str
    known: bool
    first_seen_at: datetime
    tried_at: datetime
    tries: int
    next_at: datetime | None
    set_aside_at: datetime | None
    set_aside_by: str
    set_aside_reason: str

    @property
    def gone(self) -> bool:
        """Its store no longer has it, so nobody can do anything about it."""
        return self.reason == GONE


def cannot_be_read(reason: str) -> str:
    """The sentence that every command says of such an order."""
    return f"the order cannot be read: {reason.rstrip('.')}"


def keep_unread(
    connection: Connection, store: str, page: OrderPage, now: datetime
) -> tuple[RejectedOrder, ...]:
    """Keep what a page says of orders that could not be read (C2) and of those that are not there.

    Gives those of its rejected orders that nobody has set aside. One that was set aside for another reason is no
    longer. ``now`` is aware UTC; the caller's write unit also holds the page's cursor and its orders.
    """
    newest = {storable(one.remote_id, 128): one for one in page.rejected}
    if newest:
        lock_store(connection, store)
    known = _rows_of(connection, store, newest)
    made = [_first(store, key, one, now) for key, one in newest.items() if key not in known]
    again = {key: _again(known[key], one, now) for key, one in newest.items() if key in known}
    if made:
        connection.execute(sa.insert(rejected_orders), made)
    _update(connection, store, list(again.values()))
    news = {row["remote_id"]: row["reason"] for row in made}
    news |= {key: row["reason"] for key, row in again.items() if row["reason"] != known[key].reason}
    for remote_id, reason in news.items():
        _tell(connection, store, remote_id, "order.unreadable", cannot_be_read(reason), now)
    note_absent(connection, store, page.absent, now)
    return tuple(one for key, one in newest.items() if not again.get(key, {}).get("set_aside_at"))


def _first(store: str, remote_id: str, order: RejectedOrder, now: datetime) -> dict[str, Any]:
    return {
        "store": store,
        "remote_id": remote_id,
        "number": storable(order.number, 128),
        "reason": storable(order.reason),
        "first_seen_at": now,
        "tried_at": now,
        "next_at": now,
    }


def _again(known: Row[Any], order: RejectedOrder, now: datetime) -> dict[str, Any]:
    reason = storable(order.reason)
    same = reason == known.reason
    return {
        "of_order": known.remote_id,
        "number": storable(order.number, 128) or known.number,
        "reason": reason,
        "tried_at": now,
        "tries": known.tries + 1,
        "next_at": now + wait_after(now - known.first_seen_at),
        "set_aside_at": known.set_aside_at if same else None,
    }


def wait_after(age: timedelta) -> timedelta:
    """How long an order rests that could not be read for so long."""
    return min(max(age, timedelta(0)) / SHARE_OF_AGE, LONGEST_WAIT)


def clear_understood(connection: Connection, store: str, remote_ids: Iterable[str], now: datetime) -> None:
    """These orders were read, anew or past every cache: they are no longer among those that cannot be."""
    for part in in_parts(list(remote_ids), MOST_KEYS):
        ours = sa.and_(_KEY.store == store, _KEY.remote_id.in_(part))
        ended = connection.execute(sa.delete(rejected_orders).where(ours).returning(_KEY.remote_id)).scalars()
        for remote_id in ended.all():
            _tell(connection, store, remote_id, "order.readable", "the order can be read again", now)


def note_absent(connection: Connection, store: str, remote_ids: Iterable[str], now: datetime) -> None:
    """The store does not show these orders. What two looks do not show is gone: it is set aside with that for a
    reason, so that its name still means something; where it comes back, it is like any other."""
    known = [row for row in _rows_of(connection, store, remote_ids).values() if not row.set_aside_at]
    first = [row for row in known if row.reason not in (NOT_SHOWN, GONE)]
    gone = [row for row in known if row not in first and now - row.tried_at >= GONE_AFTER]
    again = {"tried_at": now, "next_at": now + GONE_AFTER, "reason": NOT_SHOWN}
    aside = {"set_aside_at": now, "set_aside_by": BY_THE_STORE, "set_aside_reason": "", "reason": GONE}
    _update(
        connection, store, [{"of_order": row.remote_id, "tries": row.tries + 1, **again} for row in first]
    )
    _update(connection, store, [{"of_order": row.remote_id, **aside} for row in gone])
    for rows, kind, words in ((first, "order.not_shown", NOT_SHOWN), (gone, "order.gone", GONE)):
        for row in rows:
            _tell(connection, store, row.remote_id, kind, f"the order that cannot be read: {words}", now)


def due_again(connection: Connection, store: str, *, started: datetime, now: datetime) -> Sequence[str]:
    """The remote ids that a fetch, begun at ``started``, reads again: those that rested long enough.

    What this fetch has tried already, and what a person set aside, is not among them; neither is what has no id.
    """
    rested = sa.and_(_KEY.next_at <= now, _KEY.tried_at < started)
    of_the_future = _KEY.tried_at > now  # by a clock of ours that was wrong then
    query = (
        sa.select(_KEY.remote_id, _KEY.tried_at)
        .where(_KEY.store == store, _KEY.set_aside_at.is_(None), _KEY.remote_id != "")
        .where(sa.or_(rested, of_the_future))
        .order_by(_KEY.tried_at, _KEY.remote_id)
    )
    rows = connection.execute(query).all()
    latest = now - LONGEST_UNTRIED
    return [row.remote_id for place, row in enumerate(rows) if place < MOST_AT_ONCE or row.tried_at <= latest]


def postpone(connection: Connection, store: str, remote_ids: Collection[str], now: datetime) -> None:
    """The store said nothing of these orders although they were asked for: they are asked for again later."""
    known = _rows_of(connection, store, remote_ids)
    tried = [{**_resting(row, now), "tries": row.tries + 1, "tried_at": now} for row in known.values()]
    _update(connection, store, tried)


def let_rest(connection: Connection, store: str, remote_ids: Collection[str], now: datetime) -> None:
    """These orders were not tried after all: they rest, and then come before those that were."""
    known = _rows_of(connection, store, remote_ids)
    _update(connection, store, [_resting(row, now) for row in known.values()])


def _resting(row: Row[Any], now: datetime) -> dict[str, Any]:
    return {"of_order": row.remote_id, "next_at": now + wait_after(now - row.first_seen_at)}


def count_unreadable(connection: Connection, store: str) -> int:
    """How many of a store's orders cannot be read and were not set aside."""
    query = (
        sa.select(sa.func.count())
        .select_from(rejected_orders)
        .where(_KEY.store == store, _KEY.set_aside_at.is_(None))
    )
    return int(connection.execute(query).scalar_one())


def load_unreadable(
    connection: Connection, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> tuple[UnreadableOrder, ...]:
    """The orders that cannot be read, the oldest first; conditions are on ``rejected_orders``."""
    earlier = sa.and_(orders.c.store == _KEY.store, orders.c.remote_id == _KEY.remote_id)
    query = (
        sa.select(rejected_orders, orders.c.id.is_not(None).label("known"), orders.c.number.label("known_as"))
        .select_from(rejected_orders.outerjoin(orders, earlier))
        .where(*conditions)
        .order_by(_KEY.first_seen_at, _KEY.store, _KEY.remote_id)
        .limit(limit)
    )
    return tuple(_unreadable(row) for row in connection.execute(query))


def _unreadable(row: Row[Any]) -> UnreadableOrder:
    number = row.number or row.known_as or ""
    return UnreadableOrder(
        ref=f"{row.store}:{number or f'id={row.remote_id}'}",
        store=row.store,
        remote_id=row.remote_id,
        number=number,
        reason=row.reason,
        known=bool(row.known),
        first_seen_at=row.first_seen_at,
        tried_at=row.tried_at,
        tries=row.tries,
        next_at=None if row.set_aside_at else row.next_at,
        set_aside_at=row.set_aside_at,
        set_aside_by=row.set_aside_by if row.set_aside_at else "",
        set_aside_reason=row.set_aside_reason if row.set_aside_at else "",
    )


def _rows_of(connection: Connection, store: str, remote_ids: Iterable[str]) -> Mapping[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for part in in_parts(list(remote_ids), MOST_KEYS):
        query = sa.select(rejected_orders).where(_KEY.store == store, _KEY.remote_id.in_(part))
        found |= {row.remote_id: row for row in connection.execute(query)}
    return found


def _update(connection: Connection, store: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """``of_order`` in each row is the remote id, all else are columns."""
    this = (_KEY.store == store, _KEY.remote_id == sa.bindparam("of_order"))
    if rows:
        connection.execute(sa.update(rejected_orders).where(*this), rows)


def _tell(connection: Connection, store: str, remote_id: str, kind: str, words: str, now: datetime) -> None:
    events.record(connection, kind, words, at=now, store=store, remote_order_id=remote_id)
