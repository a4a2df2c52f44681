"""What hundreds of references name, found together.

What is plain is found in a few queries. What is not found so, or is called like something else as well, is left to
:mod:`fbridge.references`, one by one: there stands what is wrong with a reference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.errors import FbridgeError
from fbridge.models.parts import in_parts
from fbridge.references import (
    REMOTE_ID,
    find_order,
    parts_of_reference,
    shipment_key,
    shipment_labelled,
    spellings,
)
from fbridge.storage.indexes import not_by_index
from fbridge.storage.tables import MOST_KEYS, orders, shipments, stores

_Name = TypeVar("_Name", int, str)


@dataclass(frozen=True, slots=True)
class Named:
    """What a reference names: one of our shipments, with its order if it has one, or an order."""

    shipment_id: int | None = None
    order_id: int | None = None


def find_named(
    connection: Connection, refs: Sequence[str], store: str | None = None
) -> dict[str, Named | FbridgeError]:
    """By reference what it names, or what is wrong with it: as ``shipment_labelled`` and else ``find_order`` say."""
    found: dict[str, Named | None] = {}
    names = set(connection.execute(sa.select(stores.c.name)).scalars())
    for part in in_parts(list(dict.fromkeys(refs)), MOST_KEYS):
        found |= _labelled(connection, part)
        if store is None or store in names:
            found |= _orders_named(connection, [ref for ref in part if ref not in found], store, names)
    return {ref: found.get(ref) or _alone(connection, ref, store) for ref in refs}


def find_labelled(connection: Connection, refs: Sequence[str]) -> dict[str, Named]:
    """The shipments that are plainly meant by their labels or UUIDs; what else a reference means is left out."""
    return {ref: named for ref, named in _labelled(connection, refs).items() if named is not None}


def _labelled(connection: Connection, refs: Sequence[str]) -> dict[str, Named | None]:
    """None for what is a label, and something else is called so as well."""
    keys = {ref: key for ref in refs if (key := shipment_key(ref)) is not None}
    by_key = _shipments(connection, shipments.c.id, set(keys.values()))
    by_uuid = _shipments(connection, shipments.c.uuid, {ref.strip() for ref in refs if ref not in keys})
    unclear = _called_otherwise(connection, [f"S{key}" for key in by_key])
    found: dict[str, Named | None] = {
        ref: None if f"S{key}" in unclear else by_key[key] for ref, key in keys.items() if key in by_key
    }
    return found | {ref: by_uuid[ref.strip()] for ref in refs if ref.strip() in by_uuid}


def _shipments(
    connection: Connection, column: sa.Column[_Name], wanted: Collection[_Name]
) -> dict[_Name, Named]:
    found: dict[_Name, Named] = {}
    for part in in_parts(sorted(wanted), MOST_KEYS):
        query = sa.select(column, shipments.c.id, shipments.c.order_id).where(column.in_(part))
        found |= {name: Named(key, order_id) for name, key, order_id in connection.execute(query)}
    return found


def _called_otherwise(connection: Connection, labels: Sequence[str]) -> set[str]:
    """Those by which an order or a document may be meant."""
    found: set[str] = set()
    for part in in_parts(labels, MOST_KEYS // 2):
        numbers = sa.select(orders.c.number).where(orders.c.number.in_([*part, *(f"#{one}" for one in part)]))
        documents = sa.select(shipments.c.document_number).where(shipments.c.document_number.in_(part))
        for query in (numbers, documents):
            found |= {name.lstrip("#") for name in connection.execute(query).scalars()}
    return found & set(labels)


def _orders_named(
    connection: Connection, refs: Sequence[str], store: str | None, names: Collection[str]
) -> dict[str, Named]:
    by_store: defaultdict[str | None, dict[str, str]] = defaultdict(dict)
    for ref in refs:
        of_store, wanted = parts_of_reference(ref.strip(), store, names.__contains__)
        by_store[of_store][ref] = wanted
    return {
        ref: Named(order_id=key)
        for of_store, wanted in by_store.items()
        for ref, key in _in_store(connection, of_store, wanted)
    }


def _in_store(
    connection: Connection, store: str | None, wanted: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """Each reference that one order alone answers to."""
    ids = {one.removeprefix(REMOTE_ID) for one in wanted.values() if one.startswith(REMOTE_ID)}
    numbers = {
        name for one in wanted.values() if not one.startswith(REMOTE_ID) for name in {one, *spellings(one)}
    }
    by_id = _orders(connection, store, orders.c.remote_id, ids)
    by_number = _orders(connection, store, orders.c.number, numbers)
    for ref, one in wanted.items():
        if one.startswith(REMOTE_ID):
            keys = by_id.get(one.removeprefix(REMOTE_ID), [])
        else:
            others = [key for name in spellings(one) for key in by_number.get(name, ())]
            keys = by_number.get(one) or others
        if len(keys) == 1:
            yield ref, keys[0]


def _orders(
    connection: Connection, store: str | None, column: sa.Column[str], wanted: Collection[str]
) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    of_store = orders.c.store if column is orders.c.remote_id else not_by_index(orders.c.store)
    for part in in_parts(sorted(wanted), MOST_KEYS):
        query = sa.select(column, orders.c.id).where(column.in_(part))
        for name, key in connection.execute(query if store is None else query.where(of_store == store)):
            found[name].append(key)
    return found


def _alone(connection: Connection, ref: str, store: str | None) -> Named | FbridgeError:
    try:
        key = shipment_labelled(connection, ref)
        if key is None:
            return Named(order_id=find_order(connection, ref, store))
    except FbridgeError as error:
        return error
    of_order = sa.select(shipments.c.order_id).where(shipments.c.id == key)
    return Named(key, connection.execute(of_order).scalar_one())
