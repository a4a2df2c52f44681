"""What makes an order doubtful: kept and shown, and not ready before a person has looked. Pure.

Each function makes one doubt, with the sentence that people read. :func:`with_doubts` adds those that hold on every
platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from fbridge.models.orders import UNKNOWN_STATUS, Doubt, Order
from fbridge.models.states import Delivery, OrderStatus, PaymentKind

_UNDECIDED = frozenset({OrderStatus.OPEN, OrderStatus.ON_HOLD})


def with_doubts(order: Order, found: Iterable[Doubt | None] = ()) -> Order:
    """The order with what its adapter found, and what every platform may lack: lines, an address, an amount.

    Of an order that is cancelled or closed nothing leaves any more, so nothing is doubtful.
    """
    if order.status not in _UNDECIDED:
        return order
    doubts = (*(one for one in found if one is not None), *_common(order))
    return replace(order, doubts=tuple(dict.fromkeys(doubts))) if doubts else order


def _common(order: Order) -> Iterator[Doubt]:
    if not any(line.quantity > 0 for line in order.lines):
        yield Doubt(
            code="no_lines",
            words="The store gives no goods with this order; look there what was ordered.",
        )
    yield from (negative_line(line.id, line.quantity) for line in order.lines if line.quantity < 0)
    leaves = order.delivery is Delivery.SHIP and any(line.due for line in order.lines)
    if leaves and not order.ship_to.is_place:
        yield Doubt(
            code="no_delivery_address",
            words="The store gives no delivery address with this order; enter it there.",
        )
    payment = order.payment
    unknown = payment.amount_due is None or (payment.amount_due and not order.currency)
    if payment.kind is PaymentKind.COD and unknown:
        yield Doubt(
            code="amount_unknown",
            words="It is cash on delivery, and the store does not tell how much is to be collected.",
        )


def negative_line(line_id: str, quantity: int) -> Doubt:
    """A line below zero: something taken back, and the store does not tell of which line."""
    return Doubt(
        code="negative_line",
        words=f"Line {line_id} has {quantity} pieces: something was taken back, and the store does not tell of which "
        "line.",
    )


def refund_without_line(refund: str) -> Doubt:
    """Goods were refunded, and the refund does not name their line."""
    return Doubt(
        code="refund_without_line",
        words=f"A part of it was refunded ({refund}), and the store does not tell of which line.",
    )


def refund_unread(refund: str) -> Doubt:
    """A refund that the order names and the store does not show."""
    return Doubt(
        code="refund_unread",
        words=f"A part of it was refunded ({refund}), and the store does not show what.",
    )


def shipped_unread() -> Doubt:
    """A part of it has left, and the store does not show which."""
    return Doubt(
        code="shipped_unread",
        words="The store has it as partly shipped, and does not show which goods have left; look there.",
    )


def unknown_status(status: str, settings: Sequence[str] = ()) -> Doubt:
    """A state that neither the platform nor the settings explain; ``settings`` are those that could."""
    if not status:
        return Doubt(code=UNKNOWN_STATUS, words="The store does not tell its state; look there.")
    way = "look there what it means."
    if settings:
        names = f"{', '.join(settings[:-1])} or {settings[-1]}"
        way = f"say what it means with {names} of this store in config.toml, then run: fbridge fetch"
    words = f"The store has it in the state {status!r}, which fbridge does not know; {way}"
    return Doubt(code=UNKNOWN_STATUS, words=words)


def unknown_value(value: str) -> Doubt:
    """A word that the platform has given a meaning since: of a payment, say, or of a way to deliver."""
    return Doubt(
        code="unknown_value",
        words=f"The store says {value!r} of it, which fbridge does not know; look there what it means.",
    )


def only_a_test() -> Doubt:
    """Made to try the shop out; nobody has bought anything."""
    return Doubt(
        code="test_order",
        words="It is a test order of the shop: nobody has bought or paid anything, and no goods should leave for it.",
    )


def split_into_parts(parts: Sequence[str]) -> Doubt:
    """An order that a marketplace plugin has split into parts, which may hold the same goods."""
    return Doubt(
        code="split_into_parts",
        words=f"It was split into the orders {', '.join(parts)}, which may hold the same goods; look there which of "
        "them still ship, and ship either.",
    )


def part_of_order(parent: str) -> Doubt:
    """A marketplace plugin's part of an order, whose goods its parent may hold as well."""
    return Doubt(
        code="part_of_order",
        words=f"It is a part of the order {parent}, which may hold the same goods; look there whether they "
        "still ship, and ship only one of the two.",
    )
