"""From Magento's order to fbridge's. Pure: no network, clock or environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from fbridge.adapterkit.cash_on_delivery import is_cash_on_delivery
from fbridge.adapterkit.doubts import with_doubts
from fbridge.adapterkit.needed import understood
from fbridge.adapterkit.order_states import Meaning, StateMeaning, meaning_of
from fbridge.adapterkit.payloads import (
    currency,
    flag,
    is_nothing,
    mapping,
    money,
    number,
    reference,
    rows,
    text,
    texts,
    times,
    words,
)
from fbridge.models.orders import (
    Address,
    Order,
    OrderLine,
    Payment,
    RejectedOrder,
    ShippingMethod,
)
from fbridge.models.states import Delivery, OrderStatus, PaymentKind
from fbridge_magento.order_lines import Lines, lines_of
from fbridge_magento.schemas import OrderPayload
from fbridge_magento.store_shipments import shipment_data, store_shipments

COD = "cashondelivery"
_COMPLETE, _FRAUD = "complete", "fraud"
_OWN_STATES = {
    "new": Meaning.READY,
    "pending_payment": Meaning.UNPAID,
    "processing": Meaning.READY,
    _COMPLETE: Meaning.SHIPPED,
    "canceled": Meaning.CANCELLED,
    "closed": Meaning.CANCELLED,
    "holded": Meaning.ON_HOLD,
    # The payment may be a fraud; Magento makes no shipment before somebody has looked at it.
    "payment_review": Meaning.ON_HOLD,
}
_BEING_DONE = frozenset({"processing", _COMPLETE})
_PICKUP_METHODS = frozenset({"instore_pickup"})

_ORDER = OrderPayload()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as the store gave it, with its shipments (None: not read)."""

    order: Mapping[str, Any]
    shipments: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a store's settings and facts say: COD methods beside the stock one, weight units and codes by store view,
    the lists that tell what its statuses mean (``states``), and whether a payment counts that is authorised only."""

    cod_methods: frozenset[str] = frozenset()
    weight_units: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, Any] = field(default_factory=dict)
    views: Mapping[str, str] = field(default_factory=dict)
    authorized_is_paid: bool = True


def order_from(raw: RawOrder, rules: Rules) -> Order | RejectedOrder:
    """The order, or why no sense can be made of it (C2)."""
    order = mapping(raw.order)
    return understood(lambda: _order(order, raw, rules), order.get("entity_id"), order.get("increment_id"))


def _order(order: Mapping[str, Any], raw: RawOrder, rules: Rules) -> Order:
    payload = _ORDER.load({**order, "shipments": raw.shipments})
    shipping, extension = _shipping(payload), mapping(payload.get("extension_attributes"))
    code, state = currency(payload.get("order_currency_code")), text(payload.get("state"))
    view, status = reference(payload.get("store_id")), text(payload.get("status")) or state
    meaning = meaning_of_status(status, state, rules.states)
    lines = lines_of(payload["items"], rules.weight_units.get(view, ""), code)
    if _has_left(meaning):
        lines = replace(lines, lines=tuple(replace(line, shipped=line.due) for line in lines.lines))
    found = Order(
        remote_id=payload["entity_id"],
        number=text(payload.get("increment_id")) or payload["entity_id"],
        status=_status(meaning, lines.lines),
        remote_status=status,
        **times(payload, "updated_at", "created_at"),
        currency=code,
        total=money(payload.get("grand_total"), code),
        payment=_payment(payload, extension, meaning, rules, code),
        lines=lines.lines,
        delivery=_delivery(payload, shipping),
        shipping_method=_shipping_method(payload, shipping),
        ship_to=_address(shipping.get("address"), payload),
        bill_to=_address(payload.get("billing_address"), payload),
        note=_note(payload),
        sold_in=rules.views.get(view) or (f"view {view}" if view else ""),
        shipments=store_shipments(payload["shipments"], lines),
        marks=raw.shipments is not None and all("comments" in row for row in rows(raw.shipments)),
        adapter_data=_adapter_data(payload, int(view or 0), state, lines),
    )
    return with_doubts(found, [meaning.doubt(status)])


def own_meaning(status: str, state: str) -> Meaning:
    """What Magento itself tells: by the state that every status belongs to."""
    if status == _FRAUD and state not in ("canceled", "closed"):
        return Meaning.ON_HOLD
    return _OWN_STATES.get(state, Meaning.UNKNOWN)


def meaning_of_status(status: str, state: str, lists: Mapping[str, Any]) -> StateMeaning:
    """What a status means on this store. What Magento itself does not ship stays so, whatever it is called."""
    meant = meaning_of((status,), own_meaning(status, state), lists)
    by_state = _OWN_STATES.get(state, Meaning.UNKNOWN)
    closed_to_shipping = by_state in (Meaning.CANCELLED, Meaning.ON_HOLD)
    return StateMeaning(by_state) if closed_to_shipping and meant.meaning is not Meaning.CANCELLED else meant


def _has_left(meaning: StateMeaning) -> bool:
    """By the merchant's word; Magento's own ``complete`` does not prove that all has left."""
    return meaning.named and meaning.meaning is Meaning.SHIPPED


def _adapter_data(payload: Mapping[str, Any], view: int, state: str, lines: Lines) -> dict[str, Any]:
    """What a push wants to know again; see ``push`` for who reads what."""
    return {
        "store_id": view,
        "state": state,
        "bundles": {
            line_id: {
                "children": [
                    [child.id, child.per_bundle, child.remaining, child.lacking] for child in children
                ]
            }
            for line_id, children in lines.children.items()
        },
        "shipments": shipment_data(payload["shipments"]),
        "open": {line.id: line.remaining for line in lines.lines if line.remaining},
        "skus": {line.id: line.sku for line in lines.lines if line.shippable},
    }


def _status(meaning: StateMeaning, lines: Sequence[OrderLine]) -> OrderStatus:
    """``complete`` does not prove that all has left, and a cash-on-delivery order that has is not ``complete``."""
    if _has_left(meaning) or meaning.status in (OrderStatus.CANCELLED, OrderStatus.ON_HOLD):
        return meaning.status
    done = not any(line.remaining for line in lines)
    began = meaning.meaning is Meaning.SHIPPED or any(line.shipped for line in lines)
    return OrderStatus.CLOSED if done and began else OrderStatus.OPEN


def _shipping(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    assignments = rows(mapping(payload.get("extension_attributes")).get("shipping_assignments"))
    return next(filter(None, (mapping(found.get("shipping")) for found in assignments)), {})


def _delivery(payload: Mapping[str, Any], shipping: Mapping[str, Any]) -> Delivery:
    if flag(payload.get("is_virtual")):
        return Delivery.NONE
    return Delivery.PICKUP if text(shipping.get("method")) in _PICKUP_METHODS else Delivery.SHIP


def _shipping_method(payload: Mapping[str, Any], shipping: Mapping[str, Any]) -> ShippingMethod | None:
    code = text(shipping.get("method"))
    return ShippingMethod(code=code, title=words(payload.get("shipping_description"))) if code else None


def _payment(
    payload: Mapping[str, Any],
    extension: Mapping[str, Any],
    meaning: StateMeaning,
    rules: Rules,
    code: str,
) -> Payment:
    method, due = text(mapping(payload.get("payment")).get("method")), _due(payload, code)
    title = _method_title(extension)
    if method in {COD, *rules.cod_methods} or any(map(is_cash_on_delivery, (method, title))):
        kind = PaymentKind.COD
    else:
        paid = due == 0 or (rules.authorized_is_paid and _is_authorized(payload, due, code))
        kind = meaning.payment(PaymentKind.PAID if paid else PaymentKind.UNPAID)
    due = Decimal(0) if kind is PaymentKind.PAID else due
    return Payment(kind=kind, method=method, title=title, amount_due=due)


def _is_authorized(payload: Mapping[str, Any], due: Decimal | None, code: str) -> bool:
    """Whether the payment's authorisation covers what is due, of an order that Magento itself goes on with.

    Shops that capture when they ship have nothing but such orders: processing, and nothing paid.
    """
    if due is None or text(payload.get("state")) not in _BEING_DONE:
        return False
    payment = mapping(payload.get("payment"))
    authorized, canceled = number(payment.get("amount_authorized")), number(payment.get("amount_canceled"))
    covered = None if authorized is None else money(authorized - (canceled or Decimal(0)), code)
    return covered is not None and covered >= due


def _due(payload: Mapping[str, Any], code: str) -> Decimal | None:
    """Null fields are left out by the store: without ``total_due`` it follows from what was paid.

    None where an amount is told that cannot be read.
    """
    due, paid = payload.get("total_due"), payload.get("total_paid")
    if not is_nothing(due):
        told = number(due)
    else:
        total, settled = number(payload.get("grand_total")), Decimal(0) if is_nothing(paid) else number(paid)
        told = None if total is None or settled is None else total - settled
    return None if told is None else money(max(told, Decimal(0)), code)


def _method_title(extension: Mapping[str, Any]) -> str:
    infos = rows(extension.get("payment_additional_info"))
    titles = (words(info.get("value")) for info in infos if info.get("key") == "method_title")
    return next(filter(None, titles), "")


def _note(payload: Mapping[str, Any]) -> str:
    """The customer's own note, else the first comment that the customer can see."""
    histories = rows(payload.get("status_histories"))
    visible = [entry for entry in histories if flag(entry.get("is_visible_on_front"))]
    in_order = sorted(visible, key=lambda entry: int(reference(entry.get("entity_id")) or 0))
    comments = (words(entry.get("comment")) for entry in in_order)
    return words(payload.get("customer_note")) or next(filter(None, comments), "")


def _address(value: Any, payload: Mapping[str, Any]) -> Address:
    address = mapping(value)
    if not address:
        return Address()

    def told(name: str) -> str:
        return words(address.get(name))

    return Address(
        name=" ".join(filter(None, map(told, ("firstname", "middlename", "lastname")))),
        company=told("company"),
        street=texts(address.get("street")),
        postcode=told("postcode"),
        city=told("city"),
        province=told("region_code") or _province(address.get("region")),
        country=told("country_id"),
        phone=told("telephone"),
        email=told("email") or words(payload.get("customer_email")),
    )


def _province(region: Any) -> str:
    """An object where Magento itself has one, as in the addresses of customers."""
    found = mapping(region)
    return words(found.get("region_code")) or words(found.get("region")) or words(region)
