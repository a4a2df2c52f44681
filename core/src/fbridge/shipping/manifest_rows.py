"""Manifests in the database, and the counter that numbers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from fbridge.models.orders import Money
from fbridge.models.parts import in_parts
from fbridge.models.shipments import (
    Manifest,
    ManifestHead,
    ManifestPage,
    ManifestRow,
    StruckRow,
    fingerprint_of,
)
from fbridge.models.states import ManifestState
from fbridge.shipping.carrier_rows import carrier_columns, carrier_from_row
from fbridge.shipping.manifest_lines import load_lines
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.tables import MOST_KEYS, carriers, counters, manifests, orders, shipments, struck_rows
from fbridge.storage.upserts import insert_of


def next_number(connection: Connection, year: int) -> str:
    """The next manifest number of a year: ``2026-0001``.

    There is no gap and no double, as it is taken in the write unit that uses it.
    """
    statement = (
        insert_of(connection)(counters)
        .values(name=f"manifest-{year}", value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
        .returning(counters.c.value)
    )
    return f"{year}-{connection.execute(statement).scalar_one():04d}"


def insert_manifest(connection: Connection, number: str, carrier_id: int, at: datetime) -> int:
    """Add a manifest in preparation and give its key."""
    result = connection.execute(
        sa.insert(manifests).values(
            number=number, carrier_id=carrier_id, state=ManifestState.PREPARING, created_at=at
        )
    )
    (manifest_id,) = result.inserted_primary_key or (0,)
    return int(manifest_id)


def update_manifest(connection: Connection, manifest_id: int, **values: Any) -> None:
    """Set columns of one manifest."""
    connection.execute(sa.update(manifests).where(manifests.c.id == manifest_id).values(**values))


def lock_manifest(connection: Connection, manifest_id: int) -> ManifestHead:
    """The manifest as it is now, kept from other writers until the write unit ends."""
    query = sa.select(manifests.c.id).where(manifests.c.id == manifest_id)
    connection.execute(query.with_for_update(key_share=True))
    return load_head(connection, manifest_id)


def load_head(connection: Connection, manifest_id: int) -> ManifestHead:
    """The manifest with this key, which must exist, without what stands on it."""
    return ManifestHead(**_head(connection.execute(_query([manifests.c.id == manifest_id])).mappings().one()))


def load_manifest(connection: Connection, manifest_id: int) -> Manifest:
    """One manifest with its shipments by its key, which must exist."""
    (row,) = list_manifests(connection, manifests.c.id == manifest_id)
    return Manifest(
        **{one.name: getattr(row, one.name) for one in fields(row)},
        shipments=load_shipments(connection, shipments.c.manifest_id == manifest_id),
        struck=tuple(_struck_on(connection, manifest_id)),
    )


def load_page(connection: Connection, manifest_id: int, *, after: int, limit: int) -> ManifestPage:
    """A part of what stands on a manifest: so many shipments after that key."""
    (row,) = list_manifests(connection, manifests.c.id == manifest_id)
    later = (shipments.c.manifest_id == manifest_id, shipments.c.id > after)
    keys = connection.execute(
        sa.select(shipments.c.id).where(*later).order_by(shipments.c.id).limit(limit + 1)
    ).scalars()
    shown = list(keys)
    return ManifestPage(
        **{one.name: getattr(row, one.name) for one in fields(row)},
        shipments=load_shipments(connection, shipments.c.id.in_(shown[:limit])),
        struck=tuple(_struck_on(connection, manifest_id)),
        fingerprint=fingerprint_of(row, load_lines(connection, manifest_id)),
        following=shown[limit - 1] if len(shown) > limit else None,
    )


def list_manifests(
    connection: Connection, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> tuple[ManifestRow, ...]:
    """The manifests that meet all conditions, the newest first; their shipments are counted and not loaded.

    Conditions may name columns of manifests and carriers.
    """
    rows = connection.execute(_query(conditions, limit)).mappings().all()
    sums: defaultdict[int, _Sum] = defaultdict(_Sum)
    for part in in_parts([row["id"] for row in rows], MOST_KEYS):
        for shipment in connection.execute(_COUNTED.where(shipments.c.manifest_id.in_(part))):
            sums[shipment.manifest_id].add(shipment)
    return tuple(_manifest_row(row, sums[row["id"]]) for row in rows)


_COUNTED = sa.select(
    shipments.c.id,
    shipments.c.manifest_id,
    shipments.c.document_source,
    shipments.c.document_series,
    shipments.c.document_number,
    shipments.c.document_year,
    shipments.c.parcels,
    shipments.c.weight_grams,
    shipments.c.cod_amount,
    shipments.c.cod_currency,
).order_by(shipments.c.id)


@dataclass(slots=True)
class _Sum:
    """What stands on one manifest; the boxes of a document that goes over several orders count once."""

    count: int = 0
    parcels: int = 0
    weight_grams: int = 0
    cod: dict[str, Decimal] = field(default_factory=dict)
    documents: set[tuple[Any, ...]] = field(default_factory=set)

    def add(self, shipment: Any) -> None:
        self.count += 1
        if shipment.cod_amount is not None:
            so_far = self.cod.get(shipment.cod_currency, Decimal(0))
            self.cod[shipment.cod_currency] = so_far + shipment.cod_amount
        document = (
            shipment.document_source,
            shipment.document_series,
            shipment.document_number,
            shipment.document_year,
        )
        if shipment.document_number is None or document not in self.documents:
            self.documents.add(document)
            self.parcels += shipment.parcels
            self.weight_grams += shipment.weight_grams or 0


def _manifest_row(row: RowMapping, on_it: _Sum) -> ManifestRow:
    return ManifestRow(
        **_head(row),
        count=on_it.count,
        parcels=on_it.parcels,
        weight_grams=on_it.weight_grams,
        cod_totals=tuple(
            Money(amount=amount, currency=currency) for currency, amount in sorted(on_it.cod.items())
        ),
    )


def _head(row: RowMapping) -> dict[str, Any]:
    own = ("id", "number", "state", "created_at", "shipped_at", "cancelled_at")
    return {**{name: row[name] for name in own}, "carrier": carrier_from_row(row, "own_")}


def _query(conditions: Sequence[sa.ColumnElement[bool]], limit: int | None = None) -> sa.Select[Any]:
    return (
        sa.select(manifests, *carrier_columns("own_"))
        .join_from(manifests, carriers)
        .where(*conditions)
        .order_by(manifests.c.id.desc())
        .limit(limit)
    )


def strike(connection: Connection, manifest_id: int, shipment_ids: Sequence[int], at: datetime) -> None:
    """The manifest keeps these rows, struck through."""
    rows = [{"manifest_id": manifest_id, "shipment_id": key, "struck_at": at} for key in shipment_ids]
    if rows:
        connection.execute(sa.insert(struck_rows), rows)


def _struck_on(connection: Connection, manifest_id: int) -> Sequence[StruckRow]:
    query = (
        sa.select(struck_rows, orders.c.number)
        .join_from(struck_rows, shipments, shipments.c.id == struck_rows.c.shipment_id)
        .outerjoin(orders, orders.c.id == shipments.c.order_id)
        .where(struck_rows.c.manifest_id == manifest_id)
        .order_by(struck_rows.c.id)
    )
    return [
        StruckRow(shipment=f"S{row.shipment_id}", order_number=row.number or "", at=row.struck_at)
        for row in connection.execute(query)
    ]
