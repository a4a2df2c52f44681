"""From PrestaShop's order to fbridge's. Pure: no network, clock or environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from fbridge_prestashop.schemas import AddressPayload, DetailPayload, OrderCarrierPayload, OrderPayload
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_time import is_repeated, parse, to_utc
from fbridge_prestashop.tracking_field import numbers_in

ROWS_KEY = "order_carriers"
"""In ``Order.adapter_data``: the rows of the order's carriers as the store holds them."""

NOTHING = ("", "0")
_MARKETPLACES = frozenset(
    {
        "amazon",
        "cdiscount",
        "ebay",
        "etsy",
        "fnac",
        "kaufland",
        "lengow",
        "manomano",
        "mirakl",
        "shoppingfeed",
        "temu",
        "tiktok",
        "zalando",
    }
)

_ORDER = OrderPayload()
_DETAILS = DetailPayload(many=True)
_ROWS = OrderCarrierPayload(many=True)
_ADDRESS = AddressPayload()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as the store gave it, with what hangs on it. ``virtual`` are ids of products no carrier takes."""

    order: Mapping[str, Any]
    details: Sequence[Mapping[str, Any]] = ()
    carriers: Sequence[Mapping[str, Any]] = ()
    ship_to: Mapping[str, Any] = field(default_factory=dict)
    bill_to: Mapping[str, Any] = field(default_factory=dict)
    email: str = ""
    virtual: frozenset[str] = frozenset()


def order_from(raw: RawOrder, shop: Shop) -> Order | RejectedOrder:
    """The order, or why no sense can be made of it (C2)."""
    try:
        return _order(raw, shop)
    except ValidationError as error:
        return _rejected(raw, f"bad_field: {bad_fields(error)}")
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        return _rejected(raw, f"malformed: {type(error).__name__}")


def _rejected(raw: RawOrder, reason: str) -> RejectedOrder:
    order: Any = raw.order
    order = order if isinstance(order, Mapping) else {}
    remote_id = str(order.get("id", ""))
    return RejectedOrder(remote_id=remote_id, reason=reason, number=str(order.get("reference") or remote_id))


def _order(raw: RawOrder, shop: Shop) -> Order:
    payload = _ORDER.load(raw.order)
    if not raw.details:
        # Without its lines an order would count as shipped.
        raise ValidationError({"order_details": ["The store gave no lines."]})
    state = payload["current_state"]
    shipments = _store_shipments(raw.carriers, shop)
    delivery = _delivery(payload, raw)
    return Order(
        remote_id=str(payload["id"]),
        number=payload["reference"] or str(payload["id"]),
        status=shop.status_of(state),
        remote_status=shop.label_of(state),
        created_at=to_utc(payload["date_add"], shop.zone),
        changed_at=to_utc(payload["date_upd"], shop.zone),
        currency=_currency(payload, shop),
        total=payload["total_paid"],
        payment=_payment(payload, shop),
        lines=_lines(raw, shop, delivery, closed=shop.status_of(state) is OrderStatus.CLOSED),
        delivery=delivery,
        shipping_method=_shipping_method(payload["id_carrier"], shop),
        ship_to=_address(raw.ship_to, raw.email, shop),
        bill_to=_address(raw.bill_to, raw.email, shop),
        note=payload["note"],
        channel=_channel(payload["module"]),
        shipments=shipments,
        adapter_data={ROWS_KEY: [dict(row) for row in raw.carriers]},
        ambiguous_time=is_repeated(payload["date_upd"], shop.zone),
    )


def _currency(payload: Mapping[str, Any], shop: Shop) -> str:
    code = shop.facts.currencies.get(payload["id_currency"])
    if not code:
        raise ValidationError({"id_currency": ["The store does not tell this currency."]})
    return code


def _store_shipments(rows: Sequence[Mapping[str, Any]], shop: Shop) -> tuple[StoreShipment, ...]:
    return tuple(_store_shipment(row, shop) for row in _ROWS.load([dict(row) for row in rows]))


def _store_shipment(row: Mapping[str, Any], shop: Shop) -> StoreShipment:
    """A row of ``order_carriers``: there before any push, so that its numbers alone tell what is new."""
    carrier = shop.facts.carrier(row["id_carrier"])
    made = parse(row["date_add"])
    return StoreShipment(
        remote_id=row["id"],
        numbers=numbers_in(row["tracking_number"]),
        carrier=carrier.reference if carrier else "",
        created_at=to_utc(made, shop.zone) if made else None,
    )


def _delivery(payload: Mapping[str, Any], raw: RawOrder) -> Delivery:
    """An order of virtual goods alone has no carrier and no row for one."""
    without_carrier = payload["id_carrier"] in NOTHING and not raw.carriers
    all_virtual = all(_is_virtual(line, raw.virtual) for line in raw.details)
    return Delivery.NONE if without_carrier or all_virtual else Delivery.SHIP


def _is_virtual(line: Mapping[str, Any], virtual: frozenset[str]) -> bool:
    return bool(line.get("download_hash")) or str(line.get("product_id")) in virtual


def _lines(raw: RawOrder, shop: Shop, delivery: Delivery, *, closed: bool) -> tuple[OrderLine, ...]:
    lines = (_line(line, raw, shop, delivery) for line in _DETAILS.load([dict(one) for one in raw.details]))
    return tuple(replace(line, shipped=line.due) if closed else line for line in lines)


def _line(line: Mapping[str, Any], raw: RawOrder, shop: Shop, delivery: Delivery) -> OrderLine:
    quantity = line["product_quantity"]
    return OrderLine(
        id=str(line["id"]),
        sku=line["product_reference"],
        name=line["product_name"],
        quantity=quantity,
        removed=min(line["product_quantity_refunded"] or 0, quantity),
        shippable=delivery is not Delivery.NONE and not _is_virtual(line, raw.virtual),
        total=line["total_price_tax_incl"],
        weight_grams=_grams(line["product_weight"], shop),
    )


def _grams(weight: Decimal | None, shop: Shop) -> int | None:
    """Of one piece; a shop that keeps no weights has 0."""
    unit = shop.facts.grams
    return round(float(weight) * unit) if weight and unit else None


def _shipping_method(carrier_id: str, shop: Shop) -> ShippingMethod | None:
    """The carrier that the customer chose, by its reference."""
    if carrier_id in NOTHING:
        return None
    carrier = shop.facts.carrier(carrier_id)
    if carrier is None:
        return ShippingMethod(code=carrier_id)
    return ShippingMethod(code=carrier.reference, title=shop.facts.name_of(carrier))


def _payment(payload: Mapping[str, Any], shop: Shop) -> Payment:
    kind = _payment_kind(payload, shop)
    return Payment(
        kind=kind,
        method=payload["module"],
        title=payload["payment"],
        amount_due=Decimal(0) if kind is PaymentKind.PAID else _outstanding(payload),
    )


def _payment_kind(payload: Mapping[str, Any], shop: Shop) -> PaymentKind:
    """By module first: the state of a cash-on-delivery order says unpaid, and Shipped says paid of every order."""
    if payload["module"] in shop.cod_modules:
        return PaymentKind.COD if _outstanding(payload) else PaymentKind.PAID
    state = shop.facts.state(payload["current_state"])
    paid = (state is not None and state.paid) or not _outstanding(payload)
    return PaymentKind.PAID if paid else PaymentKind.UNPAID


def _outstanding(payload: Mapping[str, Any]) -> Decimal:
    total: Decimal = payload["total_paid"]
    return max(total - (payload["total_paid_real"] or Decimal(0)), Decimal(0))


def _address(row: Mapping[str, Any], email: str, shop: Shop) -> Address:
    if not row:
        return Address(email=email)
    address = _ADDRESS.load(row)
    return Address(
        name=" ".join(filter(None, (address["firstname"], address["lastname"]))),
        company=address["company"],
        street=tuple(filter(None, (address["address1"], address["address2"]))),
        postcode=address["postcode"],
        city=address["city"],
        province=shop.facts.provinces.get(address["id_state"], ""),
        country=shop.facts.countries.get(address["id_country"], ""),
        phone=address["phone_mobile"] or address["phone"],
        email=email,
    )


def _channel(module: str) -> str | None:
    """The marketplace whose module made the order."""
    name = module.strip().lower()
    return next((one for one in sorted(_MARKETPLACES) if name.startswith(one)), None)
