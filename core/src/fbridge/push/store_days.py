"""One store on the page of the day: its last fetch, its open orders by age, and how much stands where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.standing_words import OPEN_ORDERS
from fbridge.orders.filters import OPEN
from fbridge.push.not_at_rest import Stuck
from fbridge.push.status_items import DRIFTED, MISSING_MAIL
from fbridge.settings.status_limits import StatusLimits, is_over
from fbridge.storage.tables import orders
from fbridge.stores.rows import fetch_times

_PUSHED = frozenset({"ready", "retry", "sending", "unconfirmed"})
_SEQUENCE = (
    "needs_attention",
    "refused",
    DRIFTED,
    MISSING_MAIL,
    "undoing",
    "unconfirmed",
    "sending",
    "retry",
    "waiting",
    "ready",
)
"""What needs a person comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """How many things of one kind there are, since when the oldest is so (aware UTC), and what deals with them.

    ``what`` is a stable code: one of ``OPEN_ORDERS``, a shipment's state, ``drifted`` or ``missing_mail``.
    """

    what: str
    count: int
    since: datetime
    age: timedelta
    overdue: bool
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDay:
    """``fetched_at`` is when the store was last fetched (aware UTC), None where it never was."""

    store: str
    fetched_at: datetime | None
    fetch_age: timedelta | None
    fetch_overdue: bool
    next_step: str
    lines: tuple[DayLine, ...]

    @property
    def overdue(self) -> bool:
        """Whether anything of the store is past its limit."""
        return self.fetch_overdue or any(line.overdue for line in self.lines)


OpenOrders = Mapping[tuple[str, str], tuple[int, datetime]]
"""By store and kind, how many there are and when the oldest was made."""


def count_open_orders(connection: Connection, now: datetime) -> OpenOrders:
    """Those with something left to ship."""
    oldest_first = sorted(OPEN_ORDERS.items(), key=lambda one: -one[1])
    made_before = [(orders.c.created_at <= now - age, name) for name, age in oldest_first if age]
    kind = sa.case(*made_before, else_=oldest_first[-1][0])
    query = (
        sa.select(orders.c.store, kind, sa.func.count(), sa.func.min(orders.c.created_at))
        .where(*OPEN)
        .group_by(orders.c.store, kind)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(query)}


def store_days(
    connection: Connection,
    stores: Iterable[str],
    stuck: Mapping[tuple[str, str], Stuck],
    limits: StatusLimits,
    now: datetime,
) -> tuple[StoreDay, ...]:
    """The stores by name; ``stuck`` counts by store and kind what is not at rest."""
    times, open_orders = fetch_times(connection, list(stores)), count_open_orders(connection, now)
    found = []
    for store in sorted(stores):
        at = times.get(store)
        found.append(
            StoreDay(
                store=store,
                fetched_at=at,
                fetch_age=now - at if at else None,
                fetch_overdue=is_over(now - at if at else None, limits.fetch),
                next_step=f"fbridge fetch {store}",
                lines=(
                    *_shipments(store, stuck, now),
                    *_open_orders(store, open_orders, limits, now),
                ),
            )
        )
    return tuple(found)


def _shipments(store: str, stuck: Mapping[tuple[str, str], Stuck], now: datetime) -> Iterator[DayLine]:
    for what in _SEQUENCE:
        if not (of_kind := stuck.get((store, what))):
            continue
        yield DayLine(
            what=what,
            count=of_kind.count,
            since=of_kind.oldest.since,
            age=now - of_kind.oldest.since,
            overdue=of_kind.oldest.overdue,
            next_step=f"fbridge push {store}" if what in _PUSHED else of_kind.oldest.next_step,
        )


def _open_orders(store: str, counted: OpenOrders, limits: StatusLimits, now: datetime) -> Iterator[DayLine]:
    for what, age in OPEN_ORDERS.items():
        if (store, what) not in counted:
            continue
        count, since = counted[store, what]
        yield DayLine(
            what=what,
            count=count,
            since=since,
            age=now - since,
            overdue=is_over(now - since, limits.open_order),
            next_step=f"fbridge orders list --open --store {store} --older-than {age.days}d"
            if age
            else f"fbridge orders list --open --store {store}",
        )
