"""Which shipments are compared with their stores, and what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.parts import in_parts
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.storage.return_tables import returns
from fbridge.storage.tables import MOST_KEYS, manifests, orders, pushes, shipments, stores

LOOKED_BACK = timedelta(days=30)
"""What has left since then is compared where nobody says how far back."""

_PUSHED = shipments.join(pushes, pushes.c.shipment_id == shipments.c.id)
_RESTORED_EPOCH = (
    sa.select(stores.c.restored_epoch).where(stores.c.name == shipments.c.store).scalar_subquery()
)
_UNLOOKED = sa.and_(
    pushes.c.checked_epoch < _RESTORED_EPOCH,
    pushes.c.acknowledged_revision == shipments.c.revision,  # else there is nothing to compare
    pushes.c.drift_since.is_(None),
    pushes.c.mail_missing_since.is_(None),
    shipments.c.manifest_id.is_not(None),
)
"""What differs, or lacks its mail, waits for a person already; and of a mail no look tells anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which shipments are looked at: those that left ``since`` (aware UTC), of a ``manifest``, or named by their
    keys. What is None chooses nothing. ``unlooked``: only what a restored backup calls sent, and nobody has looked at
    since."""

    since: datetime | None = None
    manifest: str | None = None
    shipment_ids: Collection[int] | None = None
    unlooked: bool = False


def unlooked_scope(now: datetime) -> Scope:
    """What a restored backup calls sent, and nobody has looked at since; ``now`` is aware UTC."""
    return Scope(since=now - LOOKED_BACK, unlooked=True)


def _held_in(scope: Scope) -> Iterator[sa.ColumnElement[bool]]:
    """What holds of a shipment in scope that its store is known to hold; its key is left to the caller."""
    yield shipments.c.withdrawn_at.is_(None)
    yield shipments.c.shipped_at.is_not(None)
    yield pushes.c.state.in_(TAKEN_BY_STORE)
    if scope.since is not None:
        yield shipments.c.shipped_at >= scope.since
    if scope.manifest is not None:
        yield manifests.c.number == scope.manifest
    if scope.unlooked:
        yield _UNLOOKED


def orders_in(connection: Connection, store: str, scope: Scope) -> list[int]:
    """The keys of the orders of the store with a shipment in scope that the store is known to hold."""
    joined = _PUSHED.join(manifests, manifests.c.id == shipments.c.manifest_id)
    query = (
        sa.select(shipments.c.order_id)
        .select_from(joined)
        .where(shipments.c.store == store, *_held_in(scope))
    )
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
        .where(shipments.c.store.in_(names), *_held_in(unlooked_scope(now)))
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
