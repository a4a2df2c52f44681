"""Putting goods on a locked manifest, hundreds at once: each reference decided by itself, all written together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.errors import FbridgeError, InputError
from fbridge.models.parts import in_parts
from fbridge.models.results import ItemResult
from fbridge.models.shipments import ManifestHead, Shipment
from fbridge.models.states import Delivery
from fbridge.orders.storage import lock_orders
from fbridge.push.ledger import raise_version
from fbridge.shipping.carrier_rows import DEFAULT_METHOD, Route, load_routes
from fbridge.shipping.many_references import Named, find_named
from fbridge.shipping.shipment_creation import (
    Wish,
    Wished,
    load_candidates,
    make_wished,
    pieces,
    wished_of_order,
)
from fbridge.shipping.shipment_rows import load_shipments, lock_shipments, update_shipments
from fbridge.shipping.shipment_rules import Candidate
from fbridge.storage.events import record_all
from fbridge.storage.indexes import IN_THE_HOUSE
from fbridge.storage.tables import MOST_KEYS, shipments


@dataclass(frozen=True, slots=True)
class _Filling:
    connection: Connection
    manifest: ManifestHead
    at: datetime
    routes: dict[str, dict[str, Route]] = field(default_factory=dict)

    def route(self, store: str, method: str) -> Route | None:
        if store not in self.routes:
            found = load_routes(self.connection, store)
            self.routes[store] = {one.shipping_method: one for one in found}
        return self.routes[store].get(method) or self.routes[store].get(DEFAULT_METHOD)


@dataclass(frozen=True, slots=True)
class _Making:
    """A shipment to be made; ``aside`` are words on a route that leads elsewhere."""

    wished: Wished
    aside: str

    def made(self, ref: str, key: int) -> ItemResult:
        label, goods = f"S{key}", pieces(self.wished.new.items)
        words = f"{label} made of order {self.wished.candidate.label}: {goods}{self.aside}."
        return ItemResult(ref=ref, ok=True, reason="added", words=words, label=label)


@dataclass(frozen=True, slots=True)
class _Putting:
    """Shipments that may be on the manifest; ``fresh`` are those that are not yet."""

    goods: Sequence[Shipment]
    fresh: Sequence[Shipment]

    def put(self, ref: str, number: str) -> ItemResult:
        labels = ", ".join(one.label for one in self.goods)
        words = f"{labels} {'put on' if self.fresh else 'is already on'} manifest {number}."
        reason = "added" if self.fresh else "already_there"
        return ItemResult(ref=ref, ok=True, reason=reason, words=words, label=self.goods[0].label)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is in the database of the things that references name, by key."""

    orders: Mapping[int, Candidate]
    shipments: Mapping[int, Shipment]


def add_to_manifest(
    connection: Connection, manifest: ManifestHead, refs: Sequence[str], *, store: str | None, at: datetime
) -> tuple[ItemResult, ...]:
    """Put shipments and orders on a manifest that is locked and in preparation; one result a reference."""
    named = find_named(connection, refs, store)
    right = [one for one in named.values() if isinstance(one, Named)]
    whole = {one.order_id for one in right if one.order_id and not one.shipment_id}
    lock_orders(connection, whole)
    lock_shipments(
        connection, {one.shipment_id for one in right if one.shipment_id} | _made_of(connection, whole)
    )
    filling = _Filling(connection, manifest, at)
    return tuple(result for part in _apart(refs, named) for result in _add(filling, part, named))


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


def refused(ref: str, error: FbridgeError) -> ItemResult:
    """What is said of a reference with which nothing was done."""
    return ItemResult(ref=ref, ok=False, reason=error.reason, words=str(error))


def _made_of(connection: Connection, order_ids: Collection[int]) -> set[int]:
    """What may come along with its order: who names it by its label holds the shipment, and not the order."""
    found: set[int] = set()
    for part in in_parts(sorted(order_ids), MOST_KEYS):
        query = sa.select(shipments.c.id).where(
            shipments.c.order_id.in_(part), shipments.c.withdrawn_at.is_(None)
        )
        found |= set(connection.execute(query).scalars())
    return found


def _apart(refs: Sequence[str], named: Mapping[str, Named | FbridgeError]) -> Iterator[list[str]]:
    """In parts that name no order twice: what is done of one reference the next one of that order has to see."""
    part: list[str] = []
    seen: set[Named | int | str] = set()
    for ref in refs:
        one = named[ref]
        goods = (one.order_id or one) if isinstance(one, Named) else ref
        if goods in seen or len(part) == MOST_KEYS:
            yield part
            part, seen = [], set()
        part.append(ref)
        seen.add(goods)
    if part:
        yield part


def _add(
    filling: _Filling, refs: Sequence[str], named: Mapping[str, Named | FbridgeError]
) -> Iterator[ItemResult]:
    known = _load(filling.connection, [named[ref] for ref in refs])
    results: dict[str, ItemResult] = {}
    making: dict[str, _Making] = {}
    putting: dict[str, _Putting] = {}
    for ref in refs:
        try:
            act = _decided(filling, named[ref], known)
        except FbridgeError as error:
            results[ref] = refused(ref, error)
            continue
        if isinstance(act, _Making):
            making[ref] = act
        else:
            putting[ref] = act
    keys = make_wished(filling.connection, [one.wished for one in making.values()], at=filling.at)
    for (ref, act), key in zip(making.items(), keys, strict=True):
        results[ref] = act.made(ref, key)
    _put_on(filling, [one for act in putting.values() for one in act.fresh])
    results |= {ref: act.put(ref, filling.manifest.number) for ref, act in putting.items()}
    return (results[ref] for ref in refs)


def _load(connection: Connection, named: Iterable[Named | FbridgeError]) -> _Known:
    right = [one for one in named if isinstance(one, Named)]
    keys = [one.shipment_id for one in right if one.shipment_id]
    whole = [one.order_id for one in right if one.order_id and not one.shipment_id]
    return _Known(
        load_candidates(connection, whole),
        {one.id: one for one in load_shipments(connection, shipments.c.id.in_(keys))} if keys else {},
    )


def _decided(filling: _Filling, named: Named | FbridgeError, known: _Known) -> _Making | _Putting:
    if isinstance(named, FbridgeError):
        raise named
    if named.shipment_id is not None:
        return _putting(filling.manifest, [known.shipments[named.shipment_id]])
    assert named.order_id is not None  # noqa: S101 - a reference names one or the other
    candidate = known.orders[named.order_id]
    made = [one for one in candidate.shipments if one.manifest in {None, filling.manifest.number}]
    if made and candidate.free == 0:
        return _putting(filling.manifest, made)
    aside = _other_route(filling, candidate)
    carrier, manifest = filling.manifest.carrier, filling.manifest
    wished = wished_of_order(filling.connection, candidate, Wish(), carrier=carrier, manifest=manifest)
    return _Making(wished, aside)


def _other_route(filling: _Filling, candidate: Candidate) -> str:
    """Words on a route that leads to another carrier. Raises InputError for one that leads to none."""
    method = candidate.order.shipping_method
    route = filling.route(candidate.store, method.code if method else "")
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


def _putting(manifest: ManifestHead, goods: Sequence[Shipment]) -> _Putting:
    for shipment in goods:
        _refuse_to_put_on(manifest, shipment)
    return _Putting(goods, [shipment for shipment in goods if shipment.manifest != manifest.number])


def _put_on(filling: _Filling, fresh: Sequence[Shipment]) -> None:
    keys = [one.id for one in fresh]
    update_shipments(filling.connection, keys, manifest_id=filling.manifest.id)
    raise_version(filling.connection, keys)
    words = f"put on manifest {filling.manifest.number}"
    tell_of_manifest(filling.connection, filling.manifest, "manifest.added", fresh, words, at=filling.at)


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


def tell_of_manifest(
    connection: Connection,
    manifest: ManifestHead,
    kind: str,
    goods: Iterable[Shipment],
    words: str,
    *,
    at: datetime,
) -> None:
    """Add to the story of each of these shipments what became of it on the manifest."""
    rows = [
        {
            "at": at,
            "kind": kind,
            "words": f"{one.label} {words}.",
            "store": one.store,
            "order_id": one.order_id,
            "shipment_id": one.id,
            "manifest_id": manifest.id,
        }
        for one in goods
    ]
    record_all(connection, rows)
