"""What one store's push run carries along, and the acts that every part of it shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage
from fbridge.models.push import LedgerRow
from fbridge.models.states import PushState
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.storage import keep_store_shipments, upsert_page
from fbridge.push import ledger
from fbridge.push.decide import PushPolicy
from fbridge.push.turn import PushTurn
from fbridge.stores.open_store import OpenStore

Group = tuple[LedgerRow, ...]
"""All shipments of one order that have left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushProgress:
    """How far one store's push is."""

    store: str
    done: int
    total: int
    words: str


@dataclass(slots=True)
class PushRun:
    """One store, while this process has its turn."""

    context: Context
    opened: OpenStore
    turn: PushTurn
    policy: PushPolicy
    manifest: str | None
    stop: Event
    progress: Callable[[PushProgress], None] | None = None
    touched: dict[int, None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    done: int = 0
    total: int = 0
    again: bool = False

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

    def read(self, groups: Sequence[Group]) -> OrderPage:
        """The orders as the store shows them now; kept, so that everybody sees them so."""
        page = self.opened.read_orders(tuple(group[0].remote_order_id for group in groups))
        with self.context.database.write() as connection:
            self.turn.verify(connection)
            self.keep(connection, page.orders)
        self.opened.exchanges.begin()
        return page

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

    def settle_all(self, rows: Sequence[LedgerRow], state: PushState, *, reason: str, words: str) -> None:
        """Move these shipments of one order to one state."""
        now = self.now()
        with self.context.database.write() as connection:
            self.turn.verify(connection)
            for row in rows:
                self.touched[row.shipment_id] = None
                ledger.settle(connection, row.shipment_id, state, reason=reason, words=words, at=now)
            refresh_open_quantity(connection, list({row.order_id for row in rows}))
