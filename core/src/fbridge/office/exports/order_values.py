"""What an ERP is told of an order and its lines, field by field. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fbridge.orders.filters import OrderDetail, OrderLineRow, OrderRow


def _currency(row: OrderRow) -> str:
    told = row.total or row.amount_due
    return told.currency if told else ""


def _billed(name: str) -> Callable[[OrderDetail], Any]:
    return lambda detail: getattr(detail.bill_to, name)


ORDER_VALUES: Mapping[str, Callable[[OrderDetail], Any]] = {
    "store": lambda detail: detail.row.store,
    "order": lambda detail: detail.row.number,
    "remote_id": lambda detail: detail.row.remote_id,
    "created_at": lambda detail: detail.row.created_at,
    "changed_at": lambda detail: detail.row.changed_at,
    "status": lambda detail: detail.row.status,
    "fulfillment": lambda detail: detail.row.fulfillment,
    "payment": lambda detail: detail.row.payment,
    "payment_method": lambda detail: detail.row.payment_method,
    "amount_due": lambda detail: detail.row.amount_due and detail.row.amount_due.amount,
    "total": lambda detail: detail.row.total and detail.row.total.amount,
    "currency": lambda detail: _currency(detail.row),
    "delivery": lambda detail: detail.row.delivery,
    "shipping_method": lambda detail: detail.row.shipping_method,
    "carrier": lambda detail: detail.row.carrier,
    "channel": lambda detail: detail.row.channel,
    "sold_in": lambda detail: detail.row.sold_in,
    "name": lambda detail: detail.ship_to.name,
    "company": lambda detail: detail.ship_to.company,
    "street": lambda detail: ", ".join(detail.ship_to.street),
    "postcode": lambda detail: detail.ship_to.postcode,
    "city": lambda detail: detail.ship_to.city,
    "province": lambda detail: detail.ship_to.province,
    "country": lambda detail: detail.ship_to.country,
    "phone": lambda detail: detail.ship_to.phone or detail.bill_to.phone,
    "email": lambda detail: detail.ship_to.email or detail.bill_to.email,
    "note": lambda detail: detail.note,
    "marked": lambda detail: ", ".join(doubt.code for doubt in detail.row.doubts),
    "bill_name": _billed("name"),
    "bill_company": _billed("company"),
    "bill_street": lambda detail: ", ".join(detail.bill_to.street),
    "bill_postcode": _billed("postcode"),
    "bill_city": _billed("city"),
    "bill_province": _billed("province"),
    "bill_country": _billed("country"),
}

LINE_VALUES: Mapping[str, Callable[[OrderLineRow], Any]] = {
    "line_id": lambda row: row.line.id,
    "sku": lambda row: row.line.sku,
    "article": lambda row: row.line.name,
    "quantity": lambda row: row.line.quantity,
    "removed": lambda row: row.line.removed,
    "shipped_on_store": lambda row: row.line.shipped,
    "in_shipments": lambda row: row.in_shipments,
    "free": lambda row: row.free,
    "line_total": lambda row: row.line.total,
    "weight_grams": lambda row: row.line.weight_grams,
}
