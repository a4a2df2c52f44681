"""Push where the store keeps each shipment as a record of its own, and answers a write with the order as it is then.

A platform gives one function that makes or changes a record. The last one that completes the order finishes it, so
that all numbers are there before the customer's mail (C6). What the store shows is compared before and after each
write: nothing is written twice (C4), and the receipt tells what is there and not what was asked for (C10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fbridge.adapterkit.adopting import carrier_of_others, left_with
from fbridge.adapterkit.halting import Halt, is_untouched
from fbridge.adapterkit.mails import mail_after
from fbridge.adapterkit.receipts import (
    ALREADY_THERE,
    SENT,
    SHIPPED_ELSEWHERE,
    Well,
    cancelled_or_held,
    shipment_receipt,
)
from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Item,
    Preview,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import Order, StoreShipment
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import Effect, MadeBy, MailEffect, OrderStatus, Outcome

NOT_AS_ASKED = Problem(
    outcome=Outcome.REFUSED, reason="not_as_asked", words="The store did not keep what was sent."
)
"""Whatever the store made otherwise, its record tells; a person looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One write: the store's record of a shipment is to be made, or to be brought up to date.

    ``order`` is as the store last showed it, ``record`` what it has of the shipment (None: nothing yet). ``finish``:
    the order is to be shown as finished; ``mail``: its customer is to be mailed.
    """

    shipment: FulfillmentShipment
    order: Order
    record: StoreShipment | None
    finish: bool
    mail: bool

    @property
    def carrier(self) -> str:
        """What the store is told of the carrier: its own code, else the carrier's name; "" for none."""
        carrier = self.shipment.carrier
        return (carrier.site_code or carrier.label) if carrier else ""


def push_one_by_one(
    now: Callable[[], datetime],
    fulfillments: Iterable[Fulfillment],
    write: Callable[[Wish], Order],
    *,
    mailed: Callable[[Effect], MailEffect] = mail_after,
) -> Iterator[Receipt]:
    """The receipts of a chunk. ``write`` makes one write and gives the order as the store's answer shows it.

    It raises as ``StoreApi.write`` does. ``mailed`` tells what became of a mail by what became of the write that
    asked for it. ``now`` is our clock.

    Raises: NotSent; CredentialsError.
    """
    halt = Halt(now)
    for fulfillment in fulfillments:
        work = _Work(fulfillment)
        for part in work.parts:
            work.write(part, write, halt)
        for touched in halt.touched([work]):
            receipts = tuple(_receipt(part, mailed) for part in touched.parts)
            yield Receipt(order_id=touched.order_id, shipments=receipts)
    halt.end()


def previews(fulfillments: Iterable[Fulfillment], mail: str, *, partly: str = "") -> Sequence[Preview]:
    """What :func:`push_one_by_one` would do. ``mail`` is what the store's mail about a finished order is called (""
    where it mails nobody), ``partly`` what is to be known where an order is not finished by it (C3).
    """
    return [
        Preview(
            order_id=fulfillment.order_id,
            mails=(mail,) if mail and _Work(fulfillment).mails else (),
            warnings=(partly,) if partly and not fulfillment.completes_order else (),
        )
        for fulfillment in fulfillments
    ]


@dataclass(slots=True)
class _Part:
    """One outstanding shipment. ``before`` and ``now`` are the order before the push and as last shown."""

    shipment: FulfillmentShipment
    before: Order
    now: Order
    finish: bool
    mail: bool
    other_carrier: str = ""
    made: str = ""
    wrote: bool = False
    problem: Problem | None = None

    @property
    def record(self) -> StoreShipment | None:
        found = _record_of(self.shipment, self.now)
        return found or next((one for one in self.now.shipments if one.remote_id == self.made), None)

    def take(self, shown: Order) -> None:
        """What the store's answer shows; ``made`` is its record where it keeps no mark."""
        is_new, known = self.record is None, {one.remote_id for one in self.now.shipments}
        new = (one.remote_id for one in shown.shipments if one.remote_id not in known)
        self.made = self.made or next(new, "")
        self.now, self.wrote = shown, True
        if not self.is_as_wanted or (is_new and self.holds_other_goods):
            self.problem = NOT_AS_ASKED

    @property
    def wish(self) -> Wish:
        return Wish(
            shipment=self.shipment, order=self.now, record=self.record, finish=self.finish, mail=self.mail
        )

    @property
    def is_as_wanted(self) -> bool:
        record = self.record
        if record is None or (self.finish and self.now.status is not OrderStatus.CLOSED):
            return False
        carrier = self.shipment.carrier
        names = {carrier.site_code or carrier.label, carrier.label} if carrier else {record.carrier}
        return record.carrier in names and set(record.numbers) == set(self.shipment.numbers)

    @property
    def holds_other_goods(self) -> bool:
        """Whether the store shows other pieces than it was given, as far as it tells any."""
        record = self.record
        given = {item.line_id: item.quantity for item in self.shipment.items}
        return record is not None and bool(record.lines) and dict(record.lines) != given


class _Work:
    """One order while it is pushed."""

    def __init__(self, fulfillment: Fulfillment) -> None:
        order, outstanding = fulfillment.order, fulfillment.outstanding
        self.order_id = fulfillment.order_id
        refused = cancelled_or_held(order)
        finishes = fulfillment.completes_order and order.status is not OrderStatus.CLOSED and not refused
        unmailed = all(one.mail is MailEffect.NOT_SENT for one in fulfillment.shipments)
        self.parts = [
            _Part(
                one,
                order,
                order,
                finish=last,
                mail=last and fulfillment.notify and unmailed,
                other_carrier=_left_with(one, fulfillment),
                problem=refused,
            )
            for one in outstanding
            for last in [finishes and one is outstanding[-1]]
        ]

    @property
    def mails(self) -> bool:
        return any(part.mail for part in self.parts)

    @property
    def untouched(self) -> bool:
        wrote = any(part.wrote for part in self.parts)
        return is_untouched((part.problem for part in self.parts), wrote=wrote)

    def write(self, part: _Part, write: Callable[[Wish], Order], halt: Halt) -> None:
        """Unless the store shows it already: then nobody is mailed again (C4)."""
        if any(one.problem for one in self.parts):
            part.finish = part.mail = False
        if part.problem or part.other_carrier or part.is_as_wanted:
            return
        try:
            with halt.write():
                part.take(write(part.wish))
        except WriteFault as fault:
            part.problem = fault.problem  # a "no", a passing fault and a missing answer are three things (C9)
            return
        for other in self.parts:
            other.now = part.now


def _record_of(shipment: FulfillmentShipment, order: Order) -> StoreShipment | None:
    """By its mark or id, else by its numbers, where the store keeps no marks."""
    shown, numbers = order.shipments, set(shipment.numbers)
    known = [one for one in shown if one.mark == shipment.id or one.remote_id in shipment.remote_ids]
    numbered = [one for one in shown if not one.mark and numbers and set(one.numbers) == numbers]
    return next(iter([*known, *numbered]), None)


def _left_with(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> str:
    """The carrier of somebody else that took the goods, where nothing on the store is ours (C14)."""
    is_ours = shipment.acknowledged is not None or _record_of(shipment, fulfillment.order) is not None
    return "" if is_ours else carrier_of_others(shipment, fulfillment)


def _receipt(part: _Part, mailed: Callable[[Effect], MailEffect]) -> ShipmentReceipt:
    there = part.problem.effect if part.problem else Effect.DONE
    well, finished = _well(part), part.now.status is OrderStatus.CLOSED
    numbered = part.shipment.numbers and not part.other_carrier
    return shipment_receipt(
        part.shipment,
        part.problem,
        well,
        remote_ids=(part.record.remote_id,) if part.record else (),
        holds=_holds(part.now, part.record) if part.record else None,
        effects=Effects(
            shipment=there,
            tracking=there if numbered else Effect.NOT_DONE,
            status=Effect.DONE if finished else there if part.problem else Effect.NOT_DONE,
            mail=mailed(there) if part.mail else part.shipment.mail,
        ),
        made_by=MadeBy.FOUND if well.outcome is Outcome.DONE_ELSEWHERE else MadeBy.US,
    )


def _holds(order: Order, record: StoreShipment) -> StoreHolds:
    return StoreHolds(
        numbers=record.numbers,
        carrier=record.carrier,
        items=tuple(Item(line_id=line, quantity=pieces) for line, pieces in record.lines),
        order_status=order.remote_status,
    )


def _well(part: _Part) -> Well:
    """By hand: the order was finished before fbridge wrote anything for this shipment."""
    if part.other_carrier:
        return left_with(part.other_carrier)
    untried = part.shipment.acknowledged is None and part.shipment.unconfirmed_since is None
    was_there = _record_of(part.shipment, part.before) is not None
    if part.before.status is OrderStatus.CLOSED and untried and not was_there:
        return SHIPPED_ELSEWHERE
    return SENT if part.wrote else ALREADY_THERE
