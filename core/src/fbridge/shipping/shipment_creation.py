"""Making one shipment inside a write unit: the order locked, every rule checked, then all rows at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.errors import InputError
from fbridge.models.fulfillments import Item
from fbridge.models.particulars import Particulars
from fbridge.models.parts import in_parts
from fbridge.models.shipments import Carrier, Document, ManifestHead, Shipment
from fbridge.models.states import Delivery
from fbridge.orders.quantities import line_quantities
from fbridge.orders.storage import load_orders, lock_orders, refresh_open_quantity
from fbridge.push.wishes import open_entries
from fbridge.shipping.address_prints import address_print
from fbridge.shipping.carrier_rows import route_for
from fbridge.shipping.objections import known_at_making
from fbridge.shipping.shipment_rows import NewShipment, insert_shipments, load_shipments, users_of_numbers
from fbridge.shipping.shipment_rules import Candidate, allot, cod_for, refuse_unshippable
from fbridge.shipping.tracking_numbers import clean_numbers, parcels_for
from fbridge.storage.events import record_all
from fbridge.storage.tables import MOST_KEYS, orders, shipments

_DOCUMENT_LIMITS = {"source": 32, "series": 32, "number": 64}
_WAREHOUSE_LIMIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks of a shipment; everything left out is decided by the order and the rules."""

    items: Mapping[str, int] | None = None
    numbers: tuple[str, ...] = ()
    parcels: int | None = None
    weight_grams: int | None = None
    cod: Decimal | None = None
    no_cod: bool = False
    warehouse: str | None = None
    document: Document | None = None
    particulars: Particulars | None = None
    allow_unpaid: bool = False
    allow_marked: bool = False
    allow_shared: bool = False


def lock_candidate(connection: Connection, order_id: int) -> Candidate:
    """The order as it is now, kept from other writers until the write unit ends."""
    lock_orders(connection, [order_id])
    return load_candidate(connection, order_id)


def load_candidate(connection: Connection, order_id: int) -> Candidate:
    """The order with its lines and its shipments that are not withdrawn."""
    return load_candidates(connection, [order_id])[order_id]


def load_candidates(connection: Connection, order_ids: Sequence[int]) -> dict[int, Candidate]:
    """The same of several orders, by key: nine queries for any 500."""
    return {
        one.id: one for part in in_parts(order_ids, MOST_KEYS) for one in _load_candidates(connection, part)
    }


def _load_candidates(connection: Connection, order_ids: Sequence[int]) -> Iterator[Candidate]:
    query = sa.select(orders.c.id, orders.c.store, orders.c.historic).where(orders.c.id.in_(order_ids))
    kept, lines = load_orders(connection, order_ids), line_quantities(connection, order_ids)
    made: defaultdict[int | None, list[Shipment]] = defaultdict(list)
    for one in load_shipments(
        connection, shipments.c.order_id.in_(order_ids), shipments.c.withdrawn_at.is_(None)
    ):
        made[one.order_id].append(one)
    for key, store, historic in connection.execute(query):
        yield Candidate(
            id=key,
            store=store,
            historic=historic,
            order=kept[key],
            lines=lines[key],
            shipments=tuple(made[key]),
        )


@dataclass(frozen=True, slots=True)
class Wished:
    """A shipment that may be made of a locked order, and is not made yet."""

    candidate: Candidate
    carrier: Carrier
    new: NewShipment


def create_for_order(
    connection: Connection,
    candidate: Candidate,
    wish: Wish,
    *,
    carrier: Carrier,
    manifest: ManifestHead | None,
    at: datetime,
) -> int:
    """Make the wished shipment of a locked order and give its key; a refusal (InputError) writes nothing."""
    wished = wished_of_order(connection, candidate, wish, carrier=carrier, manifest=manifest)
    (key,) = make_wished(connection, [wished], at=at)
    return key


def wished_of_order(
    connection: Connection,
    candidate: Candidate,
    wish: Wish,
    *,
    carrier: Carrier,
    manifest: ManifestHead | None,
) -> Wished:
    """What is to be made by this wish. Raises InputError where a rule is against it."""
    refuse_unshippable(candidate, allow_unpaid=wish.allow_unpaid, allow_marked=wish.allow_marked)
    new = NewShipment(
        carrier_id=carrier.id,
        parcels=parcels_for(wish.numbers, wish.parcels),
        items=allot(candidate, wish.items),
        numbers=clean_numbers(wish.numbers),
        store=candidate.store,
        order_id=candidate.id,
        manifest_id=manifest.id if manifest else None,
        weight_grams=wish.weight_grams,
        cod=cod_for(candidate, wish.cod, no_cod=wish.no_cod),
        warehouse=wish.warehouse,
        document=wish.document,
        particulars=wish.particulars,
        address_print=address_print(candidate.order.ship_to),
        allowed_doubts=known_at_making(candidate.order),
    )
    refuse_bad_particulars(connection, new, allow_shared=wish.allow_shared)
    return Wished(candidate, carrier, new)


def make_wished(connection: Connection, wished: Sequence[Wished], *, at: datetime) -> list[int]:
    """Make these, of different orders that are locked, and give their keys in this sequence."""
    keys = insert_shipments(connection, [one.new for one in wished], at)
    open_entries(connection, keys, at)
    refresh_open_quantity(connection, [one.candidate.id for one in wished])
    record_all(connection, [_told(key, one) | {"at": at} for key, one in zip(keys, wished, strict=True)])
    return keys


def _told(shipment_id: int, made: Wished) -> dict[str, Any]:
    new, candidate = made.new, made.candidate
    cod = f", cash on delivery {new.cod}" if new.cod else ""
    return {
        "kind": "shipment.created",
        "words": f"S{shipment_id} made of order {candidate.label} ({pieces(new.items)}) for "
        f"{made.carrier.code}{cod}.",
        "store": candidate.store,
        "order_id": candidate.id,
        "shipment_id": shipment_id,
        "manifest_id": new.manifest_id,
    }


def routed_carrier(connection: Connection, candidate: Candidate) -> Carrier:
    """The carrier of the order's shipping method. Raises InputError where no route leads to a carrier."""
    method = candidate.order.shipping_method
    code = method.code if method else ""
    route = route_for(connection, candidate.store, code)
    if route is None:
        raise InputError(
            f"Order {candidate.label} has no carrier: its shipping method {code!r} has no route; name a "
            f"carrier, or run: fbridge carrier route {candidate.store} {code or '*'!r} CARRIER",
            reason="no_carrier",
        )
    if route.carrier is None:
        word = "pick-up" if route.delivery is Delivery.PICKUP else "no delivery"
        raise InputError(
            f"Order {candidate.label} needs no carrier: its shipping method {code!r} is routed to {word}; "
            "name a carrier to ship it all the same.",
            reason="routed_to_no_carrier",
        )
    return route.carrier


def refuse_bad_particulars(connection: Connection, new: NewShipment, *, allow_shared: bool) -> None:
    """Raises InputError: a bad weight, too long a text, a document or a tracking number in use already."""
    if new.weight_grams is not None:
        refuse_bad_weight(new.weight_grams)
    if new.warehouse is not None and len(new.warehouse) > _WAREHOUSE_LIMIT:
        raise InputError(
            f"A warehouse has at most {_WAREHOUSE_LIMIT} characters: {new.warehouse[:20]}...",
            reason="bad_warehouse",
        )
    if new.document is not None:
        _refuse_bad_document(connection, new.document, new.order_id)
    if not allow_shared:
        refuse_used_numbers(connection, new.numbers)


def refuse_bad_weight(grams: int) -> None:
    """Raises InputError for one that no parcel has."""
    if not 0 <= grams < 2**31:
        raise InputError(f"A weight of {grams} g is not possible.", reason="bad_weight")


def refuse_used_numbers(
    connection: Connection, numbers: Collection[str], *, apart_from: int | None = None
) -> None:
    """Raises InputError naming the shipment that has one of these numbers already."""
    used = users_of_numbers(connection, numbers, apart_from=apart_from) if numbers else {}
    for number, shipment_id in used.items():
        raise InputError(
            f"The tracking number {number} is already used by S{shipment_id}; "
            "if both parcels travel under it, add --allow-shared.",
            reason="number_in_use",
        )


def pieces(items: Collection[Item]) -> str:
    """``1 piece``, ``3 pieces``."""
    count = sum(item.quantity for item in items)
    return f"{count} piece{'' if count == 1 else 's'}"


def _refuse_bad_document(connection: Connection, document: Document, order_id: int | None) -> None:
    for name, limit in _DOCUMENT_LIMITS.items():
        if len(getattr(document, name)) > limit:
            raise InputError(
                f"The {name} of document {str(document)[:40]} has more than {limit} characters.",
                reason="bad_document",
            )
    if not document.number:
        raise InputError("A document needs a number.", reason="bad_document")
    # A document may go over several orders, and has one shipment of each.
    same = shipments.c.order_id.is_(None) if order_id is None else shipments.c.order_id == order_id
    query = sa.select(shipments.c.id).where(shipments.c.document_key == document.key, same)
    other = connection.execute(query).scalar()
    if other is not None:
        raise InputError(f"Document {document} is already shipment S{other}.", reason="document_exists")
