"""Putting goods on a locked manifest and taking them off, reference by reference, in one write unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.errors import FbridgeError, InputError
from fbridge.models.results import ItemResult
from fbridge.models.shipments import Manifest, ManifestHead, Shipment
from fbridge.models.states import Delivery, ManifestState
from fbridge.orders.storage import lock_orders
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.push.ledger import raise_version, standings
from fbridge.push.wishes import hold_back
from fbridge.references import find_order, find_shipment, shipment_labelled
from fbridge.shipping.carrier_rows import route_for
from fbridge.shipping.manifest_rows import strike
from fbridge.shipping.shipment_creation import Wish, create_for_order, load_candidate, pieces
from fbridge.shipping.shipment_rows import load_shipment, lock_shipments, update_shipments
from fbridge.shipping.shipment_rules import Candidate, refuse_came_back, refuse_if_told
from fbridge.storage.events import record
from fbridge.storage.indexes import IN_THE_HOUSE
from fbridge.storage.tables import shipments


@dataclass(frozen=True, slots=True)
class _Filling:
    connection: Connection
    manifest: ManifestHead
    at: datetime


@dataclass(frozen=True, slots=True)
class _Named:
    """What a reference names: one of our shipments, or an order."""

    shipment_id: int | None = None
    order_id: int | None = None


def add_to_manifest(
    connection: Connection, manifest: ManifestHead, refs: Sequence[str], *, store: str | None, at: datetime
) -> tuple[ItemResult, ...]:
    """Put shipments and orders on a manifest that is locked and in preparation; one result a reference."""
    named: dict[str, _Named] = {}
    unknown: dict[str, ItemResult] = {}
    for ref in refs:
        try:
            named[ref] = _named(connection, ref, store)
        except FbridgeError as error:
            unknown[ref] = _failed(ref, error)
    lock_orders(connection, [one.order_id for one in named.values() if one.order_id is not None])
    filling = _Filling(connection, manifest, at)
    return tuple(
        unknown.get(ref) or _attempt(connection, ref, lambda ref: _add(filling, ref, named[ref]))
        for ref in refs
    )


def loose_shipments(connection: Connection, carrier_id: int) -> tuple[str, ...]:
    """The labels of all shipments of a carrier that are in the house and on no manifest, oldest first."""
    query = (
        sa.select(shipments.c.id)
        .where(
            shipments.c.carrier_id == carrier_id,
            shipments.c.manifest_id.is_(None),
            IN_THE_HOUSE,
        )
        .order_by(shipments.c.id)
    )
    return tuple(f"S{key}" for key in connection.execute(query).scalars())


def take_off_manifest(
    connection: Connection, manifest: Manifest, refs: Sequence[str], *, at: datetime
) -> tuple[ItemResult, ...]:
    """Take shipments off a locked manifest, while nothing of them was pushed; one result a reference."""
    ids = [shipment.id for shipment in manifest.shipments]
    lock_shipments(connection, ids)
    standings(connection, ids)
    filling = _Filling(connection, manifest, at)
    return tuple(_attempt(connection, ref, lambda ref: _take_off(filling, ref)) for ref in refs)


def _attempt(connection: Connection, ref: str, act: Callable[[str], ItemResult]) -> ItemResult:
    try:
        with connection.begin_nested():
            return act(ref)
    except FbridgeError as error:
        return _failed(ref, error)


def _failed(ref: str, error: FbridgeError) -> ItemResult:
    return ItemResult(ref=ref, ok=False, reason=error.reason, words=str(error))


def _named(connection: Connection, ref: str, store: str | None) -> _Named:
    """A label names a shipment, unless there is none and an order is numbered like that."""
    key = shipment_labelled(connection, ref)
    if key is None:
        return _Named(order_id=find_order(connection, ref, store))
    of_order = sa.select(shipments.c.order_id).where(shipments.c.id == key)
    return _Named(shipment_id=key, order_id=connection.execute(of_order).scalar_one())


def _add(filling: _Filling, ref: str, named: _Named) -> ItemResult:
    if named.shipment_id is not None:
        lock_shipments(filling.connection, [named.shipment_id])
        return _put_on(filling, ref, [load_shipment(filling.connection, named.shipment_id)])
    assert named.order_id is not None  # noqa: S101 - a reference names one or the other
    candidate = load_candidate(filling.connection, named.order_id)
    made = [one for one in candidate.shipments if one.manifest in {None, filling.manifest.number}]
    if made and candidate.free == 0:
        return _put_on(filling, ref, made)
    return _ship_rest(filling, ref, candidate)


def _ship_rest(filling: _Filling, ref: str, candidate: Candidate) -> ItemResult:
    aside = _other_route(filling, candidate)
    shipment_id = create_for_order(
        filling.connection,
        candidate,
        Wish(),
        carrier=filling.manifest.carrier,
        manifest=filling.manifest,
        at=filling.at,
    )
    shipment = load_shipment(filling.connection, shipment_id)
    words = f"{shipment.label} made of order {candidate.label}: {pieces(shipment.items)}{aside}."
    return ItemResult(ref=ref, ok=True, reason="added", words=words, label=shipment.label)


def _other_route(filling: _Filling, candidate: Candidate) -> str:
    """Words on a route that leads to another carrier. Raises InputError for one that leads to none."""
    method = candidate.order.shipping_method
    route = route_for(filling.connection, candidate.store, method.code if method else "")
    if route is None or (route.carrier and route.carrier.id == filling.manifest.carrier.id):
        return ""
    if route.carrier is None:
        word = "pick-up" if route.delivery is Delivery.PICKUP else "no delivery"
        raise InputError(
            f"Order {candidate.label} is routed to {word}; to ship it all the same: fbridge shipment create "
            f"{candidate.label} --carrier {filling.manifest.carrier.code} --manifest {filling.manifest.number}",
            reason="routed_to_no_carrier",
        )
    return f"; it was routed to {route.carrier.code} and goes with {filling.manifest.carrier.code}"


def _put_on(filling: _Filling, ref: str, goods: Sequence[Shipment]) -> ItemResult:
    for shipment in goods:
        _refuse_to_put_on(filling.manifest, shipment)
    fresh = [shipment for shipment in goods if shipment.manifest != filling.manifest.number]
    keys = [one.id for one in fresh]
    update_shipments(filling.connection, keys, manifest_id=filling.manifest.id)
    raise_version(filling.connection, keys)
    for shipment in fresh:
        _record(filling, "manifest.added", shipment, f"put on manifest {filling.manifest.number}")
    words = f"{_labels(goods)} {'put on' if fresh else 'is already on'} manifest {filling.manifest.number}."
    reason = "added" if fresh else "already_there"
    return ItemResult(ref=ref, ok=True, reason=reason, words=words, label=goods[0].label)


def _refuse_to_put_on(manifest: ManifestHead, shipment: Shipment) -> None:
    if shipment.withdrawn_at is not None:
        raise InputError(f"{shipment.label} is withdrawn.", reason="withdrawn")
    if shipment.manifest is not None and shipment.manifest != manifest.number:
        raise InputError(
            f"{shipment.label} is on manifest {shipment.manifest} already; a shipment is on one manifest.",
            reason="on_other_manifest",
        )
    if shipment.carrier.id != manifest.carrier.id:
        raise InputError(
            f"{shipment.label} goes with {shipment.carrier.code}, manifest {manifest.number} with "
            f"{manifest.carrier.code}; to change it: fbridge tracking set {shipment.label} NUMBER --carrier "
            f"{manifest.carrier.code}",
            reason="other_carrier",
        )


def _take_off(filling: _Filling, ref: str) -> ItemResult:
    connection, manifest = filling.connection, filling.manifest
    shipment = load_shipment(connection, find_shipment(connection, ref))
    if shipment.manifest != manifest.number:
        raise InputError(f"{shipment.label} is not on manifest {manifest.number}.", reason="not_on_manifest")
    refuse_came_back(shipment)
    left = manifest.state is ManifestState.SHIPPED
    if _store_holds(shipment):
        raise_version(connection, [shipment.id])
    else:
        refuse_if_told(shipment, f"stays on manifest {manifest.number}")
        update_shipments(connection, [shipment.id], shipped_at=None)
        hold_back(connection, [shipment.id], filling.at)
    since = filling.at if left else shipment.left_behind_at
    update_shipments(connection, [shipment.id], manifest_id=None, left_behind_at=since)
    if left:
        strike(connection, manifest.id, shipment.id, filling.at)
    words = f"{'left behind by' if left else 'taken off'} manifest {manifest.number}"
    _record(filling, "manifest.left_behind" if left else "manifest.removed", shipment, words)
    return ItemResult(
        ref=ref, ok=True, reason="removed", words=f"{shipment.label} {words}.", label=shipment.label
    )


def tell_taken_off(connection: Connection, manifest: Manifest, *, at: datetime) -> None:
    """The manifest is cancelled: each of its shipments is on none now, and its own story tells that."""
    for one in manifest.shipments:
        record(
            connection,
            "manifest.removed",
            f"{one.label} taken off manifest {manifest.number}, which was cancelled.",
            at=at,
            store=one.store,
            order_id=one.order_id,
            shipment_id=one.id,
            manifest_id=manifest.id,
        )


def _store_holds(shipment: Shipment) -> bool:
    """It was told that it left: that is not taken back, and not told again when it does leave."""
    return shipment.push is not None and shipment.push.state in TAKEN_BY_STORE


def _labels(goods: Iterable[Shipment]) -> str:
    return ", ".join(shipment.label for shipment in goods)


def _record(filling: _Filling, kind: str, shipment: Shipment, words: str) -> None:
    record(
        filling.connection,
        kind,
        f"{shipment.label} {words}.",
        at=filling.at,
        store=shipment.store,
        order_id=shipment.order_id,
        shipment_id=shipment.id,
        manifest_id=filling.manifest.id,
    )
