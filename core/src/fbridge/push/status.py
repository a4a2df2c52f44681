"""Everything that is not at rest, with its age, its reason and the next step (docs/states.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.models.drift import Drift
from fbridge.models.shipments import PushStatus, Shipment
from fbridge.models.states import ManifestState, PushState
from fbridge.orders.unreadable import GONE, UnreadableOrder, load_unreadable
from fbridge.push.concerns import count_marked
from fbridge.push.drifted import known_drift, ways_of
from fbridge.push.next_steps import first_step, mail_step
from fbridge.push.verify_scope import count_unlooked
from fbridge.shipping.courier_exports import CourierChange, courier_changes
from fbridge.shipping.returned_goods import CameBack, came_back
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.indexes import DRIFTED, IN_THE_HOUSE, MAIL_MISSING
from fbridge.storage.tables import manifests, pushes, rejected_orders, shipments
from fbridge.stores.rows import due_notices

LIMITS: Mapping[PushState, timedelta] = {
    PushState.READY: timedelta(hours=12),
    PushState.WAITING: timedelta(days=2),
    PushState.SENDING: timedelta(hours=1),
    PushState.UNCONFIRMED: timedelta(hours=1),
    PushState.RETRY: timedelta(hours=12),
    PushState.REFUSED: timedelta(0),
    PushState.NEEDS_ATTENTION: timedelta(0),
    PushState.UNDOING: timedelta(hours=1),
}
"""How long a shipment may stay in a state before it is overdue; no time where a person must decide."""

LONGEST_UNREADABLE = timedelta(hours=12)
"""How long an order may be unreadable before that is overdue: nobody can ship it."""

LONGEST_IN_THE_HOUSE = timedelta(days=2)
"""How long goods may stay in the house, once prepared, before that is overdue: a customer waits for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusItem:
    """One shipment that is not at rest. ``since`` is aware UTC, ``overdue``: past the limit of its state."""

    store: str
    shipment: str
    order_number: str
    manifest: str
    state: PushState
    reason: str
    words: str
    since: datetime
    age: timedelta
    next_at: datetime | None
    next_step: str
    overdue: bool


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
class StatusReport:
    """What is stuck, oldest first; how many shipments stand in each state; manifests in preparation.

    ``in_the_house`` is None where nothing is, ``came_back`` where nothing that came back waits for somebody.

    ``missing_mails`` is None where none is missing; those of shipments that are at rest otherwise stand in ``items``.

    ``drifted`` counts the shipments that their store, when last looked at, did not show as it had taken them; they
    stand in ``items``, too.

    ``orders_marked`` are those of which nobody has decided anything, also where goods of them are in shipments;
    ``unreadable`` are of each store those that cannot be read. ``courier_changes`` are otherwise than their courier's
    program was told.
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

    @property
    def overdue(self) -> bool:
        """Whether anything is past its limit."""
        late = self.in_the_house is not None and self.in_the_house.overdue
        late = late or (self.came_back is not None and self.came_back.overdue)
        late = late or any(item.overdue for item in self.items)
        return late or any(one.overdue for one in self.unreadable)


def read_status(context: Context) -> StatusReport:
    """Look at all shipments that have left and are not at rest."""
    with context.database.read() as connection:
        found = load_shipments(
            connection,
            shipments.c.id.in_(_NOT_AT_REST),
            shipments.c.shipped_at.is_not(None),
        )
        counts = _counts(connection)
        preparing = connection.execute(
            sa.select(sa.func.count())
            .select_from(manifests)
            .where(manifests.c.state == ManifestState.PREPARING)
        ).scalar_one()
        marked = count_marked(connection)
        waiting = load_shipments(connection, IN_THE_HOUSE)
        unread = load_unreadable(
            connection,
            rejected_orders.c.store.in_(context.settings.stores),
            rejected_orders.c.reason != GONE,
        )
        notices = due_notices(connection, context.now())
        back = came_back(connection, context.now())
        for_couriers = courier_changes(connection, context.now())
        unlooked = count_unlooked(connection, context.now())
    now = context.now()
    items = [_item(one, one.push, now) for one in found if one.push and one.push.state in LIMITS]
    items += [_mail_item(one, one.push, now) for one in found if one.push and _only_mail(one.push)]
    drifted = [(one, drift) for one in found if (drift := known_drift(one))]
    items += [_drift_item(one, drift, now) for one, drift in drifted]
    return StatusReport(
        items=tuple(sorted(items, key=lambda item: item.since)),
        counts=counts,
        manifests_preparing=preparing,
        orders_marked=marked,
        unreadable=tuple(_unreadable(store, list(of_store), now) for store, of_store in _by_store(unread)),
        missing_mails=_missing_mails([one.push for one in found if one.push], now),
        in_the_house=_in_the_house(waiting, now),
        came_back=back,
        drifted=len(drifted),
        notices=tuple(
            StoreNotice(store=store, words=words)
            for store, words in notices
            if store in context.settings.stores
        ),
        courier_changes=for_couriers,
        restored=tuple(
            RestoredStatus(store=store, shipments=count, next_step=f"fbridge verify {store}")
            for store, count in sorted(unlooked.items())
            if store in context.settings.stores
        ),
    )


_NOT_AT_REST = sa.union(  # each part by its own index
    sa.select(pushes.c.shipment_id).where(pushes.c.state.in_(list(LIMITS))),
    sa.select(pushes.c.shipment_id).where(MAIL_MISSING),
    sa.select(pushes.c.shipment_id).where(DRIFTED),
)


def _in_the_house(found: Sequence[Shipment], now: datetime) -> InTheHouse | None:
    if not found:
        return None
    since = min(one.left_behind_at or one.created_at for one in found)
    return InTheHouse(
        count=len(found),
        carriers=tuple(sorted({one.carrier.code for one in found})),
        loose=tuple(_loose(one) for one in found if one.manifest is None),
        since=since,
        age=now - since,
        overdue=now - since >= LONGEST_IN_THE_HOUSE,
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


def _by_store(unread: Sequence[UnreadableOrder]) -> Iterator[tuple[str, Iterator[UnreadableOrder]]]:
    def store(order: UnreadableOrder) -> str:
        return order.store

    return groupby(sorted(unread, key=store), store)


def _unreadable(store: str, of_store: Sequence[UnreadableOrder], now: datetime) -> UnreadableStatus:
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
        overdue=age is not None and age >= LONGEST_UNREADABLE,
    )


def _counts(connection: Connection) -> Mapping[str, int]:
    query = sa.select(pushes.c.state, sa.func.count()).group_by(pushes.c.state)
    counts = Counter({str(state): count for state, count in connection.execute(query)})
    return {str(state): counts[str(state)] for state in PushState if counts[str(state)]}


def _item(shipment: Shipment, push: PushStatus, now: datetime) -> StatusItem:
    age = now - push.since
    return StatusItem(
        store=shipment.store or "",
        shipment=shipment.label,
        order_number=shipment.order_number,
        manifest=shipment.manifest or "",
        state=push.state,
        reason=push.reason,
        words=push.words,
        since=push.since,
        age=age,
        next_at=push.next_at,
        next_step=first_step(shipment, push),
        overdue=age >= LIMITS.get(push.state, timedelta(0)),
    )


def _mail_item(shipment: Shipment, push: PushStatus, now: datetime) -> StatusItem:
    """At rest, but for its mail: nobody else will do anything about that."""
    missing = push.missing_mail
    assert missing is not None  # noqa: S101 - it was looked for by that
    return replace(
        _item(shipment, replace(push, since=missing.since), now),
        reason=missing.reason,
        words=missing.words,
        next_step=mail_step(shipment),
    )


def _only_mail(push: PushStatus) -> bool:
    return push.state not in LIMITS and push.missing_mail is not None


def _drift_item(shipment: Shipment, drift: Drift, now: datetime) -> StatusItem:
    """At rest, but its store shows something else."""
    assert shipment.push is not None  # noqa: S101 - it has drifted from what was pushed
    return replace(
        _item(shipment, replace(shipment.push, since=drift.since), now),
        reason=str(drift.finding),
        words=drift.words,
        next_step=ways_of(shipment.label, drift, shipment.push)[0],
    )
