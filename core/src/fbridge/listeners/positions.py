"""How far each listener was told, and what is wrong with one: the rows of ``listeners``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.events import HOOK_OF_KIND
from fbridge.storage.listener_tables import listeners
from fbridge.storage.tables import events
from fbridge.storage.upserts import insert_if_new

_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
_DISORDER = timedelta(minutes=10)
_CONCERNS = events.c.kind.in_(HOOK_OF_KIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerPosition:
    """``after`` is the last event that the listener was told; ``fault`` why it did not take the next, "" where all
    is well; ``next_at`` when commands try again by themselves."""

    name: str
    after: int
    told_at: datetime | None = None
    fault: str = ""
    fault_since: datetime | None = None
    tries: int = 0
    next_at: datetime | None = None


def is_due(position: ListenerPosition, now: datetime) -> bool:
    """Whether commands tell it by themselves: nothing is wrong with it, or it is tried again."""
    return position.next_at is None or position.next_at <= now


def next_step(name: str, *, is_installed: bool = True) -> str:
    """What a person types for a listener that was not told everything."""
    return f"fbridge listeners run {name}" if is_installed else f"fbridge listeners forget {name}"


def load_positions(connection: Connection) -> Mapping[str, ListenerPosition]:
    """Those of all listeners that were ever found, by name."""
    rows = connection.execute(sa.select(listeners).order_by(listeners.c.name))
    return {
        row.name: ListenerPosition(
            name=row.name,
            after=row.position,
            told_at=row.told_at,
            fault=row.fault,
            fault_since=row.fault_since,
            tries=row.tries,
            next_at=row.next_at,
        )
        for row in rows
    }


def take_up(connection: Connection, name: str, after: int) -> None:
    """A listener was found for the first time. Whoever comes second changes nothing."""
    insert_if_new(connection, listeners, name=name, position=after)


def keep(connection: Connection, name: str, after: int, *, told_at: datetime | None = None) -> None:
    """It was told everything up to ``after`` (``told_at``: the last of it was told then), and nothing is wrong any
    more."""
    well = {"fault": "", "fault_since": None, "tries": 0, "next_at": None}
    told = {"told_at": told_at} if told_at else {}
    _update(connection, name, position=after, **told, **well)


def note_fault(connection: Connection, found: ListenerPosition, fault: str, *, at: datetime) -> None:
    """It did not take the event after ``found.after``; commands try again after a wait that grows to an hour."""
    wait = min(_FIRST_WAIT * 2 ** min(found.tries, 10), _LONGEST_WAIT)
    since = found.fault_since or at
    _update(connection, found.name, fault=fault, fault_since=since, tries=found.tries + 1, next_at=at + wait)


def _update(connection: Connection, name: str, **values: object) -> None:
    connection.execute(sa.update(listeners).where(listeners.c.name == name).values(**values))


def forget(connection: Connection, name: str) -> bool:
    """Whether there was one of this name."""
    return bool(connection.execute(sa.delete(listeners).where(listeners.c.name == name)).rowcount)


def first_untold(connection: Connection, after: int) -> datetime | None:
    """When the first event happened that a listener was not told."""
    query = sa.select(events.c.at).where(events.c.id > after, _CONCERNS).order_by(events.c.id).limit(1)
    found: datetime | None = connection.execute(query).scalar()
    return found


def count_untold(connection: Connection, after: int) -> int:
    """How many events a listener was not told."""
    query = sa.select(sa.func.count()).select_from(events).where(events.c.id > after, _CONCERNS)
    return int(connection.execute(query).scalar_one())


def last_before(connection: Connection, moment: datetime) -> int:
    """The event before the first that happened at ``moment`` or later; numbers and times need not agree quite."""
    long_before = events.c.at < moment - _DISORDER
    anchor = sa.select(events.c.id).where(long_before).order_by(events.c.id.desc()).limit(1)
    after = int(connection.execute(anchor).scalar() or 0)
    first = sa.select(sa.func.min(events.c.id)).where(events.c.id > after, events.c.at >= moment)
    if (found := connection.execute(first).scalar()) is not None:
        return int(found) - 1
    return int(connection.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0)
