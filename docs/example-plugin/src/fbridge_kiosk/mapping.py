"""From the platform's orders to fbridge's. Pure."""

from __future__ import annotations

from typing import Any

from fbridge.adapterkit import payloads as read
from fbridge.adapterkit.doubts import unknown_status, with_doubts
from fbridge.adapterkit.needed import Inside, NarrowPayload, Needed, Rows, Told, understood
from fbridge.models.orders import Address, Order, OrderLine, Payment, RejectedOrder, StoreShipment
from fbridge.models.states import OrderStatus, PaymentKind

STATUSES = {
    "open": OrderStatus.OPEN,
    "held": OrderStatus.ON_HOLD,
    "cancelled": OrderStatus.CANCELLED,
    "done": OrderStatus.CLOSED,
}


class LinePayload(NarrowPayload):
    """An ``OrderLine``. Without id and quantity nothing can be shipped; all else may be missing, or be nonsense."""

    id = Needed(read.named)
    quantity = Needed(read.pieces)
    removed = Told(read.count_if_told, called="refunded")
    shipped = Told(read.count_if_told)
    sku = Told(read.text)
    name = Told(read.words)


class AddressPayload(NarrowPayload):
    """An ``Address``."""

    name = Told(read.words)
    street = Told(read.texts)
    postcode = Told(read.text)
    city = Told(read.words)
    country = Told(read.text)
    phone = Told(read.text)


class ParcelPayload(NarrowPayload):
    """A parcel; its mark is the id that whoever made it gave it."""

    mark = Needed(read.named)
    numbers = Told(read.texts)
    carrier = Told(read.text)
    lines = Told(read.counts)


class OrderPayload(NarrowPayload):
    """An order."""

    id = Needed(read.identity)
    status = Told(read.text)
    currency = Told(read.currency)
    lines = Rows(LinePayload, key="id")
    ship_to = Inside(AddressPayload)
    bill_to = Inside(AddressPayload)
    parcels = Rows(ParcelPayload)


def order_from(raw: Any) -> Order | RejectedOrder:
    """The order, or why it makes no sense (C2)."""
    order_id = read.mapping(raw).get("id")
    return understood(lambda: _order(raw), order_id, f"K{order_id}")


def _order(raw: Any) -> Order:
    data = OrderPayload().load(raw)
    status, currency = data["status"], data["currency"]
    due = read.money(raw.get("due"), currency)
    order = Order(
        remote_id=data["id"],
        number=f"K{data['id']}",
        status=STATUSES.get(status, OrderStatus.OPEN),
        remote_status=status,
        **read.times(raw, "changed", "created"),
        currency=currency,
        total=read.money(raw.get("total"), currency),
        payment=Payment(kind=PaymentKind.PAID if due == 0 else PaymentKind.COD, amount_due=due),
        lines=tuple(OrderLine(**line) for line in data["lines"]),
        ship_to=Address(**data["ship_to"]),
        bill_to=Address(**data["bill_to"]),
        shipments=tuple(StoreShipment(remote_id=one["mark"], **one) for one in data["parcels"]),
        marks=True,  # every parcel shows its mark, so a missing mark proves that ours is not there
    )
    return with_doubts(order, [None if status in STATUSES else unknown_status(status)])
