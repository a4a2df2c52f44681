"""Finding things by a part of any of their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.shipments import Shipment
from fbridge.orders.unreadable import cannot_be_read, load_unreadable
from fbridge.references import ref_by_id, shipment_key, sold_in_words
from fbridge.shipping.manifest_rows import list_manifests
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.tables import carriers, manifests, orders, rejected_orders, shipment_numbers, shipments

MOST_OF_A_KIND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that was found.

    ``kind`` is order, unreadable, shipment, manifest, number or carrier; ``ref`` is how commands name it (for a
    tracking number: its shipment), ``words`` says what it is.
    """

    kind: str
    ref: str
    words: str


def find(context: Context, text: str) -> tuple[Found, ...]:
    """All that has the text in its number, name or document, at most 20 of a kind, the newest first.

    Upper and lower case are alike (on SQLite for ASCII letters only). Raises InputError for an empty text.
    """
    wanted = text.strip()
    if not wanted:
        raise InputError("Say what to find.", reason="no_text")
    with context.database.read() as connection:
        return (
            *_orders(connection, wanted),
            *_unreadable(connection, wanted),
            *_shipments(connection, wanted),
            *_numbers(connection, wanted),
            *_manifests(connection, wanted),
            *_carriers(connection, wanted),
        )


def _like(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    return column.icontains(text, autoescape=True)


def _orders(connection: Connection, text: str) -> Iterator[Found]:
    twin = orders.alias("twin")
    shared = sa.exists().where(
        twin.c.store == orders.c.store, twin.c.number == orders.c.number, twin.c.id != orders.c.id
    )
    query = (
        sa.select(
            orders.c.store,
            orders.c.number,
            orders.c.customer,
            orders.c.fulfillment,
            orders.c.status,
            orders.c.doubts,
            orders.c.remote_id,
            orders.c.sold_in,
            shared.label("shared"),
        )
        .where(
            sa.or_(_like(orders.c.number, text), _like(orders.c.customer, text), orders.c.remote_id == text)
        )
        .order_by(orders.c.id.desc())
        .limit(MOST_OF_A_KIND)
    )
    for row in connection.execute(query):
        marked = "marked: " + ", ".join(code for code, _ in row.doubts) if row.doubts else ""
        told = (row.customer, row.fulfillment, row.status, marked, sold_in_words(row.sold_in))
        ref = ref_by_id(row.store, row.remote_id) if row.shared else f"{row.store}:{row.number}"
        yield Found(kind="order", ref=ref, words=", ".join(filter(None, told)))


def _unreadable(connection: Connection, text: str) -> Iterator[Found]:
    named = sa.or_(_like(rejected_orders.c.number, text), rejected_orders.c.remote_id == text)
    for order in load_unreadable(connection, named, limit=MOST_OF_A_KIND):
        aside = ", set aside" if order.set_aside_at else ""
        yield Found(kind="unreadable", ref=order.ref, words=f"{cannot_be_read(order.reason)}{aside}")


def _shipments(connection: Connection, text: str) -> Iterator[Found]:
    named = sa.or_(
        shipments.c.id == shipment_key(text),
        shipments.c.uuid == text.lower(),
        _like(shipments.c.document_number, text),
        shipments.c.document_key == text,
    )
    for shipment in reversed(load_shipments(connection, named, limit=MOST_OF_A_KIND)):
        yield Found(kind="shipment", ref=shipment.label, words=_shipment_words(shipment))


def _numbers(connection: Connection, text: str) -> Iterator[Found]:
    """Also numbers of earlier revisions: somebody may hold the old label in the hand."""
    query = (
        sa.select(shipment_numbers.c.shipment_id, shipment_numbers.c.number)
        .where(_like(shipment_numbers.c.number, text))
        .group_by(shipment_numbers.c.shipment_id, shipment_numbers.c.number)
        .order_by(shipment_numbers.c.shipment_id.desc(), sa.func.max(shipment_numbers.c.revision).desc())
        .limit(MOST_OF_A_KIND)
    )
    rows = connection.execute(query).all()
    ours = load_shipments(connection, shipments.c.id.in_([row.shipment_id for row in rows]))
    by_id = {shipment.id: shipment for shipment in ours}
    for row in rows:
        shipment = by_id[row.shipment_id]
        replaced = "" if row.number in shipment.numbers else " (replaced)"
        words = f"{row.number}{replaced}: {_shipment_words(shipment)}"
        yield Found(kind="number", ref=shipment.label, words=words)


def _manifests(connection: Connection, text: str) -> Iterator[Found]:
    for manifest in list_manifests(connection, _like(manifests.c.number, text), limit=MOST_OF_A_KIND):
        count = manifest.count
        words = f"{manifest.carrier.code}, {manifest.state}, {count} shipment{'' if count == 1 else 's'}"
        yield Found(kind="manifest", ref=manifest.number, words=words)


def _carriers(connection: Connection, text: str) -> Iterator[Found]:
    query = (
        sa.select(carriers.c.code, carriers.c.name)
        .where(sa.or_(_like(carriers.c.code, text), _like(carriers.c.name, text)))
        .order_by(carriers.c.code)
        .limit(MOST_OF_A_KIND)
    )
    for row in connection.execute(query):
        yield Found(kind="carrier", ref=row.code, words=row.name)


def _shipment_words(shipment: Shipment) -> str:
    of = f"order {shipment.store}:{shipment.order_number}" if shipment.store else "no store order"
    state = "withdrawn" if shipment.withdrawn_at else str(shipment.push.state) if shipment.push else ""
    manifest = f"manifest {shipment.manifest}" if shipment.manifest else "no manifest"
    return ", ".join(filter(None, (of, shipment.carrier.code, manifest, state)))
