"""What may be shipped of an order, and with how much cash on delivery. Pure decisions, each no a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from fbridge.errors import InputError, NotFoundError
from fbridge.models.countries import COUNTRY_CODES
from fbridge.models.currencies import decimals_of, rounded
from fbridge.models.fulfillments import Item
from fbridge.models.orders import Address, Money, Order, OrderLine
from fbridge.models.problems import GONE_FROM_STORE
from fbridge.models.push import DUE
from fbridge.models.shipments import PushStatus, Shipment
from fbridge.models.states import Delivery, Effect, OrderStatus, PaymentKind, PushState
from fbridge.orders.quantities import LineQuantity
from fbridge.settings.near_match import did_you_mean

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_ON_THE_WAY = frozenset({PushState.SENDING, PushState.UNCONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An order that somebody wants to ship, with its lines and its shipments (withdrawn ones apart)."""

    id: int
    store: str
    order: Order
    historic: bool
    lines: tuple[LineQuantity, ...]
    shipments: tuple[Shipment, ...]

    @property
    def label(self) -> str:
        """How sentences name the order, and how a command may: ``shop:1001``."""
        return f"{self.store}:{self.order.number}"

    @property
    def free(self) -> int:
        """Pieces that a new shipment may take in all."""
        return sum(line.free for line in self.lines)


_STATUS_NO = {
    OrderStatus.CANCELLED: (
        "order_cancelled",
        "is cancelled on its store; what became of it: fbridge explain {label}",
    ),
    OrderStatus.ON_HOLD: (
        "order_on_hold",
        "is on hold on its store; release it there, then run: fbridge fetch",
    ),
    OrderStatus.CLOSED: (
        "order_closed",
        "is already fulfilled and closed on its store; who shipped what: fbridge explain {label}",
    ),
}
_DELIVERY_NO = {
    Delivery.PICKUP: ("order_is_pickup", "is picked up by the customer; no carrier takes it."),
    Delivery.NONE: ("order_is_virtual", "has nothing that a carrier takes."),
}


def refuse_unshippable(
    candidate: Candidate, *, allow_unpaid: bool = False, allow_marked: bool = False
) -> None:
    """Raises InputError when no goods may leave for this order as it stands."""
    order = candidate.order
    no = _STATUS_NO.get(order.status) or _DELIVERY_NO.get(order.delivery)
    if no is None and candidate.historic:
        no = ("order_historic", "is older than its store's start date (orders_from) and counts as done.")
    if no is None and order.payment.kind is PaymentKind.UNPAID and not allow_unpaid:
        way = f"fbridge shipment create {candidate.label} --allow-unpaid"
        no = ("order_unpaid", f"is not paid yet; to ship it all the same: {way}")
    if no is None and order.doubts and not allow_marked:
        no = ("order_marked", _marked_words(candidate))
    if no is not None:
        reason, words = no
        words = words.replace("{label}", candidate.label)
        raise InputError(f"Order {candidate.label} {words}", reason=reason)


def _marked_words(candidate: Candidate) -> str:
    reasons = " ".join(doubt.words for doubt in candidate.order.doubts)
    if not candidate.free:
        return f"is marked. {reasons}"
    return (
        f"is marked. {reasons} To ship it as it is: fbridge shipment create {candidate.label} --allow-marked"
    )


def allot(candidate: Candidate, items: Mapping[str, int] | None) -> tuple[Item, ...]:
    """The lines and quantities of a new shipment: those wished (by line id or SKU), else all that remains.

    Raises InputError (nothing left, more than remains, a SKU on two lines, a bad quantity), NotFoundError.
    """
    if candidate.free == 0:
        raise InputError(_nothing_left(candidate), reason="nothing_left")
    if items is None:
        return tuple(Item(line_id=line.line.id, quantity=line.free) for line in candidate.lines if line.free)
    if not items:
        raise InputError(f"No line of order {candidate.label} is named.", reason="no_items")
    wanted: Counter[str] = Counter()
    for name, quantity in items.items():
        wanted[_line(candidate, name).line.id] += _positive(name, quantity)
    by_id = {line.line.id: line for line in candidate.lines}
    return tuple(_item(candidate, by_id[line_id], quantity) for line_id, quantity in wanted.items())


def cod_for(candidate: Candidate, wished: Decimal | None, *, no_cod: bool) -> Money | None:
    """What the courier collects with a new shipment.

    By default the first shipment of a cash-on-delivery order carries all that is due, later ones nothing.
    Raises InputError (an order that is paid, more than is due, a second collection, an amount that nobody tells).
    """
    if wished is not None and no_cod:
        raise InputError("Say either a cash-on-delivery amount or that there is none.", reason="bad_cod")
    payment, carrier_of_cod = candidate.order.payment, _carrier_of_cod(candidate)
    if wished is not None:
        _check_cod(candidate, wished, carrier_of_cod)
        return Money(amount=wished, currency=candidate.order.currency)
    if no_cod or carrier_of_cod or payment.kind is not PaymentKind.COD or payment.amount_due == 0:
        return None
    if payment.amount_due is None:
        raise InputError(
            f"The store does not tell how much is to be collected for order {candidate.label}; say it: "
            f"fbridge shipment create {candidate.label} --allow-marked --cod AMOUNT",
            reason="cod_unknown",
        )
    return Money(amount=payment.amount_due, currency=candidate.order.currency)


def told(shipment: Shipment) -> bool:
    """Whether something of this shipment went to its store, or may have: then it cannot simply be taken back."""
    push = shipment.push
    if push is None:
        return False
    if _forgotten(shipment, push):
        return True
    at_rest = push.state in {PushState.READY, PushState.WAITING}
    return not at_rest or push.claimed_at is not None or push.acknowledged_revision is not None


def _forgotten(shipment: Shipment, push: PushStatus) -> bool:
    """It had left when the backup was made that is the database now, so it may have been sent since."""
    not_sent = push.state in DUE and push.acknowledged_revision is None
    return push.is_unchecked and not_sent and shipment.shipped_at is not None


def refuse_if_told(shipment: Shipment, consequence: str) -> None:
    """Raises InputError with the next step where a store was told, or may have been."""
    push = shipment.push
    if push is None or not told(shipment):
        return
    step = f" What became of it, and what can be done: fbridge explain {shipment.label}"
    if push.state is PushState.UNDOING:
        step = f" Run 'fbridge shipment withdraw {shipment.label}' to go on with it."
    if push.state in _ON_THE_WAY or _forgotten(shipment, push):
        step = " Run 'fbridge push' to find out what became of it, then try again."
    told_when = f"was pushed to its store already (it is {push.state})"
    if _forgotten(shipment, push):
        told_when = "may have been sent before the database was restored from a backup"
    raise InputError(
        f"{shipment.label} {told_when}; it {consequence}.{step}",
        reason="already_pushed",
    )


def refuse_withdrawal(shipment: Shipment) -> None:
    """Raises InputError where a shipment cannot be taken back: a store holds it or may, or it has left."""
    if shipment.withdrawn_at is not None:
        raise InputError(f"{shipment.label} is withdrawn already.", reason="withdrawn")
    if _refused_whole(shipment) or gone_from_store(shipment):
        return
    refuse_if_told(shipment, "cannot be withdrawn")
    if shipment.shipped_at is not None:
        raise InputError(
            f"{shipment.label} has left with manifest {shipment.manifest}; take it off first: "
            f"fbridge manifest leave-behind {shipment.manifest} {shipment.label}",
            reason="manifest_shipped",
        )


def refuse_came_back(shipment: Shipment) -> None:
    """Raises InputError where somebody says that it did not leave, and it came back."""
    if shipment.came_back:
        raise InputError(
            f"{shipment.label} came back, so it has left; where that is a mistake: "
            f"fbridge shipment returned {shipment.label} --undo",
            reason="came_back",
        )


def needs_taking_back(shipment: Shipment) -> bool:
    """Whether its store may show something of it, so that it has to be taken back from there first."""
    return (
        shipment.withdrawn_at is None
        and told(shipment)
        and not (_refused_whole(shipment) or gone_from_store(shipment))
    )


def may_be_withdrawn(shipment: Shipment) -> bool:
    """Whether it can be taken back as it stands."""
    try:
        refuse_withdrawal(shipment)
    except InputError:
        return False
    return True


def gone_from_store(shipment: Shipment) -> bool:
    """Whether the store took it once, and showed nothing of it when it was to be corrected."""
    push = shipment.push
    return push is not None and (push.state, push.reason) == (PushState.REFUSED, GONE_FROM_STORE)


def _refused_whole(shipment: Shipment) -> bool:
    """The store said a lasting no and holds nothing of it: withdrawing is the way out."""
    push = shipment.push
    if push is None or push.state is not PushState.REFUSED or push.acknowledged_revision is not None:
        return False
    effects = (push.effects.shipment, push.effects.tracking, push.effects.status)
    return all(effect is Effect.NOT_DONE for effect in effects)


def _nothing_left(candidate: Candidate) -> str:
    labels = ", ".join(
        f"{one.label} on manifest {one.manifest}" if one.manifest else one.label
        for one in candidate.shipments
    )
    held = [f"{_kept_back(line.line)}" for line in candidate.lines if line.line.held]
    where = f"all that is due is in {labels}" if labels else "its store shows all of it as shipped"
    if held:
        where = f"{'; '.join(held)}{f'; the rest is in {labels}' if labels else ''}"
    return f"Nothing of order {candidate.label} is left to ship: {where}."


def _kept_back(line: OrderLine) -> str:
    """What the store keeps back of a line, and why."""
    why = f" ({line.held_why})" if line.held_why else ""
    return f"{line.held} of {line.sku or line.name} kept back on the store{why}"


def _line(candidate: Candidate, name: str) -> LineQuantity:
    by_id = [line for line in candidate.lines if line.line.id == name]
    found = by_id or [line for line in candidate.lines if line.line.sku == name]
    if not found:
        names = [name for line in candidate.lines for name in (line.line.sku, line.line.id) if name]
        raise NotFoundError(
            f"Order {candidate.label} has no line {name}.{did_you_mean(name, names)}", reason="unknown_line"
        )
    if len(found) > 1:
        ids = ", ".join(line.line.id for line in found)
        raise InputError(
            f"SKU {name} is on {len(found)} lines of order {candidate.label}; name the line id: {ids}.",
            reason="ambiguous_sku",
        )
    return found[0]


def _positive(name: str, quantity: int) -> int:
    if quantity < 1:
        raise InputError(f"{quantity} pieces of {name}: give at least 1.", reason="bad_quantity")
    return quantity


def _item(candidate: Candidate, line: LineQuantity, quantity: int) -> Item:
    if quantity > line.free:
        name = f"{line.line.sku} (line {line.line.id})" if line.line.sku else f"line {line.line.id}"
        what = (
            f"has {line.free} left to ship of {name}" if line.line.shippable else f"ships nothing of {name}"
        )
        held = f": {_kept_back(line.line)}" if line.line.held else ""
        raise InputError(f"Order {candidate.label} {what}, not {quantity}{held}.", reason="more_than_remains")
    return Item(line_id=line.line.id, quantity=quantity)


def _carrier_of_cod(candidate: Candidate) -> Shipment | None:
    return next((shipment for shipment in candidate.shipments if shipment.cod), None)


def refuse_bad_recipient(recipient: Address) -> None:
    """Raises InputError for a recipient that no parcel reaches: none at all, no country's code, no mail address."""
    if recipient == Address():
        raise InputError("An external parcel needs a recipient.", reason="no_recipient")
    if recipient.country and recipient.country not in COUNTRY_CODES:
        raise InputError(
            f"{recipient.country!r} is not a country's code of two letters, such as IT.", reason="bad_country"
        )
    if recipient.email and not _EMAIL.fullmatch(recipient.email):
        raise InputError(f"{recipient.email!r} is no mail address.", reason="bad_email")


def refuse_bad_amount(cod: Money) -> None:
    """Raises InputError where nobody can collect this: nothing, a part of the smallest coin, an unknown currency."""
    if not _CURRENCY.fullmatch(cod.currency):
        raise InputError(
            f"Cash on delivery in {cod.currency!r}: a currency has three letters, such as EUR.",
            reason="bad_currency",
        )
    if fault := _amount_fault(cod.amount, cod.currency):
        raise InputError(fault, reason="bad_cod")


def _amount_fault(amount: Decimal, currency: str) -> str:
    if not amount.is_finite() or amount <= 0:
        return f"Cash on delivery of {amount} {currency}: give an amount above 0."
    if amount != rounded(amount, currency):
        return f"Cash on delivery of {amount} {currency}: {currency} has no such small part."
    return ""


def _check_cod(candidate: Candidate, wished: Decimal, other: Shipment | None) -> None:
    payment, currency = candidate.order.payment, candidate.order.currency
    no = None
    if payment.kind is PaymentKind.PAID:
        no = ("cod_on_paid", f"Order {candidate.label} is paid; nothing may be collected at the door.")
    elif fault := _amount_fault(wished, currency):
        no = ("bad_cod", fault)
    elif other is not None:
        no = (
            "cod_twice",
            f"Cash on delivery of order {candidate.label} is collected with {other.label} ({other.cod}).",
        )
    elif payment.amount_due is not None and wished > payment.amount_due:
        due = Money(amount=payment.amount_due, currency=currency)
        no = (
            "cod_too_high",
            f"Order {candidate.label} has {due} due, not {wished:.{decimals_of(currency)}f}.",
        )
    if no is not None:
        raise InputError(no[1], reason=no[0])


def refuse_withdrawn(shipment: Shipment, words: str) -> None:
    """Raises InputError for a shipment that was taken back."""
    if shipment.withdrawn_at is not None:
        raise InputError(f"{shipment.label} is withdrawn; it {words}.", reason="withdrawn")
