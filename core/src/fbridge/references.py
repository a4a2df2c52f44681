"""From what a person types (``1001``, ``shop:1001``, ``S12``, ``BRT``) to the one thing that is meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from fbridge.errors import InputError, NotFoundError
from fbridge.models.shipments import Carrier, Document
from fbridge.orders.unreadable import (
    ORDER_UNREADABLE,
    UnreadableOrder,
    cannot_be_read,
    load_unreadable,
)
from fbridge.settings.near_match import did_you_mean
from fbridge.shipping.carrier_rows import load_carriers
from fbridge.storage.indexes import not_by_index
from fbridge.storage.tables import orders, rejected_orders, shipments, stores

_LABEL = re.compile(r"[Ss](\d{1,9})")
REMOTE_ID = "id="
"""Before the platform's own id of an order: ``shop:id=77``."""
_LARGEST_KEY = 2**31 - 1


def known_store(connection: Connection, name: str) -> str:
    """The store's name; NotFoundError with near matches where there is no such store."""
    names = connection.execute(sa.select(stores.c.name).order_by(stores.c.name)).scalars().all()
    if name not in names:
        raise NotFoundError(f"There is no store {name}.{did_you_mean(name, names)}", reason="unknown_store")
    return name


def find_carrier(connection: Connection, code: str) -> Carrier:
    """The carrier with this code, whatever its case; NotFoundError with near matches."""
    known = {carrier.code: carrier for carrier in load_carriers(connection)}
    carrier = known.get(code.strip().upper())
    if carrier is None:
        raise NotFoundError(
            f"There is no carrier {code}.{_carrier_hint(code, known)}", reason="unknown_carrier"
        )
    return carrier


def find_order(connection: Connection, ref: str, store: str | None = None) -> int:
    """The key of the order that ``1001``, ``shop:1001`` or ``shop:id=77`` (the platform's own id) means.

    A leading ``#`` may be left out. Raises NotFoundError with near matches, InputError naming what to type
    where two orders have the number.
    """
    store, wanted = _split(connection, ref.strip(), store)
    rows = _orders_named(connection, wanted, store)
    if not rows:
        for unread in _unreadable_named(connection, wanted, store):
            raise NotFoundError(
                f"Order {unread.ref} is known, but {cannot_be_read(unread.reason)}. "
                f"What can be done: fbridge explain {unread.ref}",
                reason=ORDER_UNREADABLE,
            )
        near = _numbers_like(connection, wanted, store)
        place = f" in store {store}" if store else ""
        raise NotFoundError(
            f"There is no order {wanted}{place}.{did_you_mean(wanted, near)}", reason="unknown_order"
        )
    if len(rows) > 1:
        raise InputError(
            f"{len(rows)} orders have the number {wanted}; name one of them: {_apart(rows)}.",
            reason="ambiguous_order",
        )
    return int(rows[0].id)


def find_unreadable(connection: Connection, ref: str, store: str | None = None) -> UnreadableOrder:
    """The order that cannot be read and is named as one that can: by number, or by ``shop:id=77``.

    Raises NotFoundError with near matches, InputError where the order can be read or two are meant.
    """
    store, wanted = _split(connection, ref.strip(), store)
    found = _unreadable_named(connection, wanted, store)
    if not found:
        _refuse_readable(connection, ref, wanted, store)
        names = [one.number or f"{REMOTE_ID}{one.remote_id}" for one in _unreadable(connection, store)]
        place = f" in store {store}" if store else ""
        raise NotFoundError(
            f"There is no order {wanted}{place} that cannot be read.{did_you_mean(wanted, names)} "
            "All of them: fbridge orders list --unreadable",
            reason="unknown_order",
        )
    if len(found) > 1:
        names = [f"{one.store}:{REMOTE_ID}{one.remote_id}" for one in found]
        raise InputError(
            f"{len(found)} orders that cannot be read are called {wanted}; name one of them: {', '.join(names)}.",
            reason="ambiguous_order",
        )
    return found[0]


def unreadable_meant(connection: Connection, ref: str) -> UnreadableOrder | None:
    """The same where there is one; None otherwise."""
    store, wanted = _split(connection, ref.strip(), None)
    return find_unreadable(connection, ref) if _unreadable_named(connection, wanted, store) else None


def _refuse_readable(connection: Connection, ref: str, wanted: str, store: str | None) -> None:
    if _orders_named(connection, wanted, store):
        raise InputError(
            f"Order {ref} can be read; only what cannot be read is set aside: fbridge orders list --unreadable",
            reason="order_readable",
        )


def _unreadable(connection: Connection, store: str | None) -> tuple[UnreadableOrder, ...]:
    return load_unreadable(connection, *([rejected_orders.c.store == store] if store else []))


def _unreadable_named(connection: Connection, wanted: str, store: str | None) -> list[UnreadableOrder]:
    """By its number (also that of the version read before), by ``id=77``, and by the bare id if that is no number."""
    if wanted.startswith(REMOTE_ID):
        remote_id = wanted.removeprefix(REMOTE_ID)
        return [one for one in _unreadable(connection, store) if one.remote_id == remote_id]
    bare = wanted.lstrip("#")
    known = [one for one in _unreadable(connection, store) if bare in (one.number.lstrip("#"), one.remote_id)]
    return [one for one in known if one.number.lstrip("#") == bare] or known


def shipment_key(ref: str) -> int | None:
    """12 for ``S12``; None for anything else."""
    match = _LABEL.fullmatch(ref.strip())
    key = int(match[1]) if match else None
    return key if key is not None and key <= _LARGEST_KEY else None


def find_shipment(connection: Connection, ref: str, store: str | None = None) -> int:
    """The key of the shipment that a label, a UUID, a document or the number of its order means.

    An order's number will do when the order has exactly one shipment that is not withdrawn. Raises
    NotFoundError, InputError naming the labels where several shipments could be meant.
    """
    ref = ref.strip()
    key = shipment_labelled(connection, ref)
    if key is not None:
        return key
    found = _by_document(connection, ref)
    return _the_one(ref, found) if found else _by_order(connection, ref, store)


def shipment_labelled(connection: Connection, ref: str) -> int | None:
    """The key of the shipment with this label (``S12``) or UUID; None where there is none.

    Raises InputError, saying how to name each, where an order or a document that is not this shipment's is called so.
    """
    ref = ref.strip()
    key = shipment_key(ref)
    columns = (shipments.c.id, shipments.c.uuid, shipments.c.order_id)
    named = shipments.c.uuid == ref if key is None else shipments.c.id == key
    query: sa.Select[Any] = sa.select(*columns).where(named)
    ours = connection.execute(query).one_or_none()
    others = [] if ours is None or key is None else _others_called(connection, ours)
    if ours is not None and others:
        raise InputError(
            f"{ref} is a shipment, and others are called so as well; name one of them: {', '.join(others)}, or for "
            f"the shipment with this label {ours.uuid}.",
            reason="ambiguous_label",
        )
    return None if ours is None else int(ours.id)


def _others_called(connection: Connection, ours: Row[Any]) -> list[str]:
    """How to name what is not this shipment, nor its order, and is called like its label."""
    label = f"S{ours.id}"
    named = [row for row in _orders_named(connection, label, None) if row.id != ours.order_id]
    by_document = [key for key in _by_document(connection, label) if key != ours.id]
    return [
        *(f"{row.store}:{row.number} (the order)" for row in named),
        *(f"S{key} (by its document)" for key in by_document),
    ]


def find_delivery(connection: Connection, ref: str) -> int:
    """As :func:`find_shipment`; a document over several orders means the first of its shipments."""
    found = [] if shipment_key(ref) else _by_document(connection, ref.strip())
    query = sa.select(shipments.c.document_key).where(shipments.c.id.in_(found)).distinct()
    keys = connection.execute(query).scalars().all()
    return found[0] if found and len(keys) == 1 else find_shipment(connection, ref)


def _carrier_hint(code: str, known: dict[str, Carrier]) -> str:
    if not known:
        return " Add it first: fbridge carrier add CODE NAME"
    by_name = {carrier.name.upper(): carrier.code for carrier in known.values()}
    named = by_name.get(code.strip().upper())
    return f' Did you mean "{named}"?' if named else did_you_mean(code, known)


def _split(connection: Connection, ref: str, store: str | None) -> tuple[str | None, str]:
    if store is not None:
        known_store(connection, store)
    return parts_of_reference(
        ref,
        store,
        lambda name: (
            connection.execute(sa.select(stores.c.name).where(stores.c.name == name)).first() is not None
        ),
    )


def parts_of_reference(
    ref: str, store: str | None, is_store: Callable[[str], bool]
) -> tuple[str | None, str]:
    """The store that a reference to an order names, else ``store``, and what it calls the order."""
    before, colon, after = ref.partition(":")
    if not colon or (store is not None and before != store):
        return store, ref
    return (before, after) if is_store(before) else (store, ref)


def spellings(number: str) -> set[str]:
    """How stores may write an order number that a person typed with or without ``#``."""
    bare = number.lstrip("#")
    return {bare, f"#{bare}"}


def _orders_named(connection: Connection, wanted: str, store: str | None) -> Sequence[Row[Any]]:
    columns = (orders.c.id, orders.c.store, orders.c.number, orders.c.remote_id, orders.c.sold_in)
    query: sa.Select[Any] = sa.select(*columns).order_by(orders.c.id)
    by_id = wanted.startswith(REMOTE_ID)
    if store is not None:
        query = query.where((orders.c.store if by_id else not_by_index(orders.c.store)) == store)
    if by_id:
        return connection.execute(query.where(orders.c.remote_id == wanted.removeprefix(REMOTE_ID))).all()
    exact = connection.execute(query.where(orders.c.number == wanted)).all()
    return exact or connection.execute(query.where(orders.c.number.in_(sorted(spellings(wanted))))).all()


def _apart(rows: Sequence[Row[Any]]) -> str:
    """How to tell these orders apart: by store, or by the platform's id where one store has both."""
    if len({row.store for row in rows}) == len(rows):
        return ", ".join(f"{row.store}:{row.number}" for row in rows)
    return ", ".join(f"{ref_by_id(row.store, row.remote_id)}{_place(row.sold_in)}" for row in rows)


def _place(sold_in: str) -> str:
    return f" ({sold_in_words(sold_in)})" if sold_in else ""


def sold_in_words(sold_in: str) -> str:
    """Which part of the store sold it; "" where that is not told."""
    return f"sold in {sold_in}" if sold_in else ""


def ref_by_id(store: str, remote_id: str) -> str:
    """How commands name an order whose number another one has as well."""
    return f"{store}:{REMOTE_ID}{remote_id}"


def _numbers_like(connection: Connection, wanted: str, store: str | None) -> Sequence[str]:
    """Numbers that share a half with the wanted one: comparing with every order would take seconds."""
    half = max(1, len(wanted) // 2)
    query = (
        sa.select(orders.c.number)
        .where(
            sa.or_(
                orders.c.number.startswith(wanted[:half], autoescape=True),
                orders.c.number.endswith(wanted[-half:], autoescape=True),
            )
        )
        .order_by(orders.c.id.desc())
        .limit(500)
    )
    if store is not None:
        query = query.where(orders.c.store == store)
    return connection.execute(query).scalars().all()


def _shipment_keys(connection: Connection, *conditions: sa.ColumnElement[bool]) -> Sequence[int]:
    return (
        connection.execute(sa.select(shipments.c.id).where(*conditions).order_by(shipments.c.id))
        .scalars()
        .all()
    )


def _by_document(connection: Connection, ref: str) -> Sequence[int]:
    """By the document's number, with as many of its other parts as are written (``12/A``, ``ERP/A/12/2026``)."""
    query = (
        sa.select(shipments)
        .where(shipments.c.document_number.in_({ref, *ref.split("/")}), shipments.c.withdrawn_at.is_(None))
        .order_by(shipments.c.id)
    )
    return [row.id for row in connection.execute(query) if ref in _document(row).spellings]


def _document(row: Row[Any]) -> Document:
    return Document(
        number=row.document_number,
        source=row.document_source or "",
        series=row.document_series or "",
        year=row.document_year,
    )


def _by_order(connection: Connection, ref: str, store: str | None) -> int:
    try:
        order_id = find_order(connection, ref, store)
    except NotFoundError as error:
        raise NotFoundError(f"There is no shipment {ref}. {error}", reason="unknown_shipment") from None
    found = _shipment_keys(connection, shipments.c.order_id == order_id, shipments.c.withdrawn_at.is_(None))
    if not found:
        raise NotFoundError(
            f"Order {ref} has no shipment; make one: fbridge shipment create {ref}", reason="unknown_shipment"
        )
    return _the_one(ref, found)


def _the_one(ref: str, found: Sequence[int]) -> int:
    if len(found) > 1:
        labels = ", ".join(f"S{key}" for key in found)
        raise InputError(
            f"{ref} has {len(found)} shipments; name one of them: {labels}.", reason="ambiguous_shipment"
        )
    return found[0]
