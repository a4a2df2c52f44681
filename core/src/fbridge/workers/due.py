"""When there is something to push of a store again, told by the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fbridge.context import Context
from fbridge.orders.storage import load_orders
from fbridge.push.decide import MAY_GO_OUT, Allowed, Decision, decide_order
from fbridge.push.guards import PushScope
from fbridge.push.policy import load_policy
from fbridge.push.rows import has_orders_in_work, load_orders_in_work
from fbridge.stores.open_store import open_store
from fbridge.workers.approvals import Approval

_NOTHING = Allowed(versions={}, mails=0, places=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What may be gone on with: so many shipments ``now``, others at the moments (aware UTC, sorted) of ``later``."""

    now: int = 0
    later: tuple[datetime, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Nothing waits for a time to come."""
        return not self.now and not self.later


def look_what_is_due(context: Context, store: str, approval: Approval | None = None) -> Due:
    """Of a store, or of what was approved of it. Raises ConfigError, PluginError."""
    with context.database.read() as connection:
        if not has_orders_in_work(connection, store):
            return Due()
    moments = sorted(_moments(context, store, approval))
    now = context.now()
    later = tuple(moment for moment in moments if moment > now)
    return Due(now=len(moments) - len(later), later=later)


def _moments(context: Context, store: str, approval: Approval | None) -> Iterator[datetime]:
    now = context.now()
    with open_store(context, store) as opened:
        policy = load_policy(context, opened, PushScope())
    with context.database.read() as connection:
        groups = load_orders_in_work(connection, store)
        orders = load_orders(connection, list(groups))
    for key, rows in groups.items():
        decisions = decide_order(rows, orders[key], policy, now)
        for row in rows:
            decision = decisions.get(row.shipment_id)
            if decision and (approval is None or row.shipment_id in approval.get(key, _NOTHING).versions):
                yield from _moment(decision, now)


def _moment(decision: Decision, now: datetime) -> Iterator[datetime]:
    if decision.next_at:
        yield decision.next_at
    elif decision.action in MAY_GO_OUT:
        yield now
