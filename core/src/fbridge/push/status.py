"""Everything that is not at rest, with its age, its reason and the next step (docs/states.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.listeners.positions import first_untold, load_positions, next_step
from fbridge.models.shipments import PushStatus, Shipment
from fbridge.models.states import ManifestState, PushState
from fbridge.orders.unreadable import GONE, UnreadableOrder, load_unreadable
from fbridge.push.concerns import count_marked
from fbridge.push.not_at_rest import Shown, load_not_at_rest
from fbridge.push.status_items import Items, StatusItem
from fbridge.push.store_days import StoreDay, store_days
from fbridge.push.verify_scope import count_unlooked
from fbridge.settings.status_limits import StatusLimits, is_over, status_limits
from fbridge.shipping.courier_exports import CourierChange, courier_changes
from fbridge.shipping.returned_goods import CameBack, came_back
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.indexes import IN_THE_HOUSE
from fbridge.storage.queue_schema import has_queue
from fbridge.storage.tables import carriers, manifests, pushes, rejected_orders, shipments
from fbridge.stores.rows import due_notices


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableStatus:
    """How many orders of a store cannot be read, and how many more were set aside. ``since`` is that of the oldest
    that was not (None where all were)."""

    store: str
    count: int
    set_aside: int
    since: datetime | None
    age: timedelta | None
    next_step: str
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingMails:
    """How many mails that a plan promised did not leave, or may not have; ``since`` is that of the oldest."""

    count: int
    since: datetime
    age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseShipment:
    """A shipment that no carrier will take as things stand. ``told``: its store was told that it has left."""

    shipment: str
    order_number: str
    carrier: str
    since: datetime
    left_behind: bool
    told: bool
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheHouse:
    """Shipments that are prepared and have not left, external parcels among them; ``loose`` are on no manifest.

    ``carriers`` are the codes of those that are to take them; ``since`` is when the oldest was made, or left behind.
    """

    count: int
    carriers: tuple[str, ...]
    loose: tuple[LooseShipment, ...]
    since: datetime
    age: timedelta
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreNotice:
    """What somebody has to do about a store, in words."""

    store: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredStatus:
    """How many ``shipments`` of a store the database, put back from a backup, calls sent, and nobody has looked at
    since: some may have been taken back or corrected after the backup was made."""

    store: str
    shipments: int
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerBehind:
    """A listener that was not told everything, the oldest of it since ``since``; ``fault`` says why it did not take
    it, "" where it was not tried."""

    listener: str
    fault: str
    since: datetime
    age: timedelta
    next_step: str
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFault:
    """What is wrong with what workers do for a store (``kind``: ``fetch``, ``push``): ``words``, and ``reason``, its
    code. ``overdue``: nothing will come of it by itself."""

    store: str
    kind: str
    reason: str
    words: str
    next_step: str
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What is stuck, oldest first; how many shipments stand in each state; manifests in preparation.

    ``in_the_house`` is None where nothing is, ``came_back`` where nothing that came back waits for somebody.

    ``missing_mails`` is None where none is missing; those of shipments that are at rest otherwise stand in ``items``.

    ``drifted`` counts the shipments that their store, when last looked at, did not show as it had taken them; they
    stand in ``items``, too.

    ``orders_marked`` are those of which nobody has decided anything, also where goods of them are in shipments;
    ``unreadable`` are of each store those that cannot be read. ``courier_changes`` are otherwise than their courier's
    program was told. ``stores``: the day of each, by name. ``listeners`` are those that were not told everything.
    ``worker_faults``: by store, where tasks were given to workers.
    """

    items: tuple[StatusItem, ...]
    counts: Mapping[str, int]
    manifests_preparing: int
    orders_marked: int = 0
    unreadable: tuple[UnreadableStatus, ...] = ()
    missing_mails: MissingMails | None = None
    in_the_house: InTheHouse | None = None
    came_back: CameBack | None = None
    notices: tuple[StoreNotice, ...] = ()
    drifted: int = 0
    courier_changes: tuple[CourierChange, ...] = ()
    restored: tuple[RestoredStatus, ...] = ()
    stores: tuple[StoreDay, ...] = ()
    listeners: tuple[ListenerBehind, ...] = ()
    worker_faults: tuple[WorkerFault, ...] = ()

    @property
    def overdue(self) -> bool:
        """Whether anything is past its limit."""
        late = self.in_the_house is not None and self.in_the_house.overdue
        late = late or (self.came_back is not None and self.came_back.overdue)
        late = late or any(one.overdue for one in self.listeners)
        late = late or any(one.overdue for one in self.worker_faults)
        late = late or any(item.overdue for item in self.items) or any(day.overdue for day in self.stores)
        return late or any(one.overdue for one in self.unreadable)


def read_status(context: Context, shown: Shown | None = None) -> StatusReport:
    """Look at all shipments that have left and are not at rest; ``items`` are all of them, or those to be shown."""
    now, limits = context.now(), status_limits(context.settings)
    with context.database.read() as connection:
        stuck = load_not_at_rest(connection, Items(limits, now), shown)
        return StatusReport(
            items=stuck.items,
            counts=_counts(connection),
            manifests_preparing=_preparing(connection),
            orders_marked=count_marked(connection),
            unreadable=_unreadable(connection, context, limits, now),
            missing_mails=_missing_mails([one.push for one in stuck.found if one.push], now),
            in_the_house=_in_the_house(connection, limits, now),
            came_back=came_back(connection, now, longest=limits.came_back),
            drifted=stuck.drifted,
            notices=_notices(connection, context, now),
            courier_changes=courier_changes(connection, now),
            restored=_restored(connection, context, now),
            stores=store_days(connection, context.settings.stores, stuck.stuck, limits, now),
            listeners=_listeners(connection, limits, now),
            worker_faults=_worker_faults(connection, context),
        )


def _preparing(connection: Connection) -> int:
    query = sa.select(sa.func.count()).where(manifests.c.state == ManifestState.PREPARING)
    return int(connection.execute(query).scalar_one())


def _listeners(connection: Connection, limits: StatusLimits, now: datetime) -> tuple[ListenerBehind, ...]:
    """Those that are overdue: who is only behind by what a command tells in a moment is not named."""
    found = [(one, first_untold(connection, one.after)) for one in load_positions(connection).values()]
    return tuple(
        ListenerBehind(
            listener=one.name,
            fault=one.fault,
            since=since,
            age=now - since,
            next_step=next_step(one.name),
            overdue=True,
        )
        for one, since in found
        if since and (one.fault or is_over(now - since, limits.listener))
    )


def _worker_faults(connection: Connection, context: Context) -> tuple[WorkerFault, ...]:
    """Where a task was given to workers: a database that many computers share is not one that workers are used on."""
    if not has_queue(connection):
        return ()
    from fbridge.workers.status import look_at_workers

    return tuple(
        WorkerFault(
            store=one.store,
            kind=str(one.kind),
            reason=one.reason,
            words=one.fault,
            next_step=one.next_step,
            overdue=one.stands_still,
        )
        for one in look_at_workers(connection, context).work
        if one.fault and (one.running or one.waiting or one.reason != "no_worker")
    )


def _notices(connection: Connection, context: Context, now: datetime) -> tuple[StoreNotice, ...]:
    return tuple(
        StoreNotice(store=store, words=words)
        for store, words in due_notices(connection, now)
        if store in context.settings.stores
    )


def _restored(connection: Connection, context: Context, now: datetime) -> tuple[RestoredStatus, ...]:
    return tuple(
        RestoredStatus(store=store, shipments=count, next_step=f"fbridge verify {store}")
        for store, count in sorted(count_unlooked(connection, now).items())
        if store in context.settings.stores
    )


def _in_the_house(connection: Connection, limits: StatusLimits, now: datetime) -> InTheHouse | None:
    """Most of it waits for a carrier: that is counted, and only what nobody takes is loaded."""
    begun = sa.func.coalesce(shipments.c.left_behind_at, shipments.c.created_at)
    query = (
        sa.select(carriers.c.code, sa.func.count(), sa.func.min(begun))
        .select_from(shipments.join(carriers, carriers.c.id == shipments.c.carrier_id))
        .where(IN_THE_HOUSE)
        .group_by(carriers.c.code)
        .order_by(carriers.c.code)
    )
    counted = connection.execute(query).all()
    if not counted:
        return None
    loose = load_shipments(connection, IN_THE_HOUSE, shipments.c.manifest_id.is_(None))
    since = min(oldest for _, _, oldest in counted)
    return InTheHouse(
        count=sum(count for _, count, _ in counted),
        carriers=tuple(code for code, _, _ in counted),
        loose=tuple(_loose(one) for one in loose),
        since=since,
        age=now - since,
        overdue=is_over(now - since, limits.in_the_house),
    )


def _loose(one: Shipment) -> LooseShipment:
    return LooseShipment(
        shipment=one.label,
        order_number=one.order_number,
        carrier=one.carrier.code,
        since=one.left_behind_at or one.created_at,
        left_behind=one.left_behind_at is not None,
        told=one.push is not None and one.push.acknowledged_revision is not None,
        next_step=f"fbridge manifest add {one.carrier.code} {one.label}",
    )


def _missing_mails(found: Sequence[PushStatus], now: datetime) -> MissingMails | None:
    since = [one.missing_mail.since for one in found if one.missing_mail]
    return MissingMails(count=len(since), since=min(since), age=now - min(since)) if since else None


def _unreadable(
    connection: Connection, context: Context, limits: StatusLimits, now: datetime
) -> tuple[UnreadableStatus, ...]:
    def store(order: UnreadableOrder) -> str:
        return order.store

    unread = load_unreadable(
        connection,
        rejected_orders.c.store.in_(context.settings.stores),
        rejected_orders.c.reason != GONE,
    )
    by_store = groupby(sorted(unread, key=store), store)
    return tuple(_unreadable_of(name, list(of_store), limits, now) for name, of_store in by_store)


def _unreadable_of(
    store: str, of_store: Sequence[UnreadableOrder], limits: StatusLimits, now: datetime
) -> UnreadableStatus:
    since = min((one.first_seen_at for one in of_store if not one.set_aside_at), default=None)
    count = sum(not one.set_aside_at for one in of_store)
    age = now - since if since else None
    return UnreadableStatus(
        store=store,
        count=count,
        set_aside=len(of_store) - count,
        since=since,
        age=age,
        next_step=f"fbridge orders list --unreadable --store {store}",
        overdue=is_over(age, limits.unreadable),
    )


def _counts(connection: Connection) -> Mapping[str, int]:
    query = sa.select(pushes.c.state, sa.func.count()).group_by(pushes.c.state)
    counts = Counter({str(state): count for state, count in connection.execute(query)})
    return {str(state): counts[str(state)] for state in PushState if counts[str(state)]}
