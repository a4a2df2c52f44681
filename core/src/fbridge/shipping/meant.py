"""Which shipments a file means by an order, a document, a reference or a label; never on a guess."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError, NotFoundError
from fbridge.models.shipments import Shipment
from fbridge.references import find_order, known_store, shipment_key
from fbridge.settings.loading import variable
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.tables import MOST_KEYS, shipments


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMeant:
    """A document as a file names it; None where the file says nothing of a part."""

    number: str
    series: str | None = None
    source: str | None = None
    year: int | None = None

    def __str__(self) -> str:
        parts = (self.source, self.series, self.number, str(self.year or ""))
        return "/".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """How a file names a shipment: what is given has to agree. ``reference`` is what we told the courier."""

    order: str = ""
    store: str | None = None
    shipment: str = ""
    reference: str = ""
    document: DocumentMeant | None = None


def find_order_of_file(connection: Connection, context: Context, number: str, store: str | None) -> int:
    """The order of a number in a file: of the store whose ``number_prefix`` it begins with, else as typed.

    Raises NotFoundError, InputError with the candidates.
    """
    if store is not None:
        return find_order(connection, number, known_store(connection, store))
    prefixes = {prefix: name for name, prefix in _prefixes(context) if number.startswith(prefix)}
    if not prefixes:
        return find_order(connection, number)
    prefix = max(prefixes, key=len)
    try:
        return find_order(connection, number, prefixes[prefix])
    except NotFoundError:
        return find_order(connection, number.removeprefix(prefix), prefixes[prefix])


def _prefixes(context: Context) -> Iterator[tuple[str, str]]:
    settings = context.settings
    for name, store in settings.stores.items():
        own = settings.environment.get(variable(name, "number_prefix"), store.values.get("number_prefix"))
        if own:
            yield name, str(own)


def find_meant(connection: Connection, context: Context, meant: Meant) -> tuple[Shipment, ...]:
    """The shipment that is meant, or all of a document that goes over several orders.

    Raises NotFoundError; InputError where what is given means several, or contradicts itself.
    """
    found = [group for group in _groups(connection, context, meant) if group is not None]
    if not found:
        raise InputError("The row names no order, document, reference or shipment.", reason="no_key")
    common = {one.id: one for one in found[0]}
    for group in found[1:]:
        common = {one.id: one for one in group if one.id in common}
    if not common:
        labels = " and ".join(", ".join(one.label for one in group) for group in found)
        raise InputError(f"The row names different shipments: {labels}.", reason="keys_disagree")
    return tuple(common.values())


def one_delivery(candidates: Sequence[Shipment], named: str) -> tuple[Shipment, ...]:
    """The candidates where they are one delivery: one shipment, or those of one document. Raises InputError."""
    documents = {one.document.key if one.document else one.label for one in candidates}
    if len(documents) > 1:
        labels = ", ".join(f"{one.label}{_called(one)}" for one in candidates)
        raise InputError(f"{named} can be {labels}; say which.", reason="ambiguous_shipment")
    return tuple(candidates)


def with_siblings(connection: Connection, goods: Sequence[Shipment]) -> tuple[Shipment, ...]:
    """The goods and whatever else travels under their document: the same boxes, for other orders."""
    keys = {one.document.key for one in goods if one.document}
    if not keys:
        return tuple(goods)
    others = shipments.c.id.not_in([one.id for one in goods])
    return (*goods, *_load(connection, shipments.c.document_key.in_(keys), others))


def _called(shipment: Shipment) -> str:
    parts = [f"document {shipment.document}" if shipment.document else "", f"order {shipment.order_number}"]
    return f" ({', '.join(filter(None, parts))})" if shipment.order_number or shipment.document else ""


def _groups(connection: Connection, context: Context, meant: Meant) -> Iterator[Sequence[Shipment] | None]:
    if meant.shipment:
        yield _by_label(connection, meant.shipment)
    if meant.document:
        yield of_document(connection, meant.document) or _none(f"document {meant.document}")
    if meant.order:
        yield _of_order(connection, context, meant.order, meant.store)
    if meant.reference:
        yield _by_reference(connection, context, meant.reference)


def _by_label(connection: Connection, ref: str) -> Sequence[Shipment]:
    key = shipment_key(ref)
    found = _load(connection, shipments.c.id == key if key is not None else shipments.c.uuid == ref)
    return found or _none(f"shipment {ref}")


def of_document(connection: Connection, meant: DocumentMeant) -> tuple[Shipment, ...]:
    """The shipments of a document that are not withdrawn, in every year, series and source that are not told."""
    told = {
        shipments.c.document_series: meant.series,
        shipments.c.document_source: meant.source,
        shipments.c.document_year: meant.year,
    }
    conditions = [column == value for column, value in told.items() if value is not None]
    return _load(connection, shipments.c.document_number == meant.number, *conditions)


def _of_order(connection: Connection, context: Context, number: str, store: str | None) -> Sequence[Shipment]:
    order_id = find_order_of_file(connection, context, number, store)
    return of_orders(connection, [order_id]) or _none(f"order {number}", "it has no shipment yet")


def of_orders(connection: Connection, order_ids: Sequence[int]) -> tuple[Shipment, ...]:
    """The shipments of these orders that are not withdrawn."""
    return _load(connection, shipments.c.order_id.in_(order_ids[:MOST_KEYS]))


def _by_reference(connection: Connection, context: Context, text: str) -> Sequence[Shipment]:
    """Our reference is a shipment's number (``12`` or ``S12``), else a document's or an order's."""
    label = text if shipment_key(text) is not None else f"S{text.lstrip('0')}"
    key = shipment_key(label)
    found = {one.id: one for one in (_load(connection, shipments.c.id == key) if key is not None else ())}
    found |= {one.id: one for one in _spelled(connection, text)}
    with contextlib.suppress(NotFoundError):
        found |= {one.id: one for one in _of_order(connection, context, text, None)}
    return tuple(found.values()) or _none(f"reference {text}", "no shipment, document or order is called so")


def _spelled(connection: Connection, text: str) -> Sequence[Shipment]:
    """The shipments of the documents that are written so: ``125``, ``125/A`` ..."""
    found = _load(connection, shipments.c.document_number.in_({text, *text.split("/")}))
    return [one for one in found if one.document and text in one.document.spellings]


def _load(connection: Connection, *conditions: sa.ColumnElement[bool]) -> tuple[Shipment, ...]:
    return load_shipments(connection, *conditions, shipments.c.withdrawn_at.is_(None))


def _none(named: str, why: str = "it is in no shipment") -> Sequence[Shipment]:
    raise NotFoundError(f"There is no shipment of {named}: {why}.", reason="unknown_shipment")
