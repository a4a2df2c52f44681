"""What a look at the stores reads of the ledger, and what it keeps there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.models.drift import Drift, Finding
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage
from fbridge.models.push import LedgerRow
from fbridge.orders.storage import keep_store_shipments, lock_orders, upsert_page
from fbridge.orders.unreadable import clear_understood, keep_unread
from fbridge.push import ledger
from fbridge.push.compare import Comparison
from fbridge.push.kept_json import drift_to_json
from fbridge.push.rows import group_by_order, load_rows_of_orders
from fbridge.push.undone import note_undone
from fbridge.storage.tables import stores
from fbridge.stores.open_store import OpenStore
from fbridge.stores.rows import keep_notices

Found = tuple[Sequence[LedgerRow], Order | None, Mapping[int, Comparison]]
"""The shipments of one order, the order as read (None: the store has it no more), and what is told of each."""


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
