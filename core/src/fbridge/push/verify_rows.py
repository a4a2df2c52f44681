"""What a look at the stores reads of the ledger, and what it keeps there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.models.drift import Drift, Finding
from fbridge.models.orders import Order
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderPage
from fbridge.models.push import LedgerRow
from fbridge.orders.storage import keep_store_shipments, lock_orders, upsert_page
from fbridge.orders.unreadable import clear_understood, keep_unread
from fbridge.push import ledger
from fbridge.push.compare import Comparison
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.push.kept_json import drift_to_json
from fbridge.push.rows import group_by_order, load_rows_of_orders
from fbridge.push.undone import note_undone
from fbridge.storage.return_tables import returns
from fbridge.storage.tables import MOST_KEYS, manifests, orders, pushes, shipments, stores
from fbridge.stores.open_store import OpenStore
from fbridge.stores.rows import keep_notices

Found = tuple[Sequence[LedgerRow], Order | None, Mapping[int, Comparison]]
"""The shipments of one order, the order as read (None: the store has it no more), and what is told of each."""


LOOKED_BACK = timedelta(days=30)
"""What has left since then is compared where nobody says how far back."""

_PUSHED = shipments.join(pushes, pushes.c.shipment_id == shipments.c.id)
_RESTORED_EPOCH = (
    sa.select(stores.c.restored_epoch).where(stores.c.name == shipments.c.store).scalar_subquery()
)
_UNLOOKED = sa.and_(pushes.c.checked_epoch < _RESTORED_EPOCH, pushes.c.drift.is_(None))
"""What differs was found by a look, and waits for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which shipments are looked at: those that left ``since`` (aware UTC), of a ``manifest``, or named by their
    keys. What is None chooses nothing. ``unlooked``: only what a restored backup calls sent, and nobody has looked at
    since."""

    since: datetime | None = None
    manifest: str | None = None
    shipment_ids: Collection[int] | None = None
    unlooked: bool = False


def orders_in(connection: Connection, store: str, scope: Scope) -> list[int]:
    """The keys of the orders of the store with a shipment in scope that the store is known to hold."""
    joined = _PUSHED.join(manifests, manifests.c.id == shipments.c.manifest_id)
    wanted = [
        shipments.c.store == store,
        shipments.c.withdrawn_at.is_(None),
        shipments.c.shipped_at.is_not(None),
        pushes.c.state.in_(TAKEN_BY_STORE),
    ]
    if scope.since is not None:
        wanted.append(shipments.c.shipped_at >= scope.since)
    if scope.manifest is not None:
        wanted.append(manifests.c.number == scope.manifest)
    if scope.unlooked:
        wanted.append(_UNLOOKED)
    query = sa.select(shipments.c.order_id).select_from(joined).where(*wanted)
    queries = [query]
    if scope.shipment_ids is not None:
        parts = in_parts(sorted(scope.shipment_ids), MOST_KEYS)
        queries = [query.where(shipments.c.id.in_(part)) for part in parts]
    found = {key for one in queries for key in connection.execute(one).scalars()}
    return sorted(found)


def count_unlooked(connection: Connection, now: datetime) -> dict[str, int]:
    """By store, how many shipments a restored backup calls sent that nobody has looked at since."""
    restored = sa.select(stores.c.name).where(stores.c.restored_epoch > 0)
    names = list(connection.execute(restored).scalars())
    if not names:
        return {}
    query = (
        sa.select(shipments.c.store, sa.func.count())
        .select_from(_PUSHED)
        .where(
            shipments.c.store.in_(names),
            shipments.c.withdrawn_at.is_(None),
            shipments.c.shipped_at >= now - LOOKED_BACK,
            pushes.c.state.in_(TAKEN_BY_STORE),
            _UNLOOKED,
        )
        .group_by(shipments.c.store)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def kept_since(connection: Connection, order_ids: Collection[int]) -> dict[int, datetime]:
    """By key, when the kept version of an order was read first."""
    found: dict[int, datetime] = {}
    for part in in_parts(sorted(order_ids), MOST_KEYS):
        query = sa.select(orders.c.id, orders.c.fetched_at).where(orders.c.id.in_(part))
        found |= {row.id: row.fetched_at for row in connection.execute(query)}
    return found


def came_back(connection: Connection, shipment_ids: Collection[int]) -> frozenset[int]:
    """Which of these shipments came back, dealt with or not."""
    found: set[int] = set()
    for part in in_parts(sorted(shipment_ids), MOST_KEYS):
        query = sa.select(returns.c.shipment_id).where(returns.c.shipment_id.in_(part))
        found |= set(connection.execute(query).scalars())
    return frozenset(found)


def keep_page(context: Context, opened: OpenStore, page: OrderPage) -> None:
    """Keep what could not be read, and what somebody has to do about the store."""
    if not page.rejected and page.notices is None:
        return
    with context.database.write() as connection:
        keep_unread(connection, opened.name, page, context.now())
        keep_notices(connection, opened.name, page.notices)


def note_findings(context: Context, opened: OpenStore, found: Sequence[Found]) -> frozenset[int]:
    """Keep the orders as read, and what differs. Gives the keys of the orders of which it was kept: the others were
    changed by a push or a person since they were loaded, and tell nothing."""
    if not found:
        return frozenset()
    keys = [rows[0].order_id for rows, _, _ in found]
    with context.database.write() as connection:
        lock_orders(connection, keys)
        ledger.standings(connection, [row.shipment_id for rows, _, _ in found for row in rows])
        now = group_by_order(load_rows_of_orders(connection, keys))
        same = [one for one in found if _standing(one[0]) == _standing(now.get(one[0][0].order_id, ()))]
        for rows, _, findings in same:
            for row in rows:
                if row.shipment_id in findings:
                    _note(connection, row, findings[row.shipment_id], context.now())
        _keep_orders(context, opened, connection, [order for _, order, _ in same if order])
    return frozenset(rows[0].order_id for rows, _, _ in same)


def _standing(rows: Sequence[LedgerRow]) -> list[tuple[object, ...]]:
    return [(row.shipment_id, row.standing, row.acknowledged_revision, row.claimed_at) for row in rows]


def _note(connection: Connection, row: LedgerRow, found: Comparison, at: datetime) -> None:
    if found.finding is Finding.VERIFIED or found.print == row.drift_accepted:
        _note_fine(connection, row, found, at)
        _note_looked_up(connection, row)
        return
    drift = Drift(
        finding=found.finding,
        aspects=found.aspects,
        words=found.words,
        shown=found.shown,
        mendable=found.mendable,
        print=found.print,
        since=row.drift.since if row.drift else at,
    )
    if drift == row.drift:
        return
    columns: dict[str, Any] = {"drift": drift_to_json(drift), "drift_since": drift.since}
    ledger.note_drift(connection, row.shipment_id, **columns)
    ledger.tell(connection, row.shipment_id, f"verify.{found.finding}", found.words, at=at)


def _note_fine(connection: Connection, row: LedgerRow, found: Comparison, at: datetime) -> None:
    well = found.finding is Finding.VERIFIED
    if row.drift is not None or (well and row.drift_accepted):
        accepted = "" if well else row.drift_accepted
        ledger.note_drift(connection, row.shipment_id, drift=None, drift_since=None, drift_accepted=accepted)
        words = "the store shows it again as fbridge has it"
        if well:
            ledger.tell(connection, row.shipment_id, "verify.verified", words, at=at)


def _note_looked_up(connection: Connection, row: LedgerRow) -> None:
    """After a restored backup: the store shows it as the backup has it. Of a mail that is missing no look tells."""
    if row.unchecked and row.missing_mail is None:
        epoch = sa.select(stores.c.restored_epoch).where(stores.c.name == row.store).scalar_subquery()
        ledger.note_drift(connection, row.shipment_id, checked_epoch=epoch)


def _keep_orders(context: Context, opened: OpenStore, connection: Connection, read: Sequence[Order]) -> None:
    """So that everybody sees them as they were just read."""
    upsert_page(
        connection,
        opened.name,
        read,
        orders_from=opened.settings.orders_from,
        timezone=context.timezone,
        now=context.now(),
    )
    keep_store_shipments(connection, opened.name, read)
    note_undone(connection, opened.name, read, context.now())
    clear_understood(connection, opened.name, [order.remote_id for order in read], context.now())
