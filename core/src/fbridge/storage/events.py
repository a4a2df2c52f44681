"""What happened, for ``explain``: one row for each act of a person and each change of state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.storage.database import Database
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
    if rows:
        connection.execute(sa.insert(events), [{"who": _who.get(), **row} for row in rows])


def last_event(database: Database) -> int:
    """The last event that no earlier one can come after any more; 0 where nothing has happened yet.

    On PostgreSQL a writer may have taken its number and not committed: whoever goes on from a later one would never
    see it. The lock waits for all that are writing, and lets nobody take a number until the last one is read.
    """
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("LOCK TABLE events IN SHARE MODE"))
        return int(connection.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0)
