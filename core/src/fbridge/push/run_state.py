"""What one store's push run carries along, and the acts that every part of it shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.models.fulfillments import Fulfillment, Preview
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage
from fbridge.models.push import LedgerRow
from fbridge.models.states import OrderStatus, PushState
from fbridge.models.transitions import Mover
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.rows import content_hash
from fbridge.orders.storage import content_hashes, keep_store_shipments, load_orders, lock_orders, upsert_page
from fbridge.orders.unreadable import clear_understood, keep_unread
from fbridge.push import ledger
from fbridge.push.decide import (
    GOES_OUT,
    Allowed,
    Decision,
    PushPolicy,
    decide_order,
    grounds_of,
    plain_preview,
)
from fbridge.push.freshness import why_older
from fbridge.push.guards import refuse_changed
from fbridge.push.plan import may_mail
from fbridge.push.turn import PushTurn
from fbridge.stores.open_store import OpenStore
from fbridge.stores.rows import keep_notices

Group = tuple[LedgerRow, ...]
"""All shipments of one order that have left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushProgress:
    """How far one store's push is."""

    store: str
    done: int
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Orders as read, of those that are older than what is known, by remote id, what shows it, and how many have
    changed since they were last read, by another hand than ours."""

    page: OrderPage
    older: Mapping[str, str]
    changed: int = 0

    @property
    def unread(self) -> dict[str, str]:
        """By remote id, why an order could not be read."""
        return {one.remote_id: one.reason for one in self.page.rejected}


@dataclass(slots=True)
class PushRun:
    """One store, while this process has its turn. ``allowed`` is what its plan showed, by order key."""

    context: Context
    opened: OpenStore
    turn: PushTurn
    policy: PushPolicy
    allowed: Mapping[int, Allowed]
    stop: Event
    progress: Callable[[PushProgress], None] | None = None
    touched: dict[int, None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    done: int = 0
    total: int = 0
    again: bool = False
    most_changed: float = 1.0
    looked_at: int = 0
    changed: int = 0

    @property
    def name(self) -> str:
        """The store."""
        return self.opened.name

    def now(self) -> datetime:
        """The current time, aware UTC."""
        return self.context.now()

    def pause(self, span: timedelta) -> None:
        """Wait; an interruption ends it at once."""
        self.stop.wait(span.total_seconds())

    def tell(self, words: str) -> None:
        """Report progress."""
        if self.progress:
            self.progress(PushProgress(store=self.name, done=self.done, total=self.total, words=words))

    def read(self, groups: Sequence[Group]) -> Reading:
        """The orders as the store shows them now; kept, so that everybody sees them so, unless they are older."""
        page = self.opened.read_orders(tuple(group[0].remote_order_id for group in groups))
        with self.context.database.write() as connection:
            self.turn.verify(connection)
            older = _older(connection, groups, page.orders)
            changed = _changed(connection, groups, [one for one in page.orders if one.remote_id not in older])
            newest = [order for order in page.orders if order.remote_id not in older]
            self.keep(connection, newest)
            keep_unread(connection, self.name, page, self.now())
            keep_notices(connection, self.name, page.notices)
            clear_understood(connection, self.name, [order.remote_id for order in newest], self.now())
        self.opened.exchanges.begin()
        return Reading(page, older, changed)

    def read_to_send(self, groups: Sequence[Group]) -> Reading:
        """The same, for what is to be sent. Raises StoppedError where too many of the run's orders have changed."""
        reading = self.read(groups)
        self.looked_at, self.changed = self.looked_at + len(groups), self.changed + reading.changed
        refuse_changed(self.name, changed=self.changed, looked_at=self.looked_at, most=self.most_changed)
        return reading

    def keep(self, connection: Connection, orders: Sequence[Order]) -> None:
        """Store orders just read."""
        upsert_page(
            connection,
            self.name,
            orders,
            orders_from=self.opened.settings.orders_from,
            timezone=self.context.timezone,
            now=self.now(),
        )
        keep_store_shipments(connection, self.name, orders)

    def decide(self, group: Group, order: Order) -> dict[int, Decision]:
        """The decisions about one order, less what the plan did not list as it stands: that waits for the next."""
        allowed = {row.shipment_id for row in group if self.allows(row)}
        return {
            key: one
            for key, one in decide_order(group, order, self.policy, self.now()).items()
            if one.action not in GOES_OUT or key in allowed
        }

    def allows(self, row: LedgerRow) -> bool:
        """Whether the plan listed the shipment as something that may go out, as it is now."""
        return self.allowed[row.order_id].versions.get(row.shipment_id) == row.version

    def plain_preview(self, group: Group, fulfillment: Fulfillment) -> Preview:
        """What is expected of an order whose plugin does not say it."""
        return plain_preview(fulfillment, group, mails=may_mail(self.opened, self.policy))

    def touch(self, rows: Iterable[LedgerRow]) -> None:
        """The result of the run tells where these stand."""
        self.touched.update(dict.fromkeys(row.shipment_id for row in rows))

    def move(
        self,
        connection: Connection,
        row: LedgerRow,
        state: PushState,
        *,
        reason: str,
        words: str,
        next_at: datetime | None = None,
        **changes: Any,
    ) -> bool:
        """Move one shipment from where it was seen; where a person was quicker, that stands and is told."""
        found = ledger.move(
            connection,
            row.shipment_id,
            expected=row.standing,
            to=state,
            by=Mover.RUN,
            reason=reason,
            words=words,
            at=self.now(),
            next_at=next_at,
            **changes,
        )
        if found is not None:
            self.touch([row])
        return found is None

    def move_all(
        self,
        rows: Iterable[LedgerRow],
        state: PushState,
        *,
        reason: str,
        words: str,
        next_at: datetime | None = None,
        rests_on: Order | None = None,
        **changes: Any,
    ) -> None:
        """Move these shipments of one order to one state, that may rest on the order as it is.

        ``changes`` are further columns of their rows.
        """
        moved = list(rows)
        with self.context.database.write() as connection:
            self.turn.verify(connection)
            self.touch(moved)
            lock_orders(connection, {row.order_id for row in moved})
            for row in moved:
                grounds = grounds_of(row, rests_on, self.policy) if rests_on else ""
                more = {"refused_on": grounds, **changes}
                self.move(connection, row, state, reason=reason, words=words, next_at=next_at, **more)
            refresh_open_quantity(connection, list({row.order_id for row in moved}))


def _changed(connection: Connection, groups: Sequence[Group], orders: Sequence[Order]) -> int:
    """How many of these are not as they were last read; what was pushed already changed by that, and what was
    cancelled meanwhile is refused by itself."""
    untouched = {group[0].order_id: group for group in groups if all(row.claimed_at is None for row in group)}
    known = content_hashes(connection, list(untouched))
    read = {order.remote_id: order for order in orders if order.status is not OrderStatus.CANCELLED}
    pairs = ((read.get(group[0].remote_order_id), known.get(key)) for key, group in untouched.items())
    return sum(content_hash(order) != kept for order, kept in pairs if order is not None and kept)


def _older(connection: Connection, groups: Sequence[Group], orders: Sequence[Order]) -> dict[str, str]:
    """By remote id, of what was read older than it is known."""
    known = load_orders(connection, [group[0].order_id for group in groups])
    read = {order.remote_id: order for order in orders}
    found = {}
    for group in groups:
        order = read.get(group[0].remote_order_id)
        # What was begun to be taken back may be gone already, which is no sign of an old read.
        shown = [row for row in group if row.undo_from is None]
        words = why_older(order, known[group[0].order_id], shown) if order else ""
        if words:
            found[group[0].remote_order_id] = words
    return found
