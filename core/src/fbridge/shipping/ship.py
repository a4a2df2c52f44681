"""Marking a manifest shipped: first a last look at its orders, while the parcels are still in the house."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.orders import Doubt, Order
from fbridge.models.parts import in_parts
from fbridge.models.results import ItemResult
from fbridge.models.shipments import Manifest, Shipment
from fbridge.models.states import ManifestState, ShipmentOrigin
from fbridge.orders.quantities import LineQuantity, line_quantities
from fbridge.orders.storage import keep_store_shipments, load_orders, upsert_page
from fbridge.orders.unreadable import (
    ORDER_UNREADABLE,
    cannot_be_read,
    clear_understood,
    keep_unread,
)
from fbridge.push.freshness import READ_TOO_OLD, too_old, why_older
from fbridge.push.rows import group_by_order, load_rows_of_orders
from fbridge.push.undone import note_undone
from fbridge.push.wishes import let_go
from fbridge.shipping.address_prints import address_prints
from fbridge.shipping.allowed_doubts import allow_marked, allowed_doubts
from fbridge.shipping.departures import local_time, refuse_odd_departure
from fbridge.shipping.manifest_prints import unlike_paper
from fbridge.shipping.manifest_rows import load_manifest, lock_manifest
from fbridge.shipping.objections import Objection, marked, order_objection, payment_objection, shortage
from fbridge.shipping.shipment_rows import lock_shipments, update_shipments
from fbridge.storage import events
from fbridge.storage.tables import MOST_KEYS, manifests, orders, shipments
from fbridge.stores.open_store import open_store
from fbridge.workers.queueing import push_what_left
from fbridge.workers.schedule import pushes_what_is_due


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipResult:
    """The manifest after the act, and what was found of each row. Not ``shipped``: nothing was changed."""

    manifest: Manifest
    results: tuple[ItemResult, ...]
    shipped: bool


def ship_manifest(
    context: Context,
    manifest: Manifest,
    *,
    check: bool = True,
    leave_out_bad: bool = False,
    force: Sequence[str] = (),
    as_printed: bool = True,
    at: datetime | None = None,
    only_if: str | None = None,
) -> ShipResult:
    """Read the manifest's orders again, stop the rows that should not leave, and mark the rest shipped.

    Without ``check`` nothing is read. Rows with an objection stop everything, unless ``leave_out_bad`` takes
    them off the manifest or ``force`` names them (shipment labels or order numbers). ``as_printed``: what leaves
    must be what its last paper tells, if there is one. ``at`` (aware UTC) is when it left, where that is not now.
    ``only_if`` is the :attr:`Manifest.fingerprint` that somebody has seen.

    Raises: InputError (empty, shipped already, unknown row to force, not as printed, changed, an odd time),
    UnreachableError, CredentialsError.
    """
    _refuse_unless_preparing(manifest)
    _refuse_changed(manifest, only_if)
    if at is not None:
        _refuse_odd_time(context, manifest, at)
    if as_printed:
        _refuse_unlike_paper(context, manifest)
    forced = _forced(manifest, force)
    objections = _look_again(context, manifest) if check else {}
    stopped = {key: one for key, one in objections.items() if key not in forced}
    results = tuple(_result(row, objections.get(row.id), row.id in forced) for row in manifest.shipments)
    leaving = [row for row in manifest.shipments if row.id not in stopped]
    if (stopped and not leave_out_bad) or not leaving:
        return ShipResult(manifest=manifest, results=results, shipped=False)
    return ShipResult(
        manifest=_mark_shipped(context, manifest, leaving, stopped, forced, at, only_if),
        results=results,
        shipped=True,
    )


def _refuse_unless_preparing(manifest: Manifest) -> None:
    if manifest.state is ManifestState.SHIPPED:
        raise InputError(
            f"Manifest {manifest.number} is shipped already. Now push it: fbridge push",
            reason="already_shipped",
        )
    if manifest.state is ManifestState.CANCELLED:
        raise InputError(f"Manifest {manifest.number} is cancelled.", reason="manifest_cancelled")
    if not manifest.shipments:
        raise InputError(
            f"Manifest {manifest.number} is empty; add orders first: "
            f"fbridge manifest add {manifest.number} ORDER...",
            reason="empty_manifest",
        )


def _refuse_changed(manifest: Manifest, only_if: str | None) -> None:
    if only_if is not None and manifest.fingerprint != only_if:
        raise _changed(manifest)


def _changed(manifest: Manifest) -> InputError:
    return InputError(
        f"Manifest {manifest.number} was changed meanwhile; look at it and ship it again.",
        reason="manifest_changed",
    )


def _refuse_odd_time(context: Context, manifest: Manifest, at: datetime) -> None:
    keys = [row.order_id for row in manifest.shipments if row.order_id is not None]
    query = sa.select(orders.c.number, orders.c.created_at)
    with context.database.read() as connection:
        placed = [
            row
            for part in in_parts(keys, MOST_KEYS)
            for row in connection.execute(query.where(orders.c.id.in_(part)))
        ]
    ordered = {row.number: row.created_at for row in placed}
    refuse_odd_departure(at, now=context.now(), ordered=ordered, timezone=context.timezone)


def _refuse_unlike_paper(context: Context, manifest: Manifest) -> None:
    with context.database.read() as connection:
        differences = unlike_paper(connection, manifest)
    if differences:
        raise InputError(
            f"Manifest {manifest.number} is not as it was printed: {', '.join(differences)}. The driver signs the "
            f"paper, so print it again: fbridge manifest print {manifest.number} (or ship it as it is: "
            f"fbridge manifest ship {manifest.number} --not-as-printed)",
            reason="not_as_printed",
        )


def _forced(manifest: Manifest, force: Sequence[str]) -> frozenset[int]:
    keys: set[int] = set()
    for name in force:
        rows = [row for row in manifest.shipments if name in (row.label, row.order_number)]
        if not rows:
            raise InputError(f"{name!r} is not on manifest {manifest.number}.", reason="not_on_manifest")
        keys.update(row.id for row in rows)
    return frozenset(keys)


def _result(row: Shipment, objection: Objection | None, forced: bool) -> ItemResult:
    ref = row.order_number or row.label
    if objection is None:
        return ItemResult(ref=ref, ok=True, reason="leaves", words="leaves", label=row.label)
    words = f"{objection.words}; leaves all the same, as you said" if forced else objection.words
    return ItemResult(ref=ref, ok=forced, reason=objection.reason, words=words, label=row.label)


def _look_again(context: Context, manifest: Manifest) -> dict[int, Objection]:
    """The objections against rows of the manifest, by shipment key, from orders read just now."""
    objections: dict[int, Objection] = {}
    by_store: dict[str, list[Shipment]] = {}
    for row in manifest.shipments:
        if row.origin is ShipmentOrigin.STORE and row.store:
            by_store.setdefault(row.store, []).append(row)
    for store, rows in by_store.items():
        objections |= _look_at_store(context, store, rows)
    return objections


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a row is held against: prints and what was let pass by shipment, the rest by order."""

    prints: Mapping[int, str]
    allowed: Mapping[int, tuple[Doubt, ...]]
    quantities: Mapping[int, Sequence[LineQuantity]]
    collected: frozenset[int]


def _look_at_store(context: Context, store: str, rows: Sequence[Shipment]) -> dict[int, Objection]:
    with context.database.read() as connection:
        remote = _remote_ids(connection, rows)
    with open_store(context, store) as opened:
        page = opened.read_orders(tuple(dict.fromkeys(remote.values())))
        orders_from = opened.settings.orders_from
    with context.database.write() as connection:
        older = _older(connection, rows, page.orders)
        newest = [order for order in page.orders if order.remote_id not in older]
        now = context.now()
        upsert_page(connection, store, newest, orders_from=orders_from, timezone=context.timezone, now=now)
        keep_store_shipments(connection, store, newest)
        note_undone(connection, store, newest, now)
        keep_unread(connection, store, page, now)
        clear_understood(connection, store, [order.remote_id for order in newest], now)
        known = _known(connection, rows)
    fresh = {order.remote_id: order for order in page.orders}
    doubtful = {
        one.remote_id: Objection(ORDER_UNREADABLE, cannot_be_read(one.reason)) for one in page.rejected
    }
    doubtful |= {
        key: Objection(READ_TOO_OLD, too_old(words)) for key, words in older.items() if key not in doubtful
    }
    found = {
        row.id: doubtful.get(remote[row.id]) or _objection(row, fresh.get(remote[row.id]), known)
        for row in rows
    }
    return {key: objection for key, objection in found.items() if objection}


def _known(connection: Connection, rows: Sequence[Shipment]) -> _Known:
    keys = [row.id for row in rows]
    order_keys = list({row.order_id for row in rows if row.order_id})
    return _Known(
        prints=address_prints(connection, keys),
        allowed=allowed_doubts(connection, keys),
        quantities=line_quantities(connection, order_keys),
        collected=_with_collection(connection, order_keys),
    )


def _objection(row: Shipment, order: Order | None, known: _Known) -> Objection | None:
    told, allowed = _is_told(row), known.allowed.get(row.id, ())
    return (
        order_objection(order, known.prints.get(row.id), told=told)
        or shortage(row, known.quantities.get(row.order_id or 0, ()))
        or (
            payment_objection(order, row, allowed, collected=row.order_id in known.collected)
            if order and not told
            else None
        )
        or marked(order, allowed)
    )


def _older(connection: Connection, rows: Sequence[Shipment], read: Sequence[Order]) -> dict[str, str]:
    """By remote id, what shows that an order was read older than it is known."""
    keys = list({row.order_id for row in rows if row.order_id})
    sent = group_by_order(load_rows_of_orders(connection, keys))
    known = {order.remote_id: (key, order) for key, order in load_orders(connection, keys).items()}
    found = {}
    for order in read:
        key, before = known.get(order.remote_id, (0, order))
        words = why_older(order, before, sent.get(key, ()))
        if words:
            found[order.remote_id] = words
    return found


def _remote_ids(connection: Connection, rows: Sequence[Shipment]) -> dict[int, str]:
    query = (
        sa.select(shipments.c.id, orders.c.remote_id)
        .join(orders, orders.c.id == shipments.c.order_id)
        .where(shipments.c.id.in_([row.id for row in rows]))
    )
    return {row.id: row.remote_id for row in connection.execute(query)}


def _with_collection(connection: Connection, order_ids: Sequence[int]) -> frozenset[int]:
    """The orders of which a shipment collects cash on delivery."""
    query = sa.select(shipments.c.order_id).where(
        shipments.c.order_id.in_(order_ids),
        shipments.c.withdrawn_at.is_(None),
        shipments.c.cod_amount.is_not(None),
    )
    return frozenset(connection.scalars(query))


def _is_told(row: Shipment) -> bool:
    """The store was told of the shipment before it left, so its order may be fulfilled by us."""
    return row.push is not None and row.push.acknowledged_revision is not None


def _mark_shipped(
    context: Context,
    manifest: Manifest,
    leaving: Sequence[Shipment],
    stopped: Mapping[int, Objection],
    forced: Collection[int],
    at: datetime | None,
    only_if: str | None,
) -> Manifest:
    now = context.now()
    left_at = at or now
    with context.database.write() as connection:
        lock_manifest(connection, manifest.id)
        lock_shipments(connection, [row.id for row in manifest.shipments])
        current = load_manifest(connection, manifest.id)
        _refuse_unless_preparing(current)
        _refuse_changed(current, only_if)
        if {row.id for row in current.shipments} != {row.id for row in manifest.shipments}:
            raise _changed(manifest)
        for row in manifest.shipments:
            if row.id in stopped:
                _take_off(connection, context, row, manifest, stopped[row.id])
        keys = [row.id for row in leaving]
        allow_marked(connection, [key for key in keys if key in forced])
        update_shipments(connection, keys, shipped_at=left_at, left_behind_at=None)
        connection.execute(
            sa.update(manifests)
            .where(manifests.c.id == manifest.id)
            .values(state=ManifestState.SHIPPED, shipped_at=left_at)
        )
        let_go(connection, keys, now)
        words = f"manifest {manifest.number} shipped with {len(leaving)} shipments"
        words += f"; they left on {local_time(at, context.timezone)}" if at else ""
        events.record(connection, "manifest.shipped", words, at=now, manifest_id=manifest.id)
        stores = {row.store for row in leaving if row.store}
        push_what_left(
            connection, [name for name in sorted(stores) if pushes_what_is_due(context.settings, name)]
        )
        return load_manifest(connection, manifest.id)


def _take_off(
    connection: Connection, context: Context, row: Shipment, manifest: Manifest, objection: Objection
) -> None:
    update_shipments(connection, [row.id], manifest_id=None, left_behind_at=context.now())
    events.record(
        connection,
        "manifest.left_out",
        f"left out of manifest {manifest.number}: {objection.words}",
        at=context.now(),
        store=row.store,
        order_id=row.order_id,
        shipment_id=row.id,
        manifest_id=manifest.id,
    )
