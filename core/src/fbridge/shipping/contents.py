"""What is in a shipment, in words: for whoever packs it, and for the document that goes with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Address, Order, OrderLine
from fbridge.models.particulars import NO_PARTICULARS, Goods
from fbridge.models.parts import in_parts
from fbridge.models.shipments import Document, Shipment
from fbridge.orders.storage import load_orders
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.tables import MOST_KEYS, orders, shipments


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A shipment with its goods, and of its order who pays, what the customer wrote, and the store's extra fields."""

    shipment: Shipment
    goods: tuple[Goods, ...]
    bill_to: Address
    customer_note: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What travels under one document: one shipment, or those that a document has of several orders."""

    contents: tuple[Content, ...]

    @property
    def first(self) -> Shipment:
        """The shipment that stands for what they have in common."""
        return self.contents[0].shipment

    @property
    def document(self) -> Document | None:
        """The ERP's reference; None where there is none."""
        return self.first.document


def deliveries(connection: Connection, keys: Collection[int]) -> tuple[Delivery, ...]:
    """These shipments and all that share their documents, each document once, in the sequence of the keys."""
    named = {one.id: one for one in load_shipments(connection, shipments.c.id.in_(keys))}
    documents = {one.document.key for one in named.values() if one.document}
    sharing = load_shipments(
        connection, shipments.c.document_key.in_(documents), shipments.c.withdrawn_at.is_(None)
    )
    groups: dict[str, dict[int, Shipment]] = {}
    for one in (*(named[key] for key in keys), *sharing):
        groups.setdefault(one.document.key if one.document else one.label, {})[one.id] = one
    found = contents(connection, [one for group in groups.values() for one in group.values()])
    return tuple(Delivery(contents=tuple(found[key] for key in sorted(group))) for group in groups.values())


def contents(connection: Connection, of: Sequence[Shipment]) -> dict[int, Content]:
    """What is in these shipments, by their keys."""
    keys = {one.order_id for one in of if one.order_id is not None}
    found, extra = load_orders(connection, keys), _extra_fields(connection, sorted(keys))
    return {one.id: _content(one, found.get(one.order_id or 0), extra.get(one.order_id or 0)) for one in of}


def _extra_fields(connection: Connection, keys: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    found: dict[int, Mapping[str, Any]] = {}
    for part in in_parts(keys, MOST_KEYS):
        query = sa.select(orders.c.id, orders.c.extra).where(
            orders.c.id.in_(part), orders.c.extra.is_not(None)
        )
        found |= {row.id: row.extra for row in connection.execute(query)}
    return found


def names_of(lines: Iterable[OrderLine]) -> Mapping[str, str]:
    """What articles are called, by line id and by SKU."""
    return {name: line.name for line in lines for name in (line.sku, line.id) if name}


def _content(one: Shipment, order: Order | None, extra: Mapping[str, Any] | None) -> Content:
    return Content(
        shipment=one,
        goods=_goods(one, order),
        bill_to=order.bill_to if order else Address(),
        customer_note=order.note if order else "",
        extra=extra or {},
    )


def _goods(one: Shipment, order: Order | None) -> tuple[Goods, ...]:
    """As the file worded them, else as the order calls them."""
    lines = {line.id: line for line in order.lines} if order else {}
    told = (one.particulars or NO_PARTICULARS).goods
    if told:
        names, skus = names_of(lines.values()), {line.id: line.sku for line in lines.values()}
        return tuple(
            replace(
                goods,
                article=skus.get(goods.article) or goods.article,
                description=goods.description or names.get(goods.article, ""),
            )
            for goods in told
        )
    return tuple(
        Goods(
            article=lines[item.line_id].sku if item.line_id in lines else item.line_id,
            description=lines[item.line_id].name if item.line_id in lines else "",
            quantity=item.quantity,
        )
        for item in one.items
    )
