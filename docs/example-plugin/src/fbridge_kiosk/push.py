"""Brings orders to the state that their fulfillments describe, and tells what the store then holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fbridge.adapterkit.halting import Halt, is_untouched
from fbridge.adapterkit.mails import mail_after
from fbridge.adapterkit.receipts import ALREADY_THERE, SENT, Well, shipment_receipt
from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Item,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import Order, StoreShipment
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import Effect, MadeBy, MailEffect, OrderStatus, Outcome
from fbridge_kiosk.answers import order_written
from fbridge_kiosk.client import KioskClient
from fbridge_kiosk.mapping import carrier_code, parcel_body

DONE_BY_HAND = Well(
    reason="done_elsewhere",
    words="Somebody finished the order on the store.",
    outcome=Outcome.DONE_ELSEWHERE,
)
NOT_AS_ASKED = Problem(
    outcome=Outcome.REFUSED, reason="not_as_asked", words="The store did not keep what was sent."
)


def push(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """See :func:`fbridge.hookspecs.push_fulfillment`."""
    client, halt = KioskClient(store), Halt(store.now)
    for fulfillment in fulfillments:
        work = _Work(fulfillment)
        for part in work.parts:
            work.write(part, store, client, halt)
        for touched in halt.touched([work]):
            yield Receipt(order_id=touched.order_id, shipments=tuple(map(_receipt, touched.parts)))
    halt.end()


@dataclass
class _Part:
    """One outstanding parcel. ``before`` and ``now`` are the order before the push and as last shown."""

    shipment: FulfillmentShipment
    before: Order
    now: Order
    finish: bool
    mail: bool
    wrote: bool = False
    problem: Problem | None = None

    def parcel_in(self, order: Order) -> StoreShipment | None:
        return next((parcel for parcel in order.shipments if parcel.mark == self.shipment.id), None)

    @property
    def is_as_wanted(self) -> bool:
        """Whether the store shows it as it shall be (C4, C10)."""
        parcel = self.parcel_in(self.now)
        if parcel is None or (self.finish and self.now.status is not OrderStatus.CLOSED):
            return False
        same_carrier = parcel.carrier == carrier_code(self.shipment)
        return same_carrier and set(parcel.numbers) == set(self.shipment.numbers)


class _Work:
    """One order. Its last parcel finishes it and mails all numbers, so the others are there before (C6)."""

    def __init__(self, fulfillment: Fulfillment) -> None:
        self.order_id = fulfillment.order_id
        order, outstanding = fulfillment.order, fulfillment.outstanding
        finishes = fulfillment.completes_order and order.status is not OrderStatus.CLOSED
        unmailed = all(one.mail is MailEffect.NOT_SENT for one in fulfillment.shipments)
        self.parts = [
            _Part(one, order, order, finish=last, mail=last and fulfillment.notify and unmailed)
            for one in outstanding
            for last in [finishes and one is outstanding[-1]]
        ]

    @property
    def untouched(self) -> bool:
        wrote = any(part.wrote for part in self.parts)
        return is_untouched((part.problem for part in self.parts), wrote=wrote)

    def write(self, part: _Part, store: Store, client: KioskClient, halt: Halt) -> None:
        """Make or change the parcel, unless the store shows it already: then nobody is mailed again (C4)."""
        if any(one.problem for one in self.parts):
            part.finish = part.mail = False
        if part.is_as_wanted:
            return
        body = parcel_body(part.shipment, finish=part.finish, mail=part.mail)
        try:
            with halt.write():
                part.now = order_written(
                    lambda: client.put_parcel(self.order_id, part.shipment.id, body), store.now
                )
        except (
            WriteFault
        ) as fault:  # a remote "no", a passing fault and a missing answer are three things (C9)
            part.problem = fault.problem
            return
        part.wrote = True
        if not part.is_as_wanted:
            part.problem = NOT_AS_ASKED


def _receipt(part: _Part) -> ShipmentReceipt:
    """From what the store holds and not from what was asked (C10)."""
    parcel, finished = part.parcel_in(part.now), part.now.status is OrderStatus.CLOSED
    there = part.problem.effect if part.problem else Effect.DONE
    return shipment_receipt(
        part.shipment,
        part.problem,
        _well(part),
        remote_ids=(parcel.remote_id,) if parcel else (),
        holds=_holds(part.now, parcel) if parcel else None,
        effects=Effects(
            shipment=there,
            tracking=there if part.shipment.numbers else Effect.NOT_DONE,
            status=Effect.DONE if finished else there if part.problem else Effect.NOT_DONE,
            mail=_mail(part, there),
        ),
        made_by=MadeBy.US,
    )


def _holds(order: Order, parcel: StoreShipment) -> StoreHolds:
    return StoreHolds(
        numbers=parcel.numbers,
        carrier=parcel.carrier,
        items=tuple(Item(line_id=line, quantity=pieces) for line, pieces in parcel.lines),
        order_status=order.remote_status,
    )


def _mail(part: _Part, effect: Effect) -> MailEffect:
    """The kiosk mails before it answers; most platforms do not tell, and then ``mail_after`` is all that is known."""
    if not part.mail:
        return part.shipment.mail
    return MailEffect.SENT if effect is Effect.DONE else mail_after(effect)


def _well(part: _Part) -> Well:
    """Done by hand: the order was finished before fbridge wrote anything for this shipment."""
    untried = part.shipment.acknowledged is None and part.shipment.unconfirmed_since is None
    if part.before.status is OrderStatus.CLOSED and untried and part.parcel_in(part.before) is None:
        return DONE_BY_HAND
    return SENT if part.wrote else ALREADY_THERE
