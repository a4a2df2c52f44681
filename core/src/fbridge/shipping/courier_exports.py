"""What a courier's program was told of the parcels, and what is otherwise since: else the wrong label is printed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.orders import Address
from fbridge.models.parts import in_parts
from fbridge.models.shipments import Manifest, Shipment
from fbridge.models.states import ManifestState
from fbridge.orders.rows import address_from_json
from fbridge.references import find_shipment
from fbridge.shipping.manifest_references import find_manifest
from fbridge.shipping.manifest_rows import load_manifest, lock_manifest
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.events import record
from fbridge.storage.export_tables import courier_rows
from fbridge.storage.indexes import IN_THE_HOUSE
from fbridge.storage.tables import MOST_KEYS, manifests, orders, shipments

LOOKED_AT = timedelta(days=60)
"""How long after its export a parcel is compared with what its courier was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A shipment with what its courier is told of it beside its own fields."""

    shipment: Shipment
    to: Address
    payment_method: str
    note: str

    @property
    def told(self) -> dict[str, Any]:
        """What a later look is compared with; the recipient and the note only as prints."""
        one = self.shipment
        return {
            "carrier": one.carrier.code,
            "recipient": _print(self.to),
            "note": _print(self.note),
            "parcels": one.parcels,
            "weight": one.weight_grams,
            "COD": str(one.cod or ""),
            "number": list(one.numbers),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierChange:
    """A shipment that is not as its courier's program was told; ``what`` in words, ``map`` is the one of the export.

    ``since`` is when the courier was told last (aware UTC).
    """

    shipment: str
    order_number: str
    manifest: str
    carrier: str
    what: str
    since: datetime
    next_step: str


def _print(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=8).hexdigest()


def courier_parcels(context: Context, ref: str) -> tuple[Manifest, tuple[Parcel, ...]]:
    """A manifest's parcels for its courier's program. Raises NotFoundError, InputError (cancelled, empty)."""
    with context.database.read() as connection:
        manifest = load_manifest(connection, find_manifest(connection, ref))
        if manifest.state is ManifestState.CANCELLED or not manifest.shipments:
            why = "is cancelled" if manifest.state is ManifestState.CANCELLED else "is empty"
            raise InputError(
                f"Manifest {manifest.number} {why}; there is nothing to tell a courier.",
                reason="nothing_to_export",
            )
        return manifest, _parcels(connection, manifest.shipments)


def _parcels(connection: Connection, of: Sequence[Shipment]) -> tuple[Parcel, ...]:
    found: dict[int, RowMapping] = {}
    wanted = sa.select(orders.c.id, orders.c.bill_to, orders.c.payment_method, orders.c.note)
    for part in in_parts(sorted({one.order_id for one in of if one.order_id is not None}), MOST_KEYS):
        found |= {
            row["id"]: row for row in connection.execute(wanted.where(orders.c.id.in_(part))).mappings()
        }
    return tuple(_parcel(one, found.get(one.order_id or 0)) for one in of)


def _parcel(one: Shipment, order: RowMapping | None) -> Parcel:
    to, told = one.recipient, one.particulars
    if told and told.destination.is_place:
        to = _filled(told.destination, to)
    note = told.note if told else ""
    if order is None:
        return Parcel(shipment=one, to=to, payment_method="", note=note)
    bill = address_from_json(order["bill_to"])
    to = _reached(to, bill)
    return Parcel(shipment=one, to=to, payment_method=order["payment_method"], note=note or order["note"])


def _filled(destination: Address, recipient: Address) -> Address:
    """The place where the goods go, with the name of whom it is for."""
    if not destination.name and not destination.company:
        destination = replace(destination, name=recipient.name, company=recipient.company)
    return _reached(destination, recipient)


def _reached(to: Address, other: Address) -> Address:
    return replace(to, phone=to.phone or other.phone, email=to.email or other.email)


def keep_told(context: Context, manifest: Manifest, parcels: Sequence[Parcel], map_name: str) -> None:
    """The file is there: remember what the courier's program is told by it."""
    at = context.now()
    with context.database.write() as connection:
        lock_manifest(connection, manifest.id)
        _forget(connection, [one.shipment.id for one in parcels])
        rows = [_columns(one, manifest_id=manifest.id, map=map_name, told_at=at) for one in parcels]
        connection.execute(sa.insert(courier_rows), rows)
        words = f"Manifest {manifest.number}: {len(rows)} shipments handed to the courier's program (map {map_name})."
        record(connection, "manifest.exported", words, at=at, manifest_id=manifest.id)


def _columns(parcel: Parcel, **others: Any) -> dict[str, Any]:
    one = parcel.shipment
    return {
        "shipment_id": one.id,
        "carrier_id": one.carrier.id,
        "parcels": one.parcels,
        "weight_grams": one.weight_grams,
        "numbered_revision": one.revision if one.numbers else None,
        "told": parcel.told,
        **others,
    }


def courier_told(context: Context, refs: Sequence[str]) -> tuple[Shipment, ...]:
    """A person told the courier what is otherwise with these. Raises NotFoundError; InputError where nothing is."""
    at = context.now()
    with context.database.write() as connection:
        keys = [find_shipment(connection, ref) for ref in refs]
        found = load_shipments(connection, shipments.c.id.in_(keys))
        changed = {one.shipment for one in courier_changes(connection, at)}
        for one in found:
            if one.label not in changed:
                raise InputError(
                    f"{one.label} is as its courier's program was told; there is nothing to say.",
                    reason="courier_knows",
                )
        for parcel in _parcels(connection, found):
            _settle(connection, parcel, at)
        return found


def _settle(connection: Connection, parcel: Parcel, at: datetime) -> None:
    """What is on no manifest its courier does not expect any more; the rest is as it is now."""
    one = parcel.shipment
    of_it = courier_rows.c.shipment_id == one.id
    if one.withdrawn_at or one.manifest is None:
        _forget(connection, [one.id])
    else:
        kept = connection.execute(sa.select(courier_rows.c.map).where(of_it)).scalar_one_or_none()
        key = connection.execute(
            sa.select(shipments.c.manifest_id).where(shipments.c.id == one.id)
        ).scalar_one()
        _forget(connection, [one.id])
        row = _columns(parcel, manifest_id=key, map=kept or "", told_at=at)
        connection.execute(sa.insert(courier_rows).values(row))
    words = f"{one.label}: the courier was told by hand what has changed since the export."
    record(
        connection,
        "shipment.courier_told",
        words,
        at=at,
        store=one.store,
        order_id=one.order_id,
        shipment_id=one.id,
    )


def _forget(connection: Connection, keys: Collection[int]) -> None:
    for part in in_parts(sorted(keys), MOST_KEYS):
        connection.execute(sa.delete(courier_rows).where(courier_rows.c.shipment_id.in_(part)))


def courier_changes(connection: Connection, now: datetime) -> tuple[CourierChange, ...]:
    """What is not as its courier was told, and what was added to a manifest whose courier was told already."""
    recent = sa.select(courier_rows).where(courier_rows.c.told_at >= now - LOOKED_AT)
    suspects = recent.join(shipments, shipments.c.id == courier_rows.c.shipment_id).where(_MAY_HAVE_CHANGED)
    told = {row["shipment_id"]: row for row in connection.execute(suspects).mappings()}
    exported = _exported(connection, recent)
    added = load_shipments(
        connection,
        IN_THE_HOUSE,
        shipments.c.manifest_id.in_(sorted(exported)),
        shipments.c.id.not_in(sa.select(courier_rows.c.shipment_id)),
    )
    found = [
        _change(one, told[one.shipment.id]) for one in _parcels(connection, _shipments(connection, told))
    ]
    found += [_added(connection, one, exported) for one in added]
    return tuple(sorted((one for one in found if one), key=lambda one: (one.since, one.shipment)))


_MAY_HAVE_CHANGED = sa.or_(
    IN_THE_HOUSE,
    shipments.c.withdrawn_at.is_not(None),
    shipments.c.manifest_id.is_(None),
    shipments.c.carrier_id != courier_rows.c.carrier_id,
    shipments.c.parcels != courier_rows.c.parcels,
    shipments.c.weight_grams.is_distinct_from(courier_rows.c.weight_grams),
    shipments.c.revision != courier_rows.c.numbered_revision,
)
"""Of what has left there is much, and little of that changes."""


def _exported(connection: Connection, recent: sa.Select[Any]) -> dict[int, RowMapping]:
    """The manifests in preparation whose couriers were told of them, with one row of each."""
    preparing = manifests.c.state == ManifestState.PREPARING
    query = recent.join(manifests, manifests.c.id == courier_rows.c.manifest_id).where(preparing)
    return {row["manifest_id"]: row for row in connection.execute(query).mappings()}


def _shipments(connection: Connection, told: Collection[int]) -> list[Shipment]:
    return [
        one
        for part in in_parts(sorted(told), MOST_KEYS)
        for one in load_shipments(connection, shipments.c.id.in_(part))
    ]


def _change(parcel: Parcel, row: RowMapping) -> CourierChange | None:
    what = ", ".join(_differences(parcel, row["told"]))
    return _told(parcel.shipment, what, row) if what else None


def _differences(parcel: Parcel, told: Mapping[str, Any]) -> Iterator[str]:
    one, now = parcel.shipment, parcel.told
    if one.withdrawn_at:
        yield "withdrawn"
        return
    if one.manifest is None:
        yield "left behind" if one.left_behind_at else "on no manifest any more"
    for name, before in told.items():
        # The number comes from the courier; and what a customer changes once the parcel is gone concerns nobody.
        expected = name == "number" and not before
        gone = one.shipped_at is not None and name in ("recipient", "note")
        if now.get(name) != before and not expected and not gone:
            yield f"{name} changed"


def _added(connection: Connection, one: Shipment, exported: Mapping[int, RowMapping]) -> CourierChange:
    key = connection.execute(sa.select(shipments.c.manifest_id).where(shipments.c.id == one.id)).scalar_one()
    return _told(one, "added", exported[key])


def _told(one: Shipment, what: str, row: RowMapping) -> CourierChange:
    again = one.manifest is not None and one.shipped_at is None and row["map"]
    return CourierChange(
        shipment=one.label,
        order_number=one.order_number,
        manifest=one.manifest or "",
        carrier=one.carrier.code,
        what=what,
        since=row["told_at"],
        next_step=f"fbridge manifest export {one.manifest} --for {row['map']} --only-changed -o FILE"
        if again
        else f"fbridge manifest courier-told {one.label}",
    )
