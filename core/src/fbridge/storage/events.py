"""What happened, for ``explain``: one row for each act of a person and each change of state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.errors import InputError
from fbridge.storage.database import Database
from fbridge.storage.many_rows import insert_rows
from fbridge.storage.tables import events

_who: ContextVar[str | None] = ContextVar("who", default=None)


@contextmanager
def acting_as(who: str) -> Iterator[None]:
    """What happens in this block was done by this account or token; the terminal's user has no name."""
    before = _who.set(who or None)
    try:
        yield
    finally:
        _who.reset(before)


def record(
    connection: Connection,
    kind: str,
    words: str,
    *,
    at: datetime,
    store: str | None = None,
    order_id: int | None = None,
    remote_order_id: str | None = None,
    shipment_id: int | None = None,
    manifest_id: int | None = None,
) -> None:
    """Write down one event in the write unit of the act itself.

    ``kind`` is a stable code such as ``shipment.created``, ``words`` a sentence without secrets or addresses,
    ``at`` aware UTC. ``remote_order_id`` with ``store`` means an order that may never have been read.
    """
    connection.execute(
        sa.insert(events).values(
            at=at,
            kind=kind,
            words=words,
            who=_who.get(),
            store=store,
            order_id=order_id,
            remote_order_id=remote_order_id,
            shipment_id=shipment_id,
            manifest_id=manifest_id,
        )
    )


ORDER_NEW, ORDER_CHANGED = "order.new", "order.changed"
OF_THE_STORE = (ORDER_NEW, ORDER_CHANGED)
"""What a store did, and nobody here: programs follow it, and no story of an order is made of it."""


def record_all(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many events of one kind of rows at once; the columns are those of :func:`record`."""
    insert_rows(connection, events, [{"who": _who.get(), **row} for row in rows])


def last_event(database: Database) -> int:
    """The last event that no earlier one can come after any more; 0 where nothing has happened yet.

    On PostgreSQL a writer may have taken its number and not committed: whoever goes on from a later one would never
    see it. The lock waits for all that are writing, and lets nobody take a number until the last one is read.
    """
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("LOCK TABLE events IN SHARE MODE"))
        return int(connection.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0)


def last_event_from(database: Database, since: int) -> int:
    """:func:`last_event`, for who goes on from ``since``. Raises InputError (``cursor_ahead``) where that has not
    happened yet: the database was restored by other means than those of fbridge, or it is another one."""
    upto = last_event(database)
    if since > upto:
        raise InputError(
            f"Event {since} has not happened: the last one is {upto}. If the database was restored, go on from an "
            "event before the backup was made.",
            reason="cursor_ahead",
        )
    return upto


DATABASE_RESTORED = "database.restored"
_PER_SECOND = 2
"""Ids are left free for so many events a second: more than any office has, and 2**31 of them last until 2060."""
_FIRST_SECOND = datetime(2026, 1, 1, tzinfo=UTC)
_IF_EVER_BUSIER = 1_000_000
_ONE_RESTORE = timedelta(hours=1)


def record_restored(connection: Connection, *, at: datetime, is_first: bool = True) -> None:
    """Tell that the database is older than what happened; its next events have ids that the lost one never gave out.

    So whoever followed the lost one goes on from where it was, is told of this, and misses nothing that comes. With
    ``is_first`` False nothing is done where it was told within the hour: each store notices the same restore.
    ``at`` is aware UTC.
    """
    free = _free_at(at)
    if not is_first and _was_told(connection, max(_free_at(at - _ONE_RESTORE), 0)):
        return
    last = int(connection.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0)
    first = free if free > last else last + _IF_EVER_BUSIER
    words = "The database was put back, or begun anew: what happened after its backup it does not know."
    values: dict[str, Any] = {"at": at, "kind": DATABASE_RESTORED, "words": words}
    if connection.dialect.name == "sqlite":
        values["id"] = first  # the next one is one more than the highest
    else:
        _go_on_from(connection, first)
    connection.execute(sa.insert(events).values(values))


def _free_at(moment: datetime) -> int:
    return int((moment - _FIRST_SECOND).total_seconds()) * _PER_SECOND


def _was_told(connection: Connection, since: int) -> bool:
    told = sa.select(events.c.id).where(events.c.id >= since, events.c.kind == DATABASE_RESTORED).limit(1)
    return connection.execute(told).first() is not None


def _go_on_from(connection: Connection, first: int) -> None:
    """On PostgreSQL: the next number, where this user may set it; else ids are given out again."""
    if connection.execute(_MAY_SET).scalar_one():
        connection.execute(_SET, {"first": first})


_MAY_SET = sa.text("SELECT has_sequence_privilege(pg_get_serial_sequence('events', 'id'), 'UPDATE')")
_SET = sa.text("SELECT setval(pg_get_serial_sequence('events', 'id'), :first, false)")
