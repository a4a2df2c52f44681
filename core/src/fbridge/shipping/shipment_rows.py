"""Shipments in the database, with their lines, numbers and revisions."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from fbridge.models.fulfillments import Item
from fbridge.models.orders import Address, Doubt, Money
from fbridge.models.particulars import Particulars
from fbridge.models.parts import in_parts
from fbridge.models.shipments import Document, PushStatus, Return, Shipment
from fbridge.models.states import ShipmentOrigin
from fbridge.orders.rows import address_from_json, address_to_json, doubts_to_json
from fbridge.push.rows import status_of
from fbridge.shipping.carrier_rows import carrier_columns, carrier_from_row
from fbridge.shipping.particulars_rows import particulars_from_json, particulars_to_json
from fbridge.shipping.return_rows import last_returns
from fbridge.shipping.shipment_words import add_number_words, add_shipment_words
from fbridge.storage.database import Database
from fbridge.storage.tables import (
    MOST_KEYS,
    carriers,
    manifests,
    orders,
    pushes,
    shipment_lines,
    shipment_numbers,
    shipment_revisions,
    shipments,
    stores,
)

_JOINED = (
    shipments.join(carriers, carriers.c.id == shipments.c.carrier_id)
    .outerjoin(orders, orders.c.id == shipments.c.order_id)
    .outerjoin(manifests, manifests.c.id == shipments.c.manifest_id)
    .outerjoin(pushes, pushes.c.shipment_id == shipments.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShipment:
    """What a shipment is made of; ``store`` and ``order_id`` are None for an external parcel."""

    carrier_id: int
    parcels: int
    items: tuple[Item, ...] = ()
    numbers: tuple[str, ...] = ()
    store: str | None = None
    order_id: int | None = None
    manifest_id: int | None = None
    weight_grams: int | None = None
    cod: Money | None = None
    warehouse: str | None = None
    document: Document | None = None
    recipient: Address | None = None
    particulars: Particulars | None = None
    address_print: str | None = None
    allowed_doubts: tuple[Doubt, ...] = ()


def insert_shipments(connection: Connection, new: Sequence[NewShipment], at: datetime) -> list[int]:
    """Add shipments in their first revision and give their keys, in this sequence; the ledger's entries are opened
    apart."""
    rows = [{**_shipment_row(one), "created_at": at} for one in new]
    keys = _inserted(connection, rows)
    lines = [
        {"shipment_id": key, "line_id": item.line_id, "quantity": item.quantity}
        for key, one in zip(keys, new, strict=True)
        for item in one.items
    ]
    if lines:
        connection.execute(sa.insert(shipment_lines), lines)
    first = [
        Revision(key, 1, one.carrier_id, one.numbers, reason="created")
        for key, one in zip(keys, new, strict=True)
    ]
    add_revisions(connection, first, at=at)
    for key, one in zip(keys, new, strict=True):
        add_shipment_words(connection, key, one.document, one.recipient)
    return keys


def _inserted(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Told apart by UUID: asked for the keys in the sequence of the rows, SQLite is given one row at a time; asked in
    another, all in one statement, for which it means to scan every table that refers to shipments."""
    if not rows:
        return []
    connection.execute(sa.insert(shipments), rows)
    keys: dict[str, int] = {}
    for part in in_parts([row["uuid"] for row in rows], MOST_KEYS):
        query = sa.select(shipments.c.uuid, shipments.c.id).where(shipments.c.uuid.in_(part))
        keys |= {row.uuid: row.id for row in connection.execute(query)}
    return [keys[row["uuid"]] for row in rows]


@dataclass(frozen=True, slots=True)
class Revision:
    """What is wanted of a shipment from now on."""

    shipment_id: int
    revision: int
    carrier_id: int
    numbers: Sequence[str]
    reason: str


def add_revision(
    connection: Connection,
    shipment_id: int,
    revision: int,
    carrier_id: int,
    numbers: Sequence[str],
    *,
    reason: str,
    at: datetime,
) -> None:
    """Add what is wanted from now on: carrier and numbers; the caller sets the shipment's own columns."""
    add_revisions(connection, [Revision(shipment_id, revision, carrier_id, numbers, reason)], at=at)


def add_revisions(connection: Connection, wanted: Sequence[Revision], *, at: datetime) -> None:
    """The same of several shipments."""
    rows = [
        {
            "shipment_id": one.shipment_id,
            "revision": one.revision,
            "carrier_id": one.carrier_id,
            "created_at": at,
            "reason": one.reason,
        }
        for one in wanted
    ]
    numbers = [
        {
            "shipment_id": one.shipment_id,
            "revision": one.revision,
            "position": position,
            "number": number,
        }
        for one in wanted
        for position, number in enumerate(one.numbers)
    ]
    if rows:
        connection.execute(sa.insert(shipment_revisions), rows)
    if numbers:
        connection.execute(sa.insert(shipment_numbers), numbers)
    for one in wanted:
        if one.numbers:
            add_number_words(connection, one.shipment_id, one.numbers)


def update_shipments(connection: Connection, shipment_ids: Collection[int], **values: Any) -> None:
    """Set the same columns of these shipments."""
    for part in in_parts(sorted(shipment_ids), MOST_KEYS):
        connection.execute(sa.update(shipments).where(shipments.c.id.in_(part)).values(**values))


def load_shipments(
    connection: Connection, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> tuple[Shipment, ...]:
    """The shipments that meet all conditions, oldest first; with ``limit`` the newest of them.

    Conditions may name columns of shipments, carriers, orders, manifests and pushes. One query finds them, and
    five load any 500 of them.
    """
    return tuple(
        one
        for part in in_parts(_keys(connection, conditions, limit), MOST_KEYS)
        for one in _load(connection, part)
    )


def each_shipment(
    database: Database, *conditions: sa.ColumnElement[bool], limit: int | None = None, oldest: bool = False
) -> Iterator[Shipment]:
    """As :func:`load_shipments`, some hundred at a time; what is withdrawn meanwhile is shown as that. ``oldest``:
    ``limit`` counts from the oldest on."""
    with database.read() as connection:
        keys = _keys(connection, conditions, limit, oldest=oldest)
    for part in in_parts(keys, MOST_KEYS):
        with database.read() as connection:
            found = _load(connection, part)
        yield from found


def _load(connection: Connection, keys: Sequence[int]) -> Iterator[Shipment]:
    rows = connection.execute(_SHIPMENTS, {"keys": keys}).mappings().all()
    parts = _Parts(
        items=_items(connection, keys),
        numbers=_numbers(connection, keys),
        status=status_of(connection.execute(_STATUS, {"keys": keys}).mappings()),
        returned=last_returns(connection, keys),
    )
    return (_shipment(row, parts) for row in rows)


def load_shipment(connection: Connection, shipment_id: int) -> Shipment:
    """One shipment by its key, which must exist."""
    (shipment,) = _load(connection, [shipment_id])
    return shipment


def lock_shipments(connection: Connection, shipment_ids: Collection[int]) -> None:
    """Keep other writers off these rows until the write unit ends (PostgreSQL; alone on SQLite anyway)."""
    for part in in_parts(sorted(shipment_ids), MOST_KEYS):
        query = sa.select(shipments.c.id).where(shipments.c.id.in_(part)).order_by(shipments.c.id)
        connection.execute(query.with_for_update(key_share=True))


def users_of_numbers(
    connection: Connection, numbers: Collection[str], *, apart_from: int | None = None
) -> dict[str, int]:
    """Which of these numbers a shipment (not withdrawn) wants in its present revision: number -> key."""
    query = (
        sa.select(shipment_numbers.c.number, shipment_numbers.c.shipment_id)
        .join_from(shipment_numbers, shipments, _PRESENT)
        .where(shipment_numbers.c.number.in_(numbers), shipments.c.withdrawn_at.is_(None))
    )
    if apart_from is not None:
        query = query.where(shipments.c.id != apart_from)
    return {row.number: row.shipment_id for row in connection.execute(query)}


# Queries are made once: putting one together takes longer than the database takes to answer it.
_KEYS: sa.BindParameter[int] = sa.bindparam("keys", expanding=True)
_SHIPMENTS = (
    sa.select(
        shipments,
        orders.c.number.label("order_number"),
        orders.c.ship_to,
        manifests.c.number.label("manifest_number"),
        *carrier_columns("own_"),
    )
    .select_from(_JOINED)
    .where(shipments.c.id.in_(_KEYS))
    .order_by(shipments.c.id)
)

_STATUS = (
    sa.select(pushes, stores.c.restored_epoch)
    .select_from(
        pushes.join(shipments, shipments.c.id == pushes.c.shipment_id).join(
            stores, stores.c.name == shipments.c.store
        )
    )
    .where(pushes.c.shipment_id.in_(_KEYS))
)

_PRESENT = sa.and_(
    shipment_numbers.c.shipment_id == shipments.c.id, shipment_numbers.c.revision == shipments.c.revision
)

_ITEMS = (
    sa.select(shipment_lines)
    .where(shipment_lines.c.shipment_id.in_(_KEYS))
    .order_by(shipment_lines.c.line_id)
)

_NUMBERS = (
    sa.select(shipment_numbers.c.shipment_id, shipment_numbers.c.number)
    .join_from(shipment_numbers, shipments, _PRESENT)
    .where(shipments.c.id.in_(_KEYS))
    .order_by(shipment_numbers.c.shipment_id, shipment_numbers.c.position)
)


@dataclass(frozen=True, slots=True)
class _Parts:
    items: Mapping[int, list[Item]]
    numbers: Mapping[int, list[str]]
    status: Mapping[int, PushStatus]
    returned: Mapping[int, Return]


def _keys(
    connection: Connection,
    conditions: Sequence[sa.ColumnElement[bool]],
    limit: int | None,
    *,
    oldest: bool = False,
) -> Sequence[int]:
    query = sa.select(shipments.c.id).select_from(_JOINED).where(*conditions)
    if oldest:
        return connection.execute(query.order_by(shipments.c.id).limit(limit)).scalars().all()
    newest = query.order_by(shipments.c.id.desc()).limit(limit)
    return connection.execute(newest).scalars().all()[::-1]


def _items(connection: Connection, keys: Sequence[int]) -> Mapping[int, list[Item]]:
    found: defaultdict[int, list[Item]] = defaultdict(list)
    for row in connection.execute(_ITEMS, {"keys": keys}):
        found[row.shipment_id].append(Item(line_id=row.line_id, quantity=row.quantity))
    return found


def _numbers(connection: Connection, keys: Sequence[int]) -> Mapping[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for shipment_id, number in connection.execute(_NUMBERS, {"keys": keys}):
        found[shipment_id].append(number)
    return found


def _shipment(row: RowMapping, parts: _Parts) -> Shipment:
    shipment_id = row["id"]
    return Shipment(
        id=shipment_id,
        uuid=row["uuid"],
        origin=row["origin"],
        carrier=carrier_from_row(row, "own_"),
        revision=row["revision"],
        parcels=row["parcels"],
        created_at=row["created_at"],
        items=tuple(parts.items.get(shipment_id, ())),
        numbers=tuple(parts.numbers.get(shipment_id, ())),
        store=row["store"],
        order_id=row["order_id"],
        order_number=row["order_number"] or "",
        manifest=row["manifest_number"],
        weight_grams=row["weight_grams"],
        cod=_cod(row),
        warehouse=row["warehouse"],
        document=_document(row),
        recipient=address_from_json(row["ship_to" if row["recipient"] is None else "recipient"] or {}),
        shipped_at=row["shipped_at"],
        withdrawn_at=row["withdrawn_at"],
        left_behind_at=row["left_behind_at"],
        particulars=particulars_from_json(row["particulars"]),
        push=parts.status.get(shipment_id),
        returned=parts.returned.get(shipment_id),
    )


def _cod(row: RowMapping) -> Money | None:
    if row["cod_amount"] is None:
        return None
    return Money(amount=row["cod_amount"], currency=row["cod_currency"])


def _document(row: RowMapping) -> Document | None:
    if row["document_number"] is None:
        return None
    return Document(
        number=row["document_number"],
        source=row["document_source"] or "",
        series=row["document_series"] or "",
        year=row["document_year"],
        date=row["document_date"],
    )


def _shipment_row(new: NewShipment) -> dict[str, Any]:
    document = new.document
    return {
        "uuid": str(uuid.uuid4()),
        "origin": ShipmentOrigin.EXTERNAL if new.order_id is None else ShipmentOrigin.STORE,
        "store": new.store,
        "order_id": new.order_id,
        "carrier_id": new.carrier_id,
        "manifest_id": new.manifest_id,
        "revision": 1,
        "parcels": new.parcels,
        "weight_grams": new.weight_grams,
        "cod_amount": new.cod.amount if new.cod else None,
        "cod_currency": new.cod.currency if new.cod else None,
        "warehouse": new.warehouse,
        "recipient": address_to_json(new.recipient) if new.recipient else None,
        "address_print": new.address_print,
        "allowed_doubts": doubts_to_json(new.allowed_doubts),
        "document_source": document.source if document else None,
        "document_series": document.series if document else None,
        "document_number": document.number if document else None,
        "document_year": document.year if document else None,
        "document_key": document.key if document else None,
        "document_date": document.date if document else None,
        "particulars": particulars_to_json(new.particulars),
    }
