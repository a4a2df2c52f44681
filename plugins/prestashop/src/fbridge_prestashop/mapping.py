"""From PrestaShop's order to fbridge's. Pure: no network, clock or environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fbridge.adapterkit.doubts import with_doubts
from fbridge.adapterkit.needed import understood
from fbridge.adapterkit.payloads import (
    UnreadableError,
    currency,
    grams,
    mapping,
    money,
    number,
    reference,
    rows,
    text,
    texts,
    words,
)
from fbridge.models.orders import (
    Address,
    Order,
    OrderLine,
    RejectedOrder,
    ShippingMethod,
    StoreShipment,
)
from fbridge.models.states import Delivery, OrderStatus
from fbridge_prestashop.payments import payment_of
from fbridge_prestashop.schemas import CUSTOMER, DELIVERY, INVOICE, OrderPayload
from fbridge_prestashop.settings import CustomerMail
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_time import is_repeated, parse, to_utc
from fbridge_prestashop.tracking import numbers_in

ROWS_KEY = "order_carriers"
"""In ``Order.adapter_data``: the rows of the order's carriers as the store holds them."""

SHOP_KEY = "shop"
"""In ``Order.adapter_data``: the shop of the order, and its group."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as the store gave it, with what hangs on it. ``virtual`` are ids of products no carrier takes.
    ``histories`` are the states that it had, where they were asked for.
    ``payments`` are those of its reference, None where the key may not read them."""

    order: Mapping[str, Any]
    details: Sequence[Mapping[str, Any]] = ()
    carriers: Sequence[Mapping[str, Any]] = ()
    ship_to: Mapping[str, Any] = field(default_factory=dict)
    bill_to: Mapping[str, Any] = field(default_factory=dict)
    email: str = ""
    customer: Mapping[str, Any] = field(default_factory=dict)
    virtual: frozenset[str] = frozenset()
    histories: Sequence[Mapping[str, Any]] = ()
    payments: Sequence[Mapping[str, Any]] | None = ()


def with_beside(raw: RawOrder) -> dict[str, Any]:
    """The order with what stands beside it, for the user's extra fields."""
    return {**mapping(raw.order), DELIVERY: raw.ship_to, INVOICE: raw.bill_to, CUSTOMER: raw.customer}


def order_from(raw: RawOrder, shop: Shop) -> Order | RejectedOrder:
    """The order, or why no sense can be made of it (C2). Raises: ConfigError where the time zone is not known."""
    order = mapping(raw.order)
    return understood(lambda: _order(order, raw, shop), order.get("id"), order.get("reference"))


def _order(order: Mapping[str, Any], raw: RawOrder, shop: Shop) -> Order:
    payload = _ORDER.load({**order, "order_details": raw.details})
    belongs = reference(payload.get("id_shop")), reference(payload.get("id_shop_group"))
    shop = shop.of(*belongs)
    state, code = reference(payload.get("current_state")), _currency(payload, shop)
    changed_at, created_at, written = _times(payload, shop)
    delivery, meaning = _delivery(payload, raw), shop.meaning(state)
    payment, unpaid = payment_of(payload, raw.payments, meaning, shop, code)
    found = Order(
        remote_id=payload["id"],
        number=text(payload.get("reference")) or payload["id"],
        status=meaning.status,
        remote_status=shop.label_of(state),
        created_at=created_at,
        changed_at=changed_at,
        untold_time=parse(payload.get("date_upd")) is None,
        currency=code,
        total=money(payload.get("total_paid"), code),
        payment=payment,
        lines=_lines(payload, raw, shop, delivery, closed=meaning.status is OrderStatus.CLOSED),
        delivery=delivery,
        shipping_method=_shipping_method(reference(payload.get("id_carrier")), shop),
        ship_to=_address(raw.ship_to, raw.email, shop),
        bill_to=_address(raw.bill_to, raw.email, shop),
        note=words(payload.get("note")),
        channel=_channel(text(payload.get("module"))),
        shipments=_store_shipments(raw.carriers, shop, _mailed(raw, state, shop), _mail_link(payload, shop)),
        adapter_data=_for_push(raw, belongs if shop.known.own_values else ()),
        ambiguous_time=is_repeated(written, shop.zone),
    )
    return with_doubts(found, [meaning.doubt(shop.label_of(state)), unpaid])


def _times(payload: Mapping[str, Any], shop: Shop) -> tuple[datetime, datetime, datetime]:
    """When it changed, when it was made, and the former as written; the one stands in for the other.

    Raises: UnreadableError without both.
    """
    changed, created = parse(payload.get("date_upd")), parse(payload.get("date_add"))
    written = changed or created
    if written is None:
        raise UnreadableError("date_upd: is missing, and so is date_add.")
    return to_utc(written, shop.zone), to_utc(created or written, shop.zone), written


def _currency(payload: Mapping[str, Any], shop: Shop) -> str:
    """ "" where the shop does not tell this currency."""
    return currency(shop.facts.currencies.get(reference(payload.get("id_currency"))))


def _mailed(raw: RawOrder, state: str, shop: Shop) -> bool | None:
    """False where a module ended the program after the state was set: history and mail come after that."""
    last = max(rows(raw.histories), key=lambda row: number(row.get("id")) or 0, default=None)
    shipped = shop.shipped_state
    if last is None or shop.mail is not CustomerMail.SHIPPED or shipped is None or state != shipped.id:
        return None
    return None if reference(last.get("id_order_state")) == state else False


def _for_push(raw: RawOrder, belongs: Sequence[str]) -> dict[str, Any]:
    rows_of_carriers = {ROWS_KEY: [dict(row) for row in rows(raw.carriers)]}
    return rows_of_carriers | ({SHOP_KEY: list(belongs)} if belongs else {})


def _mail_link(payload: Mapping[str, Any], shop: Shop) -> str | None:
    """That of the very row of carriers which the order names, whatever became of the carrier since."""
    carrier = shop.facts.carrier(reference(payload.get("id_carrier")))
    return carrier.page if carrier else None


def _store_shipments(
    carriers: Any, shop: Shop, mailed: bool | None, mail_link: str | None
) -> tuple[StoreShipment, ...]:
    found = (_store_shipment(row, shop) for row in rows(carriers) if reference(row.get("id")))
    return tuple(replace(one, mailed=mailed, mail_link=mail_link) for one in found)


def _store_shipment(row: Mapping[str, Any], shop: Shop) -> StoreShipment:
    """A row of ``order_carriers``: there before any push, so that its numbers alone tell what is new."""
    carrier = shop.facts.carrier(reference(row.get("id_carrier")))
    made = parse(row.get("date_add"))
    return StoreShipment(
        remote_id=reference(row.get("id")),
        numbers=numbers_in(text(row.get("tracking_number"))),
        carrier=carrier.reference if carrier else "",
        created_at=to_utc(made, shop.zone) if made else None,
    )


def _delivery(payload: Mapping[str, Any], raw: RawOrder) -> Delivery:
    """An order of virtual goods alone has no carrier and no row for one."""
    without_carrier = not reference(payload.get("id_carrier")) and not rows(raw.carriers)
    lines = payload["order_details"]
    all_virtual = bool(lines) and all(_is_virtual(line, raw.virtual) for line in lines)
    return Delivery.NONE if without_carrier or all_virtual else Delivery.SHIP


def _is_virtual(line: Mapping[str, Any], virtual: frozenset[str]) -> bool:
    return text(line.get("download_hash")) not in ("", "0") or reference(line.get("product_id")) in virtual


def _lines(
    payload: Mapping[str, Any], raw: RawOrder, shop: Shop, delivery: Delivery, *, closed: bool
) -> tuple[OrderLine, ...]:
    code = _currency(payload, shop)
    lines = (_line(line, raw, shop, delivery, code) for line in payload["order_details"])
    return tuple(replace(line, shipped=line.due) if closed else line for line in lines)


def _line(line: Mapping[str, Any], raw: RawOrder, shop: Shop, delivery: Delivery, code: str) -> OrderLine:
    quantity = line["product_quantity"]
    return OrderLine(
        id=line["id"],
        sku=text(line.get("product_reference")),
        name=words(line.get("product_name")),
        quantity=quantity,
        removed=min(line["product_quantity_refunded"], max(quantity, 0)),
        shippable=delivery is not Delivery.NONE and not _is_virtual(line, raw.virtual),
        total=money(line.get("total_price_tax_incl"), code),
        # Of one piece; a shop that keeps no weights has 0.
        weight_grams=grams(line.get("product_weight"), shop.facts.grams) or None,
    )


def _shipping_method(carrier_id: str, shop: Shop) -> ShippingMethod | None:
    """The carrier that the customer chose, by its reference."""
    if not carrier_id:
        return None
    carrier = shop.facts.carrier(carrier_id)
    if carrier is None:
        return ShippingMethod(code=carrier_id)
    return ShippingMethod(code=carrier.reference, title=shop.facts.name_of(carrier))


def _address(row: Any, email: str, shop: Shop) -> Address:
    address = mapping(row)

    def told(name: str) -> str:
        return words(address.get(name))

    return Address(
        name=" ".join(filter(None, (told("firstname"), told("lastname")))),
        company=told("company"),
        # Where to ring, on which floor: what the driver has to read.
        street=tuple(filter(None, (told("address1"), told("address2"), *texts(address.get("other"))))),
        postcode=told("postcode"),
        city=told("city"),
        province=shop.facts.provinces.get(reference(address.get("id_state")), ""),
        country=shop.facts.countries.get(reference(address.get("id_country")), ""),
        phone=told("phone_mobile") or told("phone"),
        email=email,
    )


def _channel(module: str) -> str | None:
    """The marketplace whose module made the order."""
    name = module.strip().lower()
    return next((one for one in sorted(_MARKETPLACES) if name.startswith(one)), None)
