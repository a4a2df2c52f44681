"""Between an :class:`~fbridge.models.orders.Order` and its rows. Pure: no connection in sight."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import RowMapping

from fbridge.models.currencies import fitted
from fbridge.models.orders import (
    Address,
    Doubt,
    Order,
    OrderLine,
    Payment,
    ShippingMethod,
    StoreShipment,
)
from fbridge.models.storable_text import storable


def content_hash(order: Order) -> str:
    """Tells two versions of an order apart (32 hex digits).

    What only some reads bring along, the store's shipments and the adapter's data, makes no version.
    """
    bare = replace(order, shipments=(), marks=False, adapter_data={}, undone=())
    told = repr(bare) + (repr(sorted(order.extra.items())) if order.extra else "")
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def order_row(order: Order) -> dict[str, Any]:
    """The columns of ``orders`` that come from the order itself."""
    method = order.shipping_method or ShippingMethod(code="")
    return {
        "remote_id": order.remote_id,
        "number": storable(order.number, 128),
        "status": order.status,
        "remote_status": storable(order.remote_status, 128),
        "delivery": order.delivery,
        "payment": order.payment.kind,
        "payment_method": storable(order.payment.method, 128),
        "payment_title": storable(order.payment.title),
        "amount_due": _money(order.payment.amount_due, order.currency),
        "total": _money(order.total, order.currency),
        "currency": order.currency,
        "channel": storable(order.channel, 128) if order.channel else None,
        "sold_in": storable(order.sold_in, 128),
        "shipping_method": storable(method.code, 255),
        "shipping_title": storable(method.title),
        "created_at": order.created_at,
        "changed_at": order.changed_at,
        "ambiguous_time": order.ambiguous_time,
        "customer": storable(_customer(order)),
        "ship_to": address_to_json(order.ship_to),
        "bill_to": address_to_json(order.bill_to),
        "note": storable(order.note),
        "store_shipments": [store_shipment_to_json(shipment) for shipment in order.shipments],
        "doubts": doubts_to_json(order.doubts),
        "extra": {name: storable(value) for name, value in order.extra.items()} or None,
    }


def line_rows(order_id: int, order: Order) -> Iterable[dict[str, Any]]:
    """The rows of ``order_lines``, in the order's own sequence."""
    for position, line in enumerate(order.lines):
        yield {
            "order_id": order_id,
            "line_id": line.id,
            "position": position,
            "sku": storable(line.sku, 255),
            "name": storable(line.name),
            "quantity": line.quantity,
            "removed": line.removed,
            "shipped": line.shipped,
            "shippable": line.shippable,
            "total": _money(line.total, order.currency),
            "weight_grams": line.weight_grams,
            "locations": [list(place) for place in line.locations],
            "held": line.held,
            "held_why": storable(line.held_why),
        }


def order_from_rows(row: RowMapping, lines: Iterable[RowMapping]) -> Order:
    """The order as it was last read from its store; ``adapter_data`` is not kept and comes back empty."""
    return Order(
        remote_id=row["remote_id"],
        number=row["number"],
        status=row["status"],
        remote_status=row["remote_status"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        currency=row["currency"],
        total=row["total"],
        payment=Payment(
            kind=row["payment"],
            method=row["payment_method"],
            title=row["payment_title"],
            amount_due=row["amount_due"],
        ),
        lines=tuple(map(line_from_row, lines)),
        delivery=row["delivery"],
        shipping_method=_shipping_method(row),
        ship_to=address_from_json(row["ship_to"]),
        bill_to=address_from_json(row["bill_to"]),
        note=row["note"],
        channel=row["channel"],
        sold_in=row["sold_in"],
        shipments=store_shipments_from_json(row["store_shipments"]),
        ambiguous_time=row["ambiguous_time"],
        doubts=doubts_from_json(row["doubts"]),
        extra=row["extra"] or {},
    )


def line_from_row(row: RowMapping) -> OrderLine:
    """One order line."""
    return OrderLine(
        id=row["line_id"],
        sku=row["sku"],
        name=row["name"],
        quantity=row["quantity"],
        removed=row["removed"],
        shipped=row["shipped"],
        shippable=row["shippable"],
        total=row["total"],
        weight_grams=row["weight_grams"],
        locations=tuple((place, quantity) for place, quantity in row["locations"]),
        held=row["held"],
        held_why=row["held_why"],
    )


def address_to_json(address: Address) -> dict[str, Any]:
    """The fields that are not empty."""
    fields = {
        "name": address.name,
        "company": address.company,
        "street": list(address.street),
        "postcode": address.postcode,
        "city": address.city,
        "province": address.province,
        "country": address.country,
        "phone": address.phone,
        "email": address.email,
    }
    return {name: value for name, value in fields.items() if value}


def address_from_json(fields: Mapping[str, Any]) -> Address:
    """The address that :func:`address_to_json` wrote down."""
    return Address(**{**fields, "street": tuple(fields.get("street", ()))})


def doubts_to_json(doubts: Iterable[Doubt]) -> list[list[str]] | None:
    """As kept in ``orders.doubts`` and ``shipments.allowed_doubts``: none is null."""
    return [[doubt.code, storable(doubt.words)] for doubt in doubts] or None


def doubts_from_json(entries: Iterable[Sequence[str]] | None) -> tuple[Doubt, ...]:
    """The doubts that :func:`doubts_to_json` wrote down."""
    return tuple(Doubt(code=code, words=words) for code, words in entries or ())


def store_shipments_from_json(entries: Iterable[Mapping[str, Any]]) -> tuple[StoreShipment, ...]:
    """What the store held of an order's shipments when it was last read."""
    return tuple(map(_store_shipment_from_json, entries))


def _money(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else fitted(amount, currency)


def _customer(order: Order) -> str:
    to, bill = order.ship_to, order.bill_to
    return to.name or to.company or bill.name or bill.company


def _shipping_method(row: RowMapping) -> ShippingMethod | None:
    if not row["shipping_method"] and not row["shipping_title"]:
        return None
    return ShippingMethod(code=row["shipping_method"], title=row["shipping_title"])


def store_shipment_to_json(shipment: StoreShipment) -> dict[str, Any]:
    """As kept in ``orders.store_shipments``."""
    return {
        "remote_id": shipment.remote_id,
        "mark": shipment.mark,
        "numbers": list(shipment.numbers),
        "carrier": shipment.carrier,
        "lines": [list(line) for line in shipment.lines],
        "created_at": shipment.created_at.isoformat() if shipment.created_at else None,
        "mailed": shipment.mailed,
        "mail_link": shipment.mail_link,
    }


def _store_shipment_from_json(fields: Mapping[str, Any]) -> StoreShipment:
    created_at = fields["created_at"]
    return StoreShipment(
        remote_id=fields["remote_id"],
        mark=fields["mark"],
        numbers=tuple(fields["numbers"]),
        carrier=fields["carrier"],
        lines=tuple((line_id, quantity) for line_id, quantity in fields["lines"]),
        created_at=datetime.fromisoformat(created_at) if created_at else None,
        mailed=fields["mailed"],
        mail_link=fields.get("mail_link"),
    )
