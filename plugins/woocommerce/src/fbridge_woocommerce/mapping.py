"""From WooCommerce's order to fbridge's. Pure: no network, clock or environment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    StoreShipment,
)
from fbridge.models.payloads import bad_fields
from fbridge.models.states import Delivery, OrderStatus, PaymentKind
from fbridge_woocommerce import fulfillment_meta, tracking_notes, tracking_rows
from fbridge_woocommerce.schemas import (
    FULFILLMENT_STATUS,
    REFUNDED_LINE,
    TRACKING_ROWS,
    FulfillmentPayload,
    OrderPayload,
    RefundPayload,
)

COMPLETED = "completed"
ROWS_KEY = "tracking_rows"
"""In ``Order.adapter_data``: the rows of the tracking meta as the store holds them."""

_STATUSES = {
    "pending": OrderStatus.OPEN,
    "processing": OrderStatus.OPEN,
    "on-hold": OrderStatus.ON_HOLD,
    "checkout-draft": OrderStatus.ON_HOLD,
    "auto-draft": OrderStatus.ON_HOLD,
    COMPLETED: OrderStatus.CLOSED,
    "cancelled": OrderStatus.CANCELLED,
    "refunded": OrderStatus.CANCELLED,
    "failed": OrderStatus.CANCELLED,
    "trash": OrderStatus.CANCELLED,
}
_PICKUP_METHODS = frozenset({"local_pickup", "pickup_location"})
_MARKETPLACES = frozenset(
    {"amazon", "cdiscount", "ebay", "etsy", "kaufland", "manomano", "temu", "tiktok", "zalando"}
)

_ORDER = OrderPayload()
_REFUNDS = RefundPayload(many=True)
_FULFILLMENTS = FulfillmentPayload(many=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as the store gave it, with what was read beside it (None: not read).

    ``trackings`` are the rows that a tracking plugin shows where it does not show those of the order meta.
    """

    order: Mapping[str, Any]
    refunds: Sequence[Mapping[str, Any]] | None = None
    fulfillments: Sequence[Mapping[str, Any]] | None = None
    notes: Sequence[Mapping[str, Any]] | None = None
    trackings: Sequence[Mapping[str, Any]] | None = None
    marks: bool = False


class _MalformedError(ValueError):
    """``str`` says what is wrong with an order, beginning with a stable code."""


def needs_refunds(order: Mapping[str, Any]) -> bool:
    """Whether the refunds of a raw order must be read: its line quantities do not tell them."""
    return bool(order.get("refunds")) and order.get("status") != "refunded"


def needs_fulfillments(order: Mapping[str, Any]) -> bool:
    """Whether only the core fulfillments of a raw order tell what of it has left."""
    if order.get("status") == COMPLETED or not isinstance(order.get("meta_data"), list):
        return False
    return any(
        isinstance(entry, Mapping)
        and entry.get("key") == FULFILLMENT_STATUS
        and entry.get("value") == "partially_fulfilled"
        for entry in order["meta_data"]
    )


def order_from(raw: RawOrder, cod_methods: Iterable[str] = ()) -> Order | RejectedOrder:
    """The order, or why no sense can be made of it (C2)."""
    try:
        return _order(raw, frozenset(cod_methods))
    except ValidationError as error:
        return _rejected(raw, f"bad_field: {bad_fields(error)}")
    except _MalformedError as error:
        return _rejected(raw, str(error))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return _rejected(raw, f"malformed: {type(error).__name__} in what was read beside the order")


def _rejected(raw: RawOrder, reason: str) -> RejectedOrder:
    order: Any = raw.order
    order = order if isinstance(order, Mapping) else {}
    remote_id = str(order.get("id", ""))
    return RejectedOrder(remote_id=remote_id, reason=reason, number=str(order.get("number") or remote_id))


def _order(raw: RawOrder, cod_methods: frozenset[str]) -> Order:
    payload = _ORDER.load(raw.order)
    rows = _rows(raw, payload)
    held = _store_shipments(raw, rows)
    billing, shipping = payload["billing"], payload["shipping"]
    delivery = _delivery(payload)
    return Order(
        remote_id=str(payload["id"]),
        number=payload["number"] or str(payload["id"]),
        status=_STATUSES.get(payload["status"], OrderStatus.OPEN),
        remote_status=payload["status"],
        created_at=payload["date_created_gmt"] or payload["date_modified_gmt"],
        changed_at=payload["date_modified_gmt"],
        currency=payload["currency"],
        total=payload["total"],
        payment=_payment(payload, cod_methods),
        lines=_lines(payload, _removed(raw.refunds), fulfillment_meta.fulfilled_quantities(held), delivery),
        delivery=delivery,
        shipping_method=_shipping_method(payload["shipping_lines"]),
        ship_to=_address(shipping if _is_given(shipping) else billing, billing),
        bill_to=_address(billing, billing),
        note=payload["customer_note"] or "",
        channel=_channel(payload["created_via"] or ""),
        shipments=held,
        marks=raw.marks,
        adapter_data={ROWS_KEY: rows} if rows else {},
    )


def _rows(raw: RawOrder, payload: Mapping[str, Any]) -> list[tracking_rows.Row]:
    if raw.trackings is not None:
        return tracking_rows.rows_in(raw.trackings)
    return tracking_rows.rows_in(payload["meta_data"].get(TRACKING_ROWS))


def _store_shipments(raw: RawOrder, rows: Sequence[tracking_rows.Row]) -> tuple[StoreShipment, ...]:
    decoded = _FULFILLMENTS.load(list(raw.fulfillments or ()))
    fulfilled = (fulfillment_meta.store_shipment(entry) for entry in decoded)
    return (
        *tracking_rows.store_shipments(rows),
        *(entry for entry in fulfilled if entry is not None),
        *tracking_notes.store_shipments(raw.notes or ()),
    )


def _removed(refunds: Sequence[Mapping[str, Any]] | None) -> Counter[str]:
    """Refunded pieces by line id; a refund of money alone removes nothing."""
    removed: Counter[str] = Counter()
    for refund in _REFUNDS.load(list(refunds or ())):
        for line in refund["line_items"]:
            line_id = line["meta_data"].get(REFUNDED_LINE)
            removed[str(line_id)] += abs(_pieces(line["quantity"], f"refund {refund['id']}"))
    return removed


def _lines(
    payload: Mapping[str, Any], removed: Mapping[str, int], held: Mapping[str, int], delivery: Delivery
) -> tuple[OrderLine, ...]:
    lines = (_line(line, removed, held, delivery) for line in payload["line_items"])
    all_left = payload["status"] == COMPLETED or payload["meta_data"].get(FULFILLMENT_STATUS) == "fulfilled"
    return tuple(replace(line, shipped=line.due) if all_left else line for line in lines)


def _line(
    line: Mapping[str, Any], removed: Mapping[str, int], held: Mapping[str, int], delivery: Delivery
) -> OrderLine:
    line_id = str(line["id"])
    quantity = _pieces(line["quantity"], f"line {line_id}")
    return OrderLine(
        id=line_id,
        sku=line["sku"] or "",
        name=line["name"] or "",
        quantity=quantity,
        removed=min(removed.get(line_id, 0), quantity),
        # The store takes any quantity into a fulfillment.
        shipped=min(held.get(line_id, 0), quantity),
        shippable=delivery is not Delivery.NONE,
        total=_gross(line),
    )


def _gross(line: Mapping[str, Any]) -> Decimal | None:
    net: Decimal | None = line["total"]
    return None if net is None else net + (line["total_tax"] or Decimal(0))


def _pieces(quantity: Any, where: str) -> int:
    """Whole pieces; plugins for goods by weight or length allow fractions, which the contract does not."""
    pieces = int(quantity)
    if pieces != float(quantity):
        raise _MalformedError(f"fractional_quantity: {where} has the quantity {quantity}")
    return pieces


def _delivery(payload: Mapping[str, Any]) -> Delivery:
    methods = {line["method_id"] for line in payload["shipping_lines"]}
    if methods and methods <= _PICKUP_METHODS:
        return Delivery.PICKUP
    if not methods and not _is_given(payload["shipping"]):
        return Delivery.NONE
    return Delivery.SHIP


def _shipping_method(lines: Sequence[Mapping[str, Any]]) -> ShippingMethod | None:
    """The first line. Two carriers in one zone are two instances of one method, so the instance counts."""
    if not lines:
        return None
    first = lines[0]
    parts = (first["method_id"] or "", first["instance_id"] or "")
    return ShippingMethod(code=":".join(filter(None, parts)), title=first["method_title"] or "")


def _payment(payload: Mapping[str, Any], cod_methods: frozenset[str]) -> Payment:
    kind = _payment_kind(payload, cod_methods)
    return Payment(
        kind=kind,
        method=payload["payment_method"] or "",
        title=payload["payment_method_title"] or "",
        amount_due=Decimal(0) if kind is PaymentKind.PAID else _outstanding(payload),
    )


def _payment_kind(payload: Mapping[str, Any], cod_methods: frozenset[str]) -> PaymentKind:
    """Completing stamps ``date_paid`` on a COD order, and so does ``processing`` with COD methods of plugins."""
    method, paid = payload["payment_method"], payload["date_paid_gmt"] is not None
    if method in cod_methods or (method == "cod" and (not paid or payload["status"] == COMPLETED)):
        return PaymentKind.COD
    return PaymentKind.PAID if paid or not payload["total"] else PaymentKind.UNPAID


def _outstanding(payload: Mapping[str, Any]) -> Decimal:
    refunded = sum((refund["total"] or Decimal(0) for refund in payload["refunds"]), Decimal(0))
    total: Decimal = payload["total"]
    return max(total + refunded, Decimal(0))


def _is_given(address: Mapping[str, Any]) -> bool:
    """Whether somebody could be found by it. A store with one country may fill that in for virtual goods."""
    return any(address.get(part) for part in ("address_1", "address_2", "city", "postcode"))


def _address(address: Mapping[str, Any], billing: Mapping[str, Any]) -> Address:
    names = (address.get("first_name"), address.get("last_name"))
    return Address(
        name=" ".join(name for name in names if name),
        company=address.get("company") or "",
        street=tuple(line for line in (address.get("address_1"), address.get("address_2")) if line),
        postcode=address.get("postcode") or "",
        city=address.get("city") or "",
        province=address.get("state") or "",
        country=address.get("country") or "",
        phone=address.get("phone") or billing.get("phone") or "",
        email=billing.get("email") or "",
    )


def _channel(created_via: str) -> str | None:
    """The marketplace that a module imported the order from, where it says so."""
    name = created_via.strip().lower()
    return name if name in _MARKETPLACES else None
