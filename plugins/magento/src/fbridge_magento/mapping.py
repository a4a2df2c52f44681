"""From Magento's order to fbridge's. Pure: no network, clock or environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from fbridge.models.orders import (
    Address,
    Order,
    OrderLine,
    Payment,
    RejectedOrder,
    ShippingMethod,
)
from fbridge.models.payloads import bad_fields
from fbridge.models.states import Delivery, OrderStatus, PaymentKind
from fbridge_magento.order_lines import FractionalQuantityError, Lines, lines_of
from fbridge_magento.schemas import OrderPayload, ShipmentPayload
from fbridge_magento.store_shipments import shipment_data, store_shipments

COD = "cashondelivery"
_STATUSES = {
    "canceled": OrderStatus.CANCELLED,
    "closed": OrderStatus.CANCELLED,
    "holded": OrderStatus.ON_HOLD,
    # The payment may be a fraud; Magento makes no shipment before somebody has looked at it.
    "payment_review": OrderStatus.ON_HOLD,
}
_PICKUP_METHODS = frozenset({"instore_pickup"})

_ORDER = OrderPayload()
_SHIPMENTS = ShipmentPayload(many=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as the store gave it, with its shipments (None: not read)."""

    order: Mapping[str, Any]
    shipments: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a store's settings and facts say: COD methods beside the stock one, weight units by store view id."""

    cod_methods: frozenset[str] = frozenset()
    weight_units: Mapping[str, str] = field(default_factory=dict)


def order_from(raw: RawOrder, rules: Rules) -> Order | RejectedOrder:
    """The order, or why no sense can be made of it (C2)."""
    try:
        return _order(raw, rules)
    except ValidationError as error:
        return _rejected(raw, f"bad_field: {bad_fields(error)}")
    except FractionalQuantityError as error:
        return _rejected(raw, f"fractional_quantity: {error}")
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        return _rejected(raw, f"malformed: {type(error).__name__}")


def _rejected(raw: RawOrder, reason: str) -> RejectedOrder:
    order: Any = raw.order
    order = order if isinstance(order, Mapping) else {}
    remote_id = str(order.get("entity_id") or "")
    number = str(order.get("increment_id") or remote_id)
    return RejectedOrder(remote_id=remote_id, reason=reason, number=number)


def _order(raw: RawOrder, rules: Rules) -> Order:
    payload = _ORDER.load(raw.order)
    shipping = _shipping(payload)
    lines = lines_of(payload["items"], rules.weight_units.get(str(payload["store_id"]), ""))
    decoded = _SHIPMENTS.load(list(raw.shipments or ()))
    return Order(
        remote_id=str(payload["entity_id"]),
        number=payload["increment_id"] or str(payload["entity_id"]),
        status=_status(payload["state"], lines.lines),
        remote_status=payload["status"] or payload["state"],
        created_at=payload["created_at"],
        changed_at=payload["updated_at"],
        currency=payload["order_currency_code"],
        total=payload["grand_total"],
        payment=_payment(payload, rules.cod_methods),
        lines=lines.lines,
        delivery=_delivery(payload, shipping),
        shipping_method=_shipping_method(payload, shipping),
        ship_to=_address(shipping.get("address"), payload),
        bill_to=_address(payload["billing_address"], payload),
        note=_note(payload),
        shipments=store_shipments(decoded, lines),
        marks=raw.shipments is not None and all("comments" in row for row in raw.shipments),
        adapter_data=_adapter_data(payload, lines, decoded),
    )


def _adapter_data(
    payload: Mapping[str, Any], lines: Lines, shipments: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What a push wants to know again; see ``push`` for who reads what."""
    return {
        "store_id": payload["store_id"],
        "state": payload["state"],
        "bundles": {
            line_id: {
                "children": [
                    [child.id, child.per_bundle, child.remaining, child.lacking] for child in children
                ]
            }
            for line_id, children in lines.children.items()
        },
        "shipments": shipment_data(shipments),
        "open": {line.id: line.remaining for line in lines.lines if line.remaining},
        "skus": {line.id: line.sku for line in lines.lines if line.shippable},
    }


def _status(state: str, lines: Sequence[OrderLine]) -> OrderStatus:
    """``complete`` does not prove that all has left, and a cash-on-delivery order that has is not ``complete``."""
    if state in _STATUSES:
        return _STATUSES[state]
    done = not any(line.remaining for line in lines)
    began = state == "complete" or any(line.shipped for line in lines)
    return OrderStatus.CLOSED if done and began else OrderStatus.OPEN


def _shipping(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    assignments = (payload["extension_attributes"] or {}).get("shipping_assignments") or ()
    return next((found["shipping"] for found in assignments if found and found["shipping"]), {})


def _delivery(payload: Mapping[str, Any], shipping: Mapping[str, Any]) -> Delivery:
    if payload["is_virtual"]:
        return Delivery.NONE
    return Delivery.PICKUP if shipping.get("method") in _PICKUP_METHODS else Delivery.SHIP


def _shipping_method(payload: Mapping[str, Any], shipping: Mapping[str, Any]) -> ShippingMethod | None:
    code = shipping.get("method")
    return ShippingMethod(code=code, title=payload["shipping_description"] or "") if code else None


def _payment(payload: Mapping[str, Any], cod_methods: frozenset[str]) -> Payment:
    method = (payload["payment"] or {}).get("method") or ""
    due = _due(payload)
    if method == COD or method in cod_methods:
        kind = PaymentKind.COD
    else:
        kind = PaymentKind.UNPAID if due else PaymentKind.PAID
    return Payment(kind=kind, method=method, title=_method_title(payload), amount_due=due)


def _due(payload: Mapping[str, Any]) -> Decimal:
    """Null fields are left out by the store: without ``total_due`` it follows from what was paid."""
    told: Decimal | None = payload["total_due"]
    total, paid = payload["grand_total"], payload["total_paid"] or Decimal(0)
    due: Decimal = total - paid if told is None else told
    return max(due, Decimal(0))


def _method_title(payload: Mapping[str, Any]) -> str:
    infos = (payload["extension_attributes"] or {}).get("payment_additional_info") or ()
    titles = (info["value"] for info in infos if info and info["key"] == "method_title")
    return next((title for title in titles if isinstance(title, str)), "")


def _note(payload: Mapping[str, Any]) -> str:
    """The customer's own note, else the first comment that the customer can see."""
    visible = [entry for entry in payload["status_histories"] if entry["is_visible_on_front"]]
    comments = [entry["comment"] for entry in sorted(visible, key=lambda entry: entry["entity_id"] or 0)]
    return next(filter(None, [payload["customer_note"], *comments]), "")


def _address(address: Mapping[str, Any] | None, payload: Mapping[str, Any]) -> Address:
    if not address:
        return Address()
    names: Iterable[str | None] = (address[part] for part in ("firstname", "middlename", "lastname"))
    return Address(
        name=" ".join(filter(None, names)),
        company=address["company"] or "",
        street=tuple(line for line in address["street"] or () if line),
        postcode=address["postcode"] or "",
        city=address["city"] or "",
        province=address["region_code"] or address["region"] or "",
        country=address["country_id"] or "",
        phone=address["telephone"] or "",
        email=address["email"] or payload["customer_email"] or "",
    )
