"""How orders and shipments stand, in words for people: the command line and the page of the office say the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from fbridge.models.states import Delivery, OrderStatus, PaymentKind, ReturnKind, ShipmentOrigin

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.models.orders import Address, Money
    from fbridge.models.shipments import Shipment
    from fbridge.orders.filters import OrderRow

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

OPEN_ORDERS = {
    "open_orders": timedelta(0),
    "open_orders_1d": timedelta(days=1),
    "open_orders_3d": timedelta(days=3),
    "open_orders_7d": timedelta(days=7),
}
"""What is counted of open orders, and how long ago those were made at least."""

DAY_WORDS = {
    "open_orders": "open orders",
    "open_orders_1d": "open orders of over a day",
    "open_orders_3d": "open orders of over 3 days",
    "open_orders_7d": "open orders of over a week",
    "drifted": "otherwise on the store",
    "missing_mail": "mail missing",
}
"""What is counted on the page of the day, beside the states of shipments."""


def payment_words(kind: PaymentKind, due: Money | None) -> str:
    """``paid``, ``COD 12.30 EUR``, ``unpaid 12.30 EUR``; ``COD, amount unknown``."""
    if kind is PaymentKind.PAID:
        return "paid"
    word = "COD" if kind is PaymentKind.COD else "unpaid"
    return f"{word}, amount unknown" if due is None else f"{word} {due}"


def shipping_words(row: OrderRow) -> str:
    """The carrier that the order is routed to, else what the customer chose."""
    if row.delivery is not Delivery.SHIP:
        return "pick-up" if row.delivery is Delivery.PICKUP else "nothing to ship"
    return row.carrier or row.shipping_title or row.shipping_method or ""


def order_state_words(row: OrderRow) -> str:
    """How much has left; for an order that is not open also why; whether it is marked, or cannot be read now."""
    status = "" if row.status is OrderStatus.OPEN else str(row.status)
    marked = "marked" if row.doubts else ""
    unread = "cannot be read" if row.unreadable else ""
    return ", ".join(filter(None, (row.fulfillment, status, marked, unread)))


def shipment_state_words(shipment: Shipment) -> str:
    """Where the shipment stands towards its store."""
    if shipment.withdrawn_at:
        return "withdrawn"
    if shipment.origin is ShipmentOrigin.EXTERNAL:
        return "external, never pushed"
    if shipment.shipped_at is None:
        return "in the house"
    if shipment.in_house:
        return "in the house, and its store was told that it left"
    if shipment.came_back and shipment.returned:
        return return_words(shipment.returned.kind)
    return shipment.push.state.value.replace("_", " ") if shipment.push else ""


_RETURN_WORDS = {
    ReturnKind.UNDELIVERED: "came back undelivered",
    ReturnKind.REFUSED: "came back, refused by the recipient",
    ReturnKind.HELD: "held by the carrier",
}


def return_words(kind: ReturnKind, reason: str = "") -> str:
    """How a parcel came back: ``came back undelivered (address unknown)``."""
    return f"{_RETURN_WORDS[kind]} ({reason})" if reason else _RETURN_WORDS[kind]


def address_words(to: Address) -> str:
    """On one line: ``Rossi srl, Anna Rossi, Via Roma 1, 20100 Milano (MI), IT``."""
    province = f"({to.province})" if to.province else ""
    town = " ".join(part for part in (to.postcode, to.city, province) if part)
    return ", ".join(part for part in (to.company, to.name, *to.street, town, to.country) if part)


def age(span: timedelta, told: Callable[[str], str]) -> str:
    """``4 min``, ``3 h``, ``2 d 5 h``; ``told`` translates."""
    seconds = max(int(span.total_seconds()), 0)
    days, hours = seconds // _DAY, seconds % _DAY // _HOUR
    if days:
        day = told("d")
        return f"{days} {day} {hours} h" if hours else f"{days} {day}"
    return f"{hours} h" if hours else f"{seconds // _MINUTE} min"


def kilograms(grams: int | None) -> str:
    """``1.25 kg``; "" for an unknown weight."""
    return f"{Decimal(grams) / 1000:f} kg" if grams else ""
