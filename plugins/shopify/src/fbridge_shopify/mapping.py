"""From Shopify's order to fbridge's. Pure: no network, clock or environment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fbridge.adapterkit.cash_on_delivery import is_cash_on_delivery
from fbridge.adapterkit.doubts import only_a_test, unknown_value, with_doubts
from fbridge.adapterkit.needed import understood
from fbridge.adapterkit.payloads import (
    currency,
    flag,
    is_nothing,
    mapping,
    money,
    rows,
    text,
    texts,
    times,
    words,
)
from fbridge.models.orders import (
    Address,
    Doubt,
    Order,
    OrderLine,
    Payment,
    RejectedOrder,
    ShippingMethod,
    StoreShipment,
)
from fbridge.models.states import OrderStatus, PaymentKind
from fbridge_shopify import fulfillment_orders
from fbridge_shopify.schemas import OrderPayload, number_of

# Reserved at the customer's bank counts: it is booked when the goods leave, and cannot be refused at the door.
_REFUNDED_IN_PART = "PARTIALLY_REFUNDED"
_SETTLED = frozenset({"PAID", "AUTHORIZED", _REFUNDED_IN_PART, "REFUNDED"})
_LAPSED = frozenset({"VOIDED", "EXPIRED"})
"""What was authorised is not to be had any more, whatever is told as outstanding."""

_CAPTURED_IN_PART = "PARTIALLY_PAID"
_FINANCIAL = _SETTLED | _LAPSED | {"PENDING", _CAPTURED_IN_PART, ""}
_SHOWN = frozenset(
    {
        *("UNFULFILLED", "PARTIALLY_FULFILLED", "FULFILLED", "IN_PROGRESS", "ON_HOLD", "SCHEDULED"),
        *("REQUEST_DECLINED", "RESTOCKED", "OPEN", "PENDING_FULFILLMENT", "FULFILLMENT_NOT_REQUIRED", ""),
    }
)
"""All that the schemas of 2025-01 to 2026-10 have; Shopify adds some."""


def payment_from(
    gateways: Sequence[str], status: str, outstanding: Decimal | None, cod_gateways: Iterable[str] = ()
) -> Payment:
    """The payment of an order with these gateways, of this financial status, with so much outstanding.

    What is ``outstanding`` is None where the store does not tell.
    ``cod_gateways`` are the user's own names of cash on delivery, in any case, beside the usual ones.
    """
    own = {name.strip().casefold() for name in cod_gateways}
    cod = next(
        (name for name in gateways if name.strip().casefold() in own or is_cash_on_delivery(name)), None
    )
    # A deposit that was refunded in part leaves to be collected what the store shows.
    settled = status in _SETTLED and not (cod and status == _REFUNDED_IN_PART)
    due = Decimal(0) if settled else outstanding and max(outstanding, Decimal(0))
    due = None if status in _LAPSED and not due else due
    open_ = due is None or due > 0
    method = cod if cod is not None and open_ else next(iter(gateways), "")
    kind = PaymentKind.PAID
    if open_:
        kind = PaymentKind.UNPAID if cod is None else PaymentKind.COD
    return Payment(kind=kind, method=method, title=method, amount_due=due)


FULFILLMENT_ORDERS = "fulfillment_orders"
FINANCIAL_STATUS = "financial_status"
TRACKING_URLS = "tracking_urls"
BY_SERVICES = "by_services"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the user says of his store: his own names of cash on delivery, and the fulfillment services that are his
    (names or numbers of their locations)."""

    cod_gateways: Collection[str] = ()
    own_services: Collection[str] = ()


def order_from(raw: RawOrder, reading: Reading | None = None) -> Order | RejectedOrder:
    """The order, or why no sense can be made of it (C2)."""
    order = mapping(raw.order)
    return understood(
        lambda: _order(_ORDER.load(raw.order), reading or Reading()),
        order.get("id"),
        order.get("name"),
        raw.problem,
    )


def _order(payload: Mapping[str, Any], reading: Reading) -> Order:
    found = payload["fulfillment_orders"]
    code = currency(payload.get("presentmentCurrencyCode"))
    lines = _lines(payload, code, reading)
    financial_status = text(payload.get("displayFinancialStatus"))
    cancelled = not is_nothing(payload.get("cancelledAt"))
    order = Order(
        remote_id=payload["id"],
        number=text(payload.get("name")) or number_of(payload["id"]),
        status=_status(payload, lines, reading),
        # Shopify goes on to show a cancelled order as unfulfilled.
        remote_status=_CANCELLED if cancelled else text(payload.get("displayFulfillmentStatus")),
        **times(payload, "updatedAt", "createdAt"),
        currency=code,
        total=_money(payload.get("currentTotalPriceSet"), code),
        payment=payment_from(
            texts(payload.get("paymentGatewayNames")),
            financial_status,
            _outstanding(payload, code),
            reading.cod_gateways,
        ),
        lines=lines,
        delivery=fulfillment_orders.delivery_of(found, needs_shipping=any(line.shippable for line in lines)),
        shipping_method=_shipping_method(mapping(payload.get("shippingLine"))),
        ship_to=_address(payload.get("shippingAddress"), payload),
        bill_to=_address(payload.get("billingAddress"), payload),
        note=words(payload.get("note")),
        channel=_channel(text(payload.get("sourceName"))),
        shipments=_shipments(payload["fulfillments"]),
        undone=tuple(one["id"] for one in payload["shown"] if one["status"] in _NOT_THERE),
        adapter_data={
            FULFILLMENT_ORDERS: fulfillment_orders.for_push(found, reading.own_services),
            FINANCIAL_STATUS: financial_status,
            TRACKING_URLS: _tracking_urls(payload["fulfillments"]),
            BY_SERVICES: {
                one["id"]: one["service"]
                for one in payload["fulfillments"]
                if one["service"] and not fulfillment_orders.is_own(one["service"], own=reading.own_services)
            },
            UNSEEN: not cancelled and fulfillment_orders.are_missing(found, lines),
        },
    )
    return with_doubts(order, _doubts(payload, financial_status))


def _doubts(payload: Mapping[str, Any], financial_status: str) -> Iterator[Doubt]:
    if flag(payload.get("test")):
        yield only_a_test()
    yield from map(unknown_value, {financial_status} - _FINANCIAL)
    yield from map(unknown_value, {text(payload.get("displayFulfillmentStatus"))} - _SHOWN)
    yield from map(unknown_value, fulfillment_orders.unknown_values(payload["fulfillment_orders"]))


def _money(bag: Any, code: str) -> Decimal | None:
    """The amount of a MoneyBag in the customer's currency: what a courier is to collect."""
    return money(mapping(mapping(bag).get("presentmentMoney")).get("amount"), code)


def _outstanding(payload: Mapping[str, Any], code: str) -> Decimal | None:
    """What is neither paid nor reserved at the customer's bank.

    Recorded answers take from what is outstanding what is reserved, of an order of which nothing was captured yet;
    whether they do so after a part was captured was never seen, so it is reckoned then.
    """
    outstanding, reserved, total, paid = (
        _money(payload.get(f"{name}Set"), code)
        for name in ("totalOutstanding", "totalCapturable", "currentTotalPrice", "netPayment")
    )
    in_part = text(payload.get("displayFinancialStatus")) == _CAPTURED_IN_PART
    if not in_part or not reserved or total is None or paid is None:
        return outstanding
    return max(total - paid - reserved, Decimal(0))


def _status(payload: Mapping[str, Any], lines: Sequence[OrderLine], reading: Reading) -> OrderStatus:
    """Refunded in full with goods still to leave is cancelled; after they left it is a return."""
    if not is_nothing(payload.get("cancelledAt")):
        return OrderStatus.CANCELLED
    left = bool(lines) and all(not line["unfulfilled_quantity"] for line in payload["line_items"])
    # Pieces that came back count no more as shipped, so the store's own word is asked too.
    shown = text(payload.get("displayFulfillmentStatus"))
    returned = shown == _FULFILLED or any(line.shipped for line in lines)
    if text(payload.get("displayFinancialStatus")) == _REFUNDED and not (left and returned):
        return OrderStatus.CANCELLED
    if left:
        return OrderStatus.CLOSED
    held = fulfillment_orders.is_held(payload["fulfillment_orders"], reading.own_services)
    return OrderStatus.ON_HOLD if held else OrderStatus.OPEN


def _lines(payload: Mapping[str, Any], code: str, reading: Reading) -> tuple[OrderLine, ...]:
    unfulfilled = {
        line["id"]: line["unfulfilled_quantity"]
        for line in payload["line_items"]
        if _is_shippable(line) and is_nothing(payload.get("cancelledAt"))
    }
    kept = fulfillment_orders.kept_back(payload["fulfillment_orders"], unfulfilled, reading.own_services)
    placed = fulfillment_orders.placed_pieces(payload["fulfillment_orders"], reading.own_services)
    taxed = flag(payload.get("taxesIncluded"), otherwise=True)
    return tuple(
        OrderLine(
            id=line["id"],
            sku=text(line.get("sku")),
            name=words(line.get("name")),
            quantity=line["quantity"],
            removed=max(line["quantity"] - line["current_quantity"], 0),
            shipped=max(line["current_quantity"] - line["unfulfilled_quantity"], 0),
            shippable=_is_shippable(line),
            total=_gross(line, code, taxes_included=taxed),
            locations=tuple(sorted(placed.get(line["id"], {}).items())),
            held=kept.get(line["id"], (0, ""))[0],
            held_why=kept.get(line["id"], (0, ""))[1],
        )
        for line in payload["line_items"]
    )


def _is_shippable(line: Mapping[str, Any]) -> bool:
    """Goods of which the store does not tell it are not forgotten."""
    return flag(line.get("requiresShipping"), otherwise=True)


def _gross(line: Mapping[str, Any], code: str, *, taxes_included: bool) -> Decimal | None:
    total = _money(line.get("discountedTotalSet"), code)
    if total is None or taxes_included:
        return total
    taxes = (_money(tax.get("priceSet"), code) for tax in rows(line.get("taxLines")))
    return total + sum(filter(None, taxes), Decimal(0))


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
                (line["line_item"], line["quantity"]) for line in fulfillment["fulfillment_line_items"]
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


def _shipping_method(line: Mapping[str, Any]) -> ShippingMethod | None:
    title = words(line.get("title"))
    return ShippingMethod(code=text(line.get("code")) or title, title=title) if line else None


def _address(value: Any, order: Mapping[str, Any]) -> Address:
    address = mapping(value)

    def told(name: str) -> str:
        return words(address.get(name))

    return Address(
        name=told("name"),
        company=told("company"),
        street=tuple(filter(None, (told("address1"), told("address2")))),
        postcode=told("zip"),
        city=told("city"),
        province=told("provinceCode") or told("province"),
        country=told("countryCodeV2"),
        phone=told("phone") or words(order.get("phone")),
        email=words(order.get("email")),
    )


def _channel(source: str) -> str | None:
    """The marketplace or app that an order came from, where it is named; bare numbers are ids of apps."""
    name = source.strip().lower()
    return name if name and name not in _SHOPIFYS_OWN and not name.isdigit() else None
