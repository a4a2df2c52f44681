"""Manifests in the database, and the counter that numbers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, RowMapping

from fbridge.models.shipments import Manifest, Shipment, StruckRow
from fbridge.models.states import ManifestState
from fbridge.shipping.carrier_rows import carrier_columns, carrier_from_row
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.tables import carriers, counters, manifests, orders, shipments, struck_rows


def next_number(connection: Connection, year: int) -> str:
    """The next manifest number of a year: ``2026-0001``.

    There is no gap and no double, as it is taken in the write unit that uses it.
    """
    statement = (
        _insert_of(connection)(counters)
        .values(name=f"manifest-{year}", value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
        .returning(counters.c.value)
    )
    return f"{year}-{connection.execute(statement).scalar_one():04d}"


def _insert_of(connection: Connection) -> Callable[[sa.Table], Any]:
    """Of this database alone: every command would wait for the import of the other one."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql

    return postgresql.insert


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


def lock_manifest(connection: Connection, manifest_id: int) -> Manifest:
    """The manifest as it is now, kept from other writers until the write unit ends."""
    query = sa.select(manifests.c.id).where(manifests.c.id == manifest_id)
    connection.execute(query.with_for_update(key_share=True))
    return load_manifest(connection, manifest_id)


def load_manifest(connection: Connection, manifest_id: int) -> Manifest:
    """One manifest by its key, which must exist."""
    (manifest,) = load_manifests(connection, manifests.c.id == manifest_id)
    return manifest


def load_manifests(
    connection: Connection, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> tuple[Manifest, ...]:
    """The manifests that meet all conditions, oldest first; with ``limit`` the newest of them.

    Conditions may name columns of manifests and carriers. Six queries, however many there are.
    """
    query = (
        sa.select(manifests, *carrier_columns("own_"))
        .join_from(manifests, carriers)
        .where(*conditions)
        .order_by(manifests.c.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query).mappings().all()
    keys = [row["id"] for row in rows]
    on_them, struck = _shipments_on(connection, keys), _struck_on(connection, keys)
    return tuple(
        _manifest(row, on_them.get(row["number"], []), struck.get(row["id"], [])) for row in reversed(rows)
    )


def _shipments_on(connection: Connection, manifest_ids: Sequence[int]) -> Mapping[str | None, list[Shipment]]:
    found: defaultdict[str | None, list[Shipment]] = defaultdict(list)
    for shipment in load_shipments(connection, shipments.c.manifest_id.in_(manifest_ids)):
        found[shipment.manifest].append(shipment)
    return found


def strike(connection: Connection, manifest_id: int, shipment_id: int, at: datetime) -> None:
    """The manifest keeps the row, struck through."""
    connection.execute(
        sa.insert(struck_rows).values(manifest_id=manifest_id, shipment_id=shipment_id, struck_at=at)
    )


def _struck_on(connection: Connection, manifest_ids: Sequence[int]) -> Mapping[int, list[StruckRow]]:
    found: defaultdict[int, list[StruckRow]] = defaultdict(list)
    query = (
        sa.select(struck_rows, orders.c.number)
        .join_from(struck_rows, shipments, shipments.c.id == struck_rows.c.shipment_id)
        .outerjoin(orders, orders.c.id == shipments.c.order_id)
        .where(struck_rows.c.manifest_id.in_(manifest_ids))
        .order_by(struck_rows.c.id)
    )
    for row in connection.execute(query):
        struck = StruckRow(shipment=f"S{row.shipment_id}", order_number=row.number or "", at=row.struck_at)
        found[row.manifest_id].append(struck)
    return found


def _manifest(row: RowMapping, on_it: Sequence[Shipment], struck: Sequence[StruckRow]) -> Manifest:
    return Manifest(
        id=row["id"],
        number=row["number"],
        carrier=carrier_from_row(row, "own_"),
        state=row["state"],
        created_at=row["created_at"],
        shipped_at=row["shipped_at"],
        cancelled_at=row["cancelled_at"],
        shipments=tuple(on_it),
        struck=tuple(struck),
    )
