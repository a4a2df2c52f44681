"""The toy adapter's way from the platform's orders to fbridge's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fbridge.models.orders import (
    Address,
    Order,
    OrderLine,
    Payment,
    RejectedOrder,
    ShippingMethod,
    StoreShipment,
)
from fbridge.models.states import Delivery, OrderStatus, PaymentKind

STATUSES = {
    "open": OrderStatus.OPEN,
    "held": OrderStatus.ON_HOLD,
    "cancelled": OrderStatus.CANCELLED,
    "done": OrderStatus.CLOSED,
}


def order_from(raw: Mapping[str, Any]) -> Order | RejectedOrder:
    """The order, or why it makes no sense (C2)."""
    try:
        return _order(raw)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return RejectedOrder(remote_id=str(raw.get("id", "")), reason=f"malformed: {type(error).__name__}")


def _order(raw: Mapping[str, Any]) -> Order:
    lines = tuple(_line(line) for line in raw["lines"])
    paid = PaymentKind.COD if raw["cod"] else PaymentKind.PAID
    return Order(
        remote_id=raw["id"],
        number=f"T{raw['id']}",
        status=STATUSES[raw["status"]],
        remote_status=raw["status"],
        created_at=_moment(raw["created"]),
        changed_at=_moment(raw["changed"]),
        currency=raw["currency"],
        total=Decimal(raw["total"]),
        payment=Payment(kind=paid, amount_due=Decimal(raw["total"] if raw["cod"] else 0)),
        lines=lines,
        ship_to=address_from(raw["ship_to"]),
        bill_to=address_from(raw["bill_to"]),
        delivery=Delivery.SHIP if any(line.shippable for line in lines) else Delivery.NONE,
        shipments=tuple(store_shipment(shipment) for shipment in raw["shipments"]),
        shipping_method=ShippingMethod(code=raw["shipping"].lower(), title=raw["shipping"]),
        note=raw["note"],
        marks=True,
    )


def address_from(raw: Mapping[str, Any]) -> Address:
    """An address; the shop has one line for the street."""
    return Address(**{**raw, "street": (raw["street"],)})


def _line(raw: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        id=raw["id"],
        sku=raw["sku"],
        name=raw["name"],
        quantity=raw["quantity"],
        removed=raw["refunded"],
        shipped=min(raw["shipped"], raw["quantity"] - raw["refunded"]),
        shippable=not raw["virtual"],
        total=Decimal(raw["total"]),
    )


def store_shipment(raw: Mapping[str, Any]) -> StoreShipment:
    """A shipment as the core sees it."""
    return StoreShipment(
        remote_id=raw["id"],
        mark=raw["mark"],
        numbers=tuple(raw["numbers"]),
        carrier=raw["carrier"],
        lines=tuple(raw["lines"].items()),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
