"""From Shopify's order to fbridge's. Pure: no network, clock or environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from fbridge.models.orders import (
    Address,
    Order,
    OrderLine,
    RejectedOrder,
    ShippingMethod,
    StoreShipment,
)
from fbridge.models.payloads import bad_fields
from fbridge.models.states import OrderStatus
from fbridge_shopify import fulfillment_orders
from fbridge_shopify.payment import payment_from
from fbridge_shopify.schemas import OrderPayload

FULFILLMENT_ORDERS = "fulfillment_orders"
FINANCIAL_STATUS = "financial_status"
TRACKING_URLS = "tracking_urls"
UNSEEN = "unseen_fulfillment_orders"
"""Keys of ``Order.adapter_data``; the last is true where the token may not see where goods have to leave from."""

_CANCELLED = "CANCELLED"

_REFUNDED = "REFUNDED"
_FULFILLED = "FULFILLED"
_NOT_THERE = frozenset({_CANCELLED, "ERROR", "FAILURE"})
_SHOPIFYS_OWN = frozenset(
    {"web", "pos", "shopify_draft_order", "iphone", "android", "mobile_app", "checkout_next", "api"}
)

_ORDER = OrderPayload()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as the store gave it, its lists complete. ``problem`` tells why it could not be read whole."""

    order: Mapping[str, Any]
    problem: str = ""


def order_from(raw: RawOrder, cod_gateways: Iterable[str] = ()) -> Order | RejectedOrder:
    """The order, or why no sense can be made of it (C2)."""
    if raw.problem:
        return _rejected(raw, raw.problem)
    try:
        return _order(_ORDER.load(raw.order), cod_gateways)
    except ValidationError as error:
        return _rejected(raw, f"bad_field: {bad_fields(error)}")


def _rejected(raw: RawOrder, reason: str) -> RejectedOrder:
    order: Any = raw.order
    order = order if isinstance(order, Mapping) else {}
    remote_id = str(order.get("id") or "")
    return RejectedOrder(remote_id=remote_id, reason=reason, number=str(order.get("name") or remote_id))


def _order(payload: Mapping[str, Any], cod_gateways: Iterable[str]) -> Order:
    found = payload["fulfillment_orders"]
    lines = _lines(payload)
    financial_status = payload["display_financial_status"] or ""
    cancelled = payload["cancelled_at"] is not None
    shipping = payload["shipping_line"]
    return Order(
        remote_id=payload["id"],
        number=payload["name"],
        status=_status(payload, lines),
        # Shopify goes on to show a cancelled order as unfulfilled.
        remote_status=_CANCELLED if cancelled else payload["display_fulfillment_status"],
        created_at=payload["created_at"],
        changed_at=payload["updated_at"],
        currency=payload["currency_code"],
        total=payload["current_total_price_set"],
        payment=payment_from(
            payload["payment_gateway_names"], financial_status, payload["total_outstanding_set"], cod_gateways
        ),
        lines=lines,
        delivery=fulfillment_orders.delivery_of(found, needs_shipping=any(line.shippable for line in lines)),
        shipping_method=shipping and _shipping_method(shipping),
        ship_to=_address(payload["shipping_address"], payload),
        bill_to=_address(payload["billing_address"], payload),
        note=payload["note"] or "",
        channel=_channel(payload["source_name"] or ""),
        shipments=_shipments(payload["fulfillments"]),
        adapter_data={
            FULFILLMENT_ORDERS: fulfillment_orders.for_push(found),
            FINANCIAL_STATUS: financial_status,
            TRACKING_URLS: _tracking_urls(payload["fulfillments"]),
            UNSEEN: not cancelled and fulfillment_orders.are_missing(found, lines),
        },
    )


def _status(payload: Mapping[str, Any], lines: Sequence[OrderLine]) -> OrderStatus:
    """Refunded in full with goods still to leave is cancelled; after they left it is a return."""
    if payload["cancelled_at"] is not None:
        return OrderStatus.CANCELLED
    left = all(not line["unfulfilled_quantity"] for line in payload["line_items"])
    # Pieces that came back count no more as shipped, so the store's own word is asked too.
    returned = payload["display_fulfillment_status"] == _FULFILLED or any(line.shipped for line in lines)
    if payload["display_financial_status"] == _REFUNDED and not (left and returned):
        return OrderStatus.CANCELLED
    if left:
        return OrderStatus.CLOSED
    held = fulfillment_orders.is_held(payload["fulfillment_orders"])
    return OrderStatus.ON_HOLD if held else OrderStatus.OPEN


def _lines(payload: Mapping[str, Any]) -> tuple[OrderLine, ...]:
    held = fulfillment_orders.held_pieces(payload["fulfillment_orders"])
    placed = fulfillment_orders.placed_pieces(payload["fulfillment_orders"])
    return tuple(
        OrderLine(
            id=line["id"],
            sku=line["sku"] or "",
            name=line["name"] or "",
            quantity=line["quantity"],
            removed=max(line["quantity"] - line["current_quantity"], 0),
            shipped=max(line["current_quantity"] - line["unfulfilled_quantity"], 0),
            shippable=line["requires_shipping"],
            total=_gross(line, taxes_included=payload["taxes_included"]),
            locations=tuple(sorted(placed.get(line["id"], {}).items())),
            held=held[line["id"]],
        )
        for line in payload["line_items"]
    )


def _gross(line: Mapping[str, Any], *, taxes_included: bool) -> Decimal | None:
    total: Decimal | None = line["discounted_total_set"]
    if total is None or taxes_included:
        return total
    return total + sum((tax["price_set"] for tax in line["tax_lines"]), Decimal(0))


def _shipments(fulfillments: Sequence[Mapping[str, Any]]) -> tuple[StoreShipment, ...]:
    return tuple(
        StoreShipment(
            remote_id=fulfillment["id"],
            mark=_mark(fulfillment["fulfillment_orders"]),
            numbers=tuple(
                dict.fromkeys(entry["number"] for entry in fulfillment["tracking_info"] if entry["number"])
            ),
            carrier=next(
                (entry["company"] for entry in fulfillment["tracking_info"] if entry["company"]), ""
            ),
            lines=tuple(
                (line["line_item"], line["quantity"] or 0) for line in fulfillment["fulfillment_line_items"]
            ),
            created_at=fulfillment["created_at"],
        )
        for fulfillment in fulfillments
        if fulfillment["status"] not in _NOT_THERE
    )


def _tracking_urls(fulfillments: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {
        entry["number"]: entry["url"]
        for fulfillment in fulfillments
        for entry in fulfillment["tracking_info"]
        if entry["number"] and entry["url"]
    }


def _mark(fulfilled: Sequence[str]) -> str | None:
    """A fence is a fulfillment order of its own, so it alone was fulfilled by the shipment that it was made for."""
    return fulfilled[0] if len(fulfilled) == 1 else None


def _shipping_method(line: Mapping[str, Any]) -> ShippingMethod:
    title = line["title"] or ""
    return ShippingMethod(code=line["code"] or title, title=title)


def _address(address: Mapping[str, Any] | None, order: Mapping[str, Any]) -> Address:
    address = address or {}
    street = (address.get("address1"), address.get("address2"))
    return Address(
        name=address.get("name") or "",
        company=address.get("company") or "",
        street=tuple(line for line in street if line),
        postcode=address.get("zip") or "",
        city=address.get("city") or "",
        province=address.get("province_code") or address.get("province") or "",
        country=address.get("country_code_v2") or "",
        phone=address.get("phone") or order["phone"] or "",
        email=order["email"] or "",
    )


def _channel(source: str) -> str | None:
    """The marketplace or app that an order came from, where it is named; bare numbers are ids of apps."""
    name = source.strip().lower()
    return name if name and name not in _SHOPIFYS_OWN and not name.isdigit() else None
