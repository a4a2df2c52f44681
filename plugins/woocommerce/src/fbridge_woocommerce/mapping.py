"""From WooCommerce's order to fbridge's. Pure: no network, clock or environment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from fbridge.adapterkit.cash_on_delivery import is_cash_on_delivery
from fbridge.adapterkit.doubts import (
    part_of_order,
    refund_unread,
    refund_without_line,
    shipped_unread,
    split_into_parts,
    with_doubts,
)
from fbridge.adapterkit.needed import understood
from fbridge.adapterkit.order_states import Meaning, StateMeaning, meaning_of
from fbridge.adapterkit.payloads import (
    at,
    currency,
    is_nothing,
    listing,
    mapping,
    moment,
    money,
    number,
    objects,
    pieces_if_told,
    reference,
    rows,
    text,
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
from fbridge.models.states import Delivery, PaymentKind
from fbridge_woocommerce import fulfillment_meta, tracking_notes, tracking_rows
from fbridge_woocommerce.schemas import (
    FULFILLMENT_STATUS,
    REFUNDED_LINE,
    TRACKING_ROWS,
    OrderPayload,
    meta,
    state,
)

COD = "cod"
"""WooCommerce's own method; others are of plugins."""

COMPLETED = "completed"
MARK_BOTH, SHIP_PARENTS, SHIP_PARTS = "mark", "parent", "parts"
"""The values of the setting ``sub_orders``."""
ROWS_KEY = "tracking_rows"
"""In ``Order.adapter_data``: the rows of the tracking meta as the store holds them."""

OWN_STATES = {
    "pending": Meaning.UNPAID,
    "processing": Meaning.READY,
    "on-hold": Meaning.ON_HOLD,
    "checkout-draft": Meaning.ON_HOLD,
    "auto-draft": Meaning.ON_HOLD,
    COMPLETED: Meaning.SHIPPED,
    "cancelled": Meaning.CANCELLED,
    "refunded": Meaning.CANCELLED,
    "failed": Meaning.CANCELLED,
    "trash": Meaning.CANCELLED,
}
"""WooCommerce's own set; all other states come from plugins."""

_ENDED = frozenset({Meaning.CANCELLED, Meaning.SHIPPED})
"""Of a whole order: a hold or a state of its own may be how a plugin marks that it was split."""
_MAY_LEAVE = frozenset({Meaning.READY, Meaning.UNPAID})
_PICKUP_METHODS = frozenset({"local_pickup", "pickup_location"})
_MARKETPLACES = frozenset(
    {"amazon", "cdiscount", "ebay", "etsy", "kaufland", "manomano", "temu", "tiktok", "zalando"}
)

_ORDER = OrderPayload()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as the store gave it, with what was read beside it (None: not read).

    ``trackings`` are the rows that a tracking plugin shows where it does not show those of the order meta. ``parts``
    are the orders that a marketplace plugin has made of it, with their states; ``parent_state`` is that of the order
    of which it is a part.
    """

    order: Mapping[str, Any]
    refunds: Sequence[Mapping[str, Any]] | None = None
    fulfillments: Sequence[Mapping[str, Any]] | None = None
    notes: Sequence[Mapping[str, Any]] | None = None
    trackings: Sequence[Mapping[str, Any]] | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    parent_state: str = ""
    marks: bool = False


def needs_refunds(order: Mapping[str, Any]) -> bool:
    """Whether the refunds of a raw order must be read: its line quantities do not tell them."""
    return bool(rows(order.get("refunds"))) and state(order.get("status")) != "refunded"


def needs_fulfillments(order: Mapping[str, Any]) -> bool:
    """Whether only the core fulfillments of a raw order tell what of it has left."""
    if state(order.get("status")) == COMPLETED:
        return False
    return text(meta(order.get("meta_data")).get(FULFILLMENT_STATUS)) == "partially_fulfilled"


def order_from(raw: RawOrder, settings: Mapping[str, Any] | None = None) -> Order | RejectedOrder:
    """The order, or why no sense can be made of it (C2). ``settings`` are the store's, validated."""
    order = mapping(raw.order)
    return understood(lambda: _order(raw, settings or {}), order.get("id"), order.get("number"))


def meaning_of_state(status: str, settings: Mapping[str, Any]) -> StateMeaning:
    """What a state means on this store."""
    return meaning_of((status,), OWN_STATES.get(status, Meaning.UNKNOWN), settings)


def _order(raw: RawOrder, settings: Mapping[str, Any]) -> Order:
    payload = _ORDER.load(raw.order)
    order_meta = meta(payload.get("meta_data"))
    tracking = _rows(raw, order_meta)
    held = _store_shipments(raw, tracking)
    shipping, billing = mapping(payload.get("shipping")), mapping(payload.get("billing"))
    status, code = state(payload.get("status")), currency(payload.get("currency"))
    ships_here = _ships_here(raw, payload, settings.get("sub_orders", MARK_BOTH))
    delivery = _delivery(payload, shipping) if ships_here else Delivery.NONE
    refunds = _refunds(raw, payload)
    meaning = meaning_of_state(status, settings)
    all_left = meaning.meaning is Meaning.SHIPPED or text(order_meta.get(FULFILLMENT_STATUS)) == "fulfilled"
    lines = _lines(payload, refunds.removed, fulfillment_meta.fulfilled_quantities(held), delivery)
    order = Order(
        remote_id=payload["id"],
        number=text(payload.get("number")) or payload["id"],
        status=meaning.status,
        remote_status=status,
        **times(payload, "date_modified_gmt", "date_created_gmt"),
        currency=code,
        total=money(payload.get("total"), code),
        payment=_payment(payload, meaning, frozenset(settings.get("cod_methods") or ())),
        lines=tuple(replace(line, shipped=line.due) for line in lines) if all_left else lines,
        delivery=delivery,
        shipping_method=_shipping_method(rows(payload.get("shipping_lines"))),
        ship_to=_address(shipping if _is_given(shipping) else billing, billing),
        bill_to=_address(billing, billing),
        note=words(payload.get("customer_note")),
        channel=_channel(text(payload.get("created_via"))),
        shipments=held,
        marks=raw.marks,
        adapter_data={ROWS_KEY: tracking} if tracking else {},
    )
    twice = _in_two_orders(raw, payload, settings) if ships_here else ()
    unread = raw.fulfillments is None and needs_fulfillments(raw.order)
    doubts = (meaning.doubt(status), *twice, *refunds.doubts, shipped_unread() if unread else None)
    return with_doubts(order, doubts)


def _ships_here(raw: RawOrder, payload: Mapping[str, Any], sub_orders: str) -> bool:
    """Of an order that was split and its parts, only one holds goods to ship, where the merchant said which."""
    is_part = bool(reference(payload.get("parent_id")))
    return not ((is_part and sub_orders == SHIP_PARENTS) or (raw.parts and sub_orders == SHIP_PARTS))


def _in_two_orders(raw: RawOrder, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Doubt]:
    """The merchant's word which one ships counts as long as nothing has become of the other's goods: not every
    marketplace plugin brings an end of one to the other."""
    both = settings.get("sub_orders", MARK_BOTH) == MARK_BOTH
    parent = reference(payload.get("parent_id"))
    if parent and (both or meaning_of_state(raw.parent_state, settings).meaning in _ENDED):
        yield part_of_order(f"{parent} ({raw.parent_state})")
    states = {meaning_of_state(one, settings).meaning for one in raw.parts.values()}
    if raw.parts and (both or states - _MAY_LEAVE):
        yield split_into_parts([f"{part} ({one})" for part, one in raw.parts.items()])


def _rows(raw: RawOrder, order_meta: Mapping[str, Any]) -> list[tracking_rows.Row]:
    if raw.trackings is not None:
        return tracking_rows.rows_in(raw.trackings)
    return tracking_rows.rows_in(order_meta.get(TRACKING_ROWS))


def _store_shipments(raw: RawOrder, tracking: Sequence[tracking_rows.Row]) -> tuple[StoreShipment, ...]:
    fulfilled = (
        fulfillment_meta.store_shipment(entry) for entry in at("fulfillments", objects, raw.fulfillments)
    )
    return (
        *tracking_rows.store_shipments(tracking),
        *(entry for entry in fulfilled if entry is not None),
        *tracking_notes.store_shipments(rows(raw.notes)),
    )


@dataclass(frozen=True, slots=True)
class _Refunds:
    """Refunded pieces by line id, and what the refunds leave open."""

    removed: Counter[str]
    doubts: tuple[Doubt, ...]


def _refunds(raw: RawOrder, payload: Mapping[str, Any]) -> _Refunds:
    """What was taken off; a refund of money alone removes nothing."""
    removed: Counter[str] = Counter()
    doubts: list[Doubt] = []
    lines = {line["id"] for line in payload["line_items"]}
    read = rows(raw.refunds)
    for refund in read:
        name = reference(refund.get("id")) or "without a number"
        entries = [entry for entry in listing(refund.get("line_items")) if not is_nothing(entry)]
        if len(rows(entries)) < len(entries):
            doubts.append(refund_unread(f"refund {name}"))
        for line in rows(entries):
            quantity = abs(at(f"refund {name}: quantity", pieces_if_told, line.get("quantity")))
            line_id = reference(meta(line.get("meta_data")).get(REFUNDED_LINE))
            removed[line_id] += quantity
            if quantity and line_id not in lines:
                doubts.append(refund_without_line(f"refund {name}"))
    if raw.refunds is not None:
        shown = {reference(refund.get("id")) for refund in rows(payload.get("refunds"))}
        missing = sorted(shown - {reference(refund.get("id")) for refund in read})
        doubts += [refund_unread(f"refund {name}") for name in missing]
    return _Refunds(removed, tuple(doubts))


def _lines(
    payload: Mapping[str, Any], removed: Mapping[str, int], held: Mapping[str, int], delivery: Delivery
) -> tuple[OrderLine, ...]:
    code = currency(payload.get("currency"))
    return tuple(_line(line, removed, held, delivery, code) for line in payload["line_items"])


def _line(
    line: Mapping[str, Any],
    removed: Mapping[str, int],
    held: Mapping[str, int],
    delivery: Delivery,
    code: str,
) -> OrderLine:
    line_id, quantity = line["id"], line["quantity"]
    most = max(quantity, 0)
    return OrderLine(
        id=line_id,
        sku=text(line.get("sku")),
        name=words(line.get("name")),
        quantity=quantity,
        removed=min(removed.get(line_id, 0), most),
        # The store takes any quantity into a fulfillment.
        shipped=min(max(held.get(line_id, 0), 0), most),
        shippable=delivery is not Delivery.NONE,
        total=_gross(line, code),
    )


def _gross(line: Mapping[str, Any], code: str) -> Decimal | None:
    net, tax = number(line.get("total")), number(line.get("total_tax"))
    return None if net is None else money(net + (tax or 0), code)


def _delivery(payload: Mapping[str, Any], shipping: Mapping[str, Any]) -> Delivery:
    # Plugins write the rate there, which has the instance beside the method.
    methods = {text(line.get("method_id")).partition(":")[0] for line in rows(payload.get("shipping_lines"))}
    if methods and methods <= _PICKUP_METHODS:
        return Delivery.PICKUP
    if not methods and not _is_given(shipping):
        return Delivery.NONE
    return Delivery.SHIP


def _shipping_method(lines: Sequence[Mapping[str, Any]]) -> ShippingMethod | None:
    """The first line. Two carriers in one zone are two instances of one method, so the instance counts."""
    if not lines:
        return None
    first = lines[0]
    parts = (text(first.get("method_id")), text(first.get("instance_id")))
    return ShippingMethod(code=":".join(filter(None, parts)), title=words(first.get("method_title")))


def _payment(payload: Mapping[str, Any], meaning: StateMeaning, cod_methods: frozenset[str]) -> Payment:
    method, due = text(payload.get("payment_method")), _outstanding(payload)
    told = _payment_kind(payload, method, meaning, cod_methods)
    kind = meaning.payment(told)
    if kind is PaymentKind.UNPAID and told is PaymentKind.PAID:
        # A part was paid, and the store does not tell how much.
        due = None
    return Payment(
        kind=kind,
        method=method,
        title=words(payload.get("payment_method_title")),
        amount_due=Decimal(0) if kind is PaymentKind.PAID else due,
    )


def _payment_kind(
    payload: Mapping[str, Any], method: str, meaning: StateMeaning, cod_methods: frozenset[str]
) -> PaymentKind:
    """Completing stamps ``date_paid`` on a COD order, and so does ``processing`` with COD methods of plugins."""
    paid = moment(payload.get("date_paid_gmt")) is not None
    if method == COD and method not in cod_methods:
        is_cod = not paid or meaning.meaning is Meaning.SHIPPED
    else:
        names = (method, words(payload.get("payment_method_title")))
        is_cod = method in cod_methods or any(map(is_cash_on_delivery, names))
    if is_cod:
        return PaymentKind.COD
    return PaymentKind.PAID if paid or number(payload.get("total")) == 0 else PaymentKind.UNPAID


def _outstanding(payload: Mapping[str, Any]) -> Decimal | None:
    """The total less what was refunded; None where one of them cannot be read."""
    refunds = [number(refund.get("total")) for refund in rows(payload.get("refunds"))]
    known = [amount for amount in (number(payload.get("total")), *refunds) if amount is not None]
    if len(known) <= len(refunds):
        return None
    return money(max(sum(known, Decimal(0)), Decimal(0)), currency(payload.get("currency")))


def _is_given(address: Mapping[str, Any]) -> bool:
    """Whether somebody could be found by it. A store with one country may fill that in for virtual goods."""
    return any(words(address.get(part)) for part in ("address_1", "address_2", "city", "postcode"))


def _address(address: Mapping[str, Any], billing: Mapping[str, Any]) -> Address:
    def told(name: str) -> str:
        return words(address.get(name))

    return Address(
        name=" ".join(filter(None, (told("first_name"), told("last_name")))),
        company=told("company"),
        street=tuple(filter(None, (told("address_1"), told("address_2")))),
        postcode=told("postcode"),
        city=told("city"),
        province=told("state"),
        country=told("country"),
        phone=told("phone") or words(billing.get("phone")),
        email=words(billing.get("email")),
    )


def _channel(created_via: str) -> str | None:
    """The marketplace that a module imported the order from, where it says so."""
    name = created_via.strip().lower()
    return name if name in _MARKETPLACES else None
