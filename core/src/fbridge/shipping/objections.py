"""Why a prepared shipment should not leave after all: its order read again while it is in the house. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fbridge.models.orders import Doubt, Money, Order
from fbridge.models.shipments import Shipment
from fbridge.models.states import Delivery, OrderStatus, PaymentKind
from fbridge.orders.quantities import LineQuantity
from fbridge.orders.unreadable import GONE
from fbridge.shipping.address_prints import address_print

_DELIVERY_NO = {
    Delivery.PICKUP: (
        "order_is_pickup",
        "the order is to be picked up by the customer now; no carrier takes it",
    ),
    Delivery.NONE: ("order_is_virtual", "the order has nothing any more that a carrier takes"),
}


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a row should not leave: a stable reason and a sentence."""

    reason: str
    words: str


def order_objection(order: Order | None, printed: str | None, *, told: bool) -> Objection | None:
    """What the order's state says against it.

    ``printed``: the print of the address that it was made for; ``told``: the store knows of the shipment.
    """
    if order is None:
        return Objection("order_missing", GONE)
    if order.status is OrderStatus.CANCELLED:
        return Objection("order_cancelled", f"the order is {order.remote_status!r} on the store")
    if order.status is OrderStatus.ON_HOLD:
        return Objection("order_on_hold", f"the order is on hold on the store ({order.remote_status!r})")
    if order.status is OrderStatus.CLOSED and not told:
        return Objection("shipped_elsewhere", f"the order is {order.remote_status!r} on the store already")
    if order.delivery in _DELIVERY_NO:
        return Objection(*_DELIVERY_NO[order.delivery])
    if printed is not None and printed != address_print(order.ship_to):
        return Objection("address_changed", "the delivery address was changed after the shipment was made")
    return None


def shortage(row: Shipment, lines: Sequence[LineQuantity]) -> Objection | None:
    """What of the shipment is no longer to be shipped, or is kept back."""
    in_it = {item.line_id for item in row.items}
    own = [one for one in lines if one.line.id in in_it]
    short = [one.line.name for one in own if one.left_house + one.pending > one.line.due]
    if short:
        return Objection(
            "quantity_changed", f"the order has less to ship than the shipment holds: {', '.join(short)}"
        )
    kept = [
        f"{one.line.name}{f' ({one.line.held_why})' if one.line.held_why else ''}"
        for one in own
        if one.left_house + one.pending > one.line.due - one.line.held
    ]
    if kept:
        return Objection("kept_back", f"the store keeps goods of it back: {', '.join(kept)}")
    return None


def payment_objection(
    order: Order, row: Shipment, known: Sequence[Doubt], *, collected: bool
) -> Objection | None:
    """What the order's payment says against it; ``collected``: the courier collects with a shipment of it.

    ``known``: what was known when the shipment was made, among that how the order was paid (:func:`known_at_making`).
    """
    kind, due = order.payment.kind, order.payment.amount_due
    as_before = _paid_by(kind) in {doubt.code for doubt in known}
    if kind is PaymentKind.UNPAID and not as_before:
        return Objection("order_unpaid", f"the order is not paid ({order.remote_status!r} on the store)")
    if row.cod and kind is PaymentKind.PAID:
        return Objection("cod_changed", f"the courier would collect {row.cod}, and the order is paid by now")
    if row.cod and due is not None and row.cod.amount > due:
        now = Money(amount=due, currency=order.currency)
        return Objection("cod_changed", f"the courier would collect {row.cod}, and {now} is due by now")
    # An amount that nobody tells is a doubt about the order, and said as that.
    if kind is PaymentKind.COD and due and not collected and not as_before:
        return Objection(
            "cod_changed", "the order is to be paid on delivery by now, and the courier collects nothing"
        )
    return None


def marked(order: Order | None, known: Sequence[Doubt]) -> Objection | None:
    """What came up after the shipment was made, or was not let pass then."""
    new = not_allowed(order.doubts if order else (), known)
    return Objection("order_marked", marked_words(new)) if new else None


def not_allowed(doubts: Sequence[Doubt], known: Sequence[Doubt]) -> tuple[Doubt, ...]:
    """What of an order's doubts nobody has let pass for a shipment."""
    return tuple(doubt for doubt in doubts if doubt not in known)


def marked_words(doubts: Sequence[Doubt]) -> str:
    """The sentence that every command says of a shipment whose order is marked."""
    return f"the order is marked: {' '.join(doubt.words for doubt in doubts).rstrip('.')}"


def known_at_making(order: Order) -> tuple[Doubt, ...]:
    """What does not stop a shipment of this order again: its doubts, and that it was not paid when it was made."""
    if order.payment.kind is PaymentKind.PAID:
        return order.doubts
    return (*order.doubts, Doubt(code=_paid_by(order.payment.kind), words="It was not paid yet."))


def _paid_by(kind: PaymentKind) -> str:
    return f"payment_{kind}"
