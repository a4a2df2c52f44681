"""From the platform's orders to fbridge's, and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from fbridge.adapterkit.needed import understood
from fbridge.adapterkit.payloads import mapping
from fbridge.models.fulfillments import FulfillmentShipment
from fbridge.models.orders import Address, Order, OrderLine, Payment, RejectedOrder, StoreShipment
from fbridge.models.states import PaymentKind
from fbridge_kiosk.schemas import STATUSES, OrderSchema

_SCHEMA = OrderSchema()


def order_from(raw: Any) -> Order | RejectedOrder:
    """The order, or why it makes no sense (C2)."""
    order_id = mapping(raw).get("id")
    return understood(lambda: _order(_SCHEMA.load(raw)), order_id, f"K{order_id}")


def _order(data: Mapping[str, Any]) -> Order:
    return Order(
        remote_id=data["id"],
        number=f"K{data['id']}",
        status=STATUSES[data["status"]],
        remote_status=data["status"],
        created_at=data["created"].astimezone(UTC),
        changed_at=data["changed"].astimezone(UTC),
        currency=data["currency"],
        total=data["total"],
        payment=Payment(kind=PaymentKind.COD if data["due"] else PaymentKind.PAID, amount_due=data["due"]),
        lines=tuple(_line(line) for line in data["lines"]),
        ship_to=Address(name=data["name"]),
        shipments=tuple(_parcel(parcel) for parcel in data["parcels"]),
        marks=True,  # every parcel shows its mark, so a missing mark proves that ours is not there
    )


def _line(data: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        id=data["id"],
        sku=data["sku"],
        name=data["name"],
        quantity=data["quantity"],
        removed=data["refunded"],
        shipped=data["shipped"],
    )


def _parcel(data: Mapping[str, Any]) -> StoreShipment:
    return StoreShipment(
        remote_id=data["mark"],
        mark=data["mark"],
        numbers=tuple(data["numbers"]),
        carrier=data["carrier"],
        lines=tuple(data["lines"].items()),
    )


def parcel_body(shipment: FulfillmentShipment, *, finish: bool, mail: bool) -> dict[str, Any]:
    """What the platform wants to know of a parcel."""
    return {
        "lines": {item.line_id: item.quantity for item in shipment.items},
        "numbers": list(shipment.numbers),
        "carrier": carrier_code(shipment),
        "finish": finish,
        "mail": mail,
    }


def carrier_code(shipment: FulfillmentShipment) -> str:
    """The store's code of the carrier: its list is closed, so there is no free text."""
    return (shipment.carrier.site_code or "") if shipment.carrier else ""
