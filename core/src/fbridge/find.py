"""Finding things by the begin of any of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.search_words import asked_words, folded, whole_word
from fbridge.models.shipments import Shipment
from fbridge.orders.unreadable import cannot_be_read, load_unreadable
from fbridge.references import ref_by_id, shipment_key, sold_in_words
from fbridge.shipping.manifest_rows import list_manifests
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.indexes import not_by_index
from fbridge.storage.search_tables import begins_with, called, order_words, shipment_words
from fbridge.storage.tables import carriers, manifests, orders, rejected_orders, shipments

MOST_OF_A_KIND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that was found.

    ``kind`` is order, unreadable, shipment, manifest, number or carrier; ``ref`` is how commands name it (for a
    tracking number: its shipment), ``words`` says what it is. ``of``: how many of its kind there are in all.
    """

    kind: Literal["order", "unreadable", "shipment", "manifest", "number", "carrier"]
    ref: str
    words: str
    of: int


def find(context: Context, text: str) -> tuple[Found, ...]:
    """All that is called so, at most 20 of a kind, the newest first.

    Orders and shipments are found by the begin of their customer's or recipient's names, mail address and domain,
    phone, number, document and tracking numbers, and those numbers by their end too. Case, accents and punctuation
    do not matter. Raises InputError for an empty text.
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


@dataclass(frozen=True, slots=True)
class _Page:
    keys: Sequence[Any]
    of: int


def _newest(connection: Connection, *found: sa.Select[Any]) -> _Page:
    """The last keys of all that one of these queries finds, and how many there are."""
    if not found:
        return _Page((), 0)
    keys = sa.union(*found).subquery()
    query = (
        sa.select(*keys.c, sa.func.count().over())
        .order_by(keys.c[0].desc(), *keys.c[1:])
        .limit(MOST_OF_A_KIND)
    )
    rows = connection.execute(query).all()
    return _Page([row[0] if len(row) == 2 else row[:-1] for row in rows], rows[0][-1] if rows else 0)  # noqa: PLR2004


def _orders(connection: Connection, text: str) -> Iterator[Found]:
    key = order_words.c.order_id
    by_id = sa.select(key).where(order_words.c.word == whole_word(text))
    page = _newest(connection, *called(order_words, key, text), by_id)
    twin = orders.alias("twin")
    shared = sa.exists().where(
        not_by_index(twin.c.store) == orders.c.store,
        twin.c.number == orders.c.number,
        twin.c.id != orders.c.id,
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
        .where(orders.c.id.in_(page.keys))
        .order_by(orders.c.id.desc())
    )
    for row in connection.execute(query):
        marked = "marked: " + ", ".join(code for code, _ in row.doubts) if row.doubts else ""
        told = (row.customer, row.fulfillment, row.status, marked, sold_in_words(row.sold_in))
        ref = ref_by_id(row.store, row.remote_id) if row.shared else f"{row.store}:{row.number}"
        yield Found(kind="order", ref=ref, words=", ".join(filter(None, told)), of=page.of)


def _unreadable(connection: Connection, text: str) -> Iterator[Found]:
    named = sa.or_(_like(rejected_orders.c.number, text), rejected_orders.c.remote_id == text)
    found = load_unreadable(connection, named)
    for order in found[:MOST_OF_A_KIND]:
        aside = ", set aside" if order.set_aside_at else ""
        words = f"{cannot_be_read(order.reason)}{aside}"
        yield Found(kind="unreadable", ref=order.ref, words=words, of=len(found))


def _shipments(connection: Connection, text: str) -> Iterator[Found]:
    key = shipment_words.c.shipment_id
    label = shipment_key(text)
    named = [shipments.c.uuid == text.lower(), *([] if label is None else [shipments.c.id == label])]
    by_words = called(shipment_words, key, text, shipment_words.c.number == "")
    page = _newest(connection, *by_words, *map(sa.select(shipments.c.id).where, named))
    for shipment in reversed(load_shipments(connection, shipments.c.id.in_(page.keys))):
        yield Found(kind="shipment", ref=shipment.label, words=_shipment_words(shipment), of=page.of)


def _numbers(connection: Connection, text: str) -> Iterator[Found]:
    """Also numbers of earlier revisions: somebody may hold the old label in the hand."""
    columns = shipment_words.c
    of_numbers = sa.select(columns.shipment_id, columns.number).where(columns.number != "")
    one_word = (begins_with(columns.word, *asked) for asked in asked_words(text) if len(asked) == 1)
    page = _newest(connection, *map(of_numbers.where, one_word))
    ours = load_shipments(connection, shipments.c.id.in_({key for key, _ in page.keys}))
    by_id = {shipment.id: shipment for shipment in ours}
    for key, number in sorted(page.keys, key=lambda pair: (-pair[0], pair[1] not in by_id[pair[0]].numbers)):
        shipment = by_id[key]
        replaced = "" if number in shipment.numbers else " (replaced)"
        words = f"{number}{replaced}: {_shipment_words(shipment)}"
        yield Found(kind="number", ref=shipment.label, words=words, of=page.of)


def _manifests(connection: Connection, text: str) -> Iterator[Found]:
    named = _like(manifests.c.number, text)
    count = sa.select(sa.func.count()).select_from(manifests).where(named)
    of = connection.execute(count).scalar_one()
    for manifest in list_manifests(connection, named, limit=MOST_OF_A_KIND) if of else ():
        parcels = "1 shipment" if manifest.count == 1 else f"{manifest.count} shipments"
        words = f"{manifest.carrier.code}, {manifest.state}, {parcels}"
        yield Found(kind="manifest", ref=manifest.number, words=words, of=of)


def _carriers(connection: Connection, text: str) -> Iterator[Found]:
    query = sa.select(carriers.c.code, carriers.c.name).order_by(carriers.c.code)
    wanted = folded(text)
    named = [row for row in connection.execute(query) if wanted in folded(f"{row.code} {row.name}")]
    for row in named[:MOST_OF_A_KIND]:
        yield Found(kind="carrier", ref=row.code, words=row.name, of=len(named))


def _like(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    return column.icontains(text, autoescape=True)


def _shipment_words(shipment: Shipment) -> str:
    of = f"order {shipment.store}:{shipment.order_number}" if shipment.store else "no store order"
    state = "withdrawn" if shipment.withdrawn_at else str(shipment.push.state) if shipment.push else ""
    manifest = f"manifest {shipment.manifest}" if shipment.manifest else "no manifest"
    return ", ".join(filter(None, (of, shipment.carrier.code, manifest, state)))
