"""Brings orders to the state that their fulfillments describe, and tells what the store then holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from fbridge.errors import CredentialsError, NotSent, NotSentError, UnconfirmedError, UnreachableError
from fbridge.http import Response
from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Item,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import Order, RejectedOrder, StoreShipment
from fbridge.models.problems import WriteFault
from fbridge.models.states import Effect, MailEffect, OrderStatus, Outcome
from fbridge_kiosk.answers import ANSWERS, error_of, said_by
from fbridge_kiosk.client import KioskClient
from fbridge_kiosk.mapping import carrier_code, order_from, parcel_body


def push(client: KioskClient, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """One receipt for each order. The core commits it before it asks for the next."""
    for count, fulfillment in enumerate(fulfillments):
        order = _Order(client, fulfillment)
        entries = tuple(order.entries())
        if order.wrote or order.stop is None:
            yield Receipt(order_id=fulfillment.order_id, shipments=entries)
        if order.stop is not None:
            untouched = fulfillments[count + 1 if order.wrote else count :]
            raise NotSent([one.order_id for one in untouched], str(order.stop)) from order.stop


class _Order:
    """One order. ``stop``: the store did not let us in. ``wrote``: something of it was sent before."""

    def __init__(self, client: KioskClient, fulfillment: Fulfillment) -> None:
        self._client = client
        self._fulfillment = fulfillment
        self.stop: CredentialsError | NotSentError | None = None
        self.wrote = False

    def entries(self) -> Iterator[ShipmentReceipt]:
        held_back = False
        outstanding = self._fulfillment.outstanding
        for shipment in outstanding:
            write = _Write(self._fulfillment, shipment, is_last=shipment is outstanding[-1])
            # The last one finishes the order and mails its numbers, so all others must be there before (C6).
            entry = write.failed(Outcome.RETRY, "held_back") if held_back else self._sent(write)
            held_back = entry.outcome in {Outcome.UNCONFIRMED, Outcome.RETRY}
            yield entry

    def _sent(self, write: _Write) -> ShipmentReceipt:
        try:
            entry = write.send(self._client)
        except (CredentialsError, NotSentError) as error:
            self.stop = error
            return write.failed(Outcome.RETRY, error.reason, str(error))
        self.wrote = True
        return entry


class _Write:
    """One parcel of an order."""

    def __init__(self, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, is_last: bool) -> None:
        self._order = fulfillment.order
        self._shipment = shipment
        is_open = fulfillment.order.status is not OrderStatus.CLOSED
        self._finish = is_last and fulfillment.completes_order and is_open
        unmailed = all(one.mail is MailEffect.NOT_SENT for one in fulfillment.shipments)
        self._mail = self._finish and fulfillment.notify and unmailed

    def send(self, client: KioskClient) -> ShipmentReceipt:
        held = self._parcel_in(self._order)
        if held and self._is_as_wanted(held) and not self._finish:
            return self._told(self._order)  # nothing is written and nobody is mailed again (C4)
        body = parcel_body(self._shipment, finish=self._finish, mail=self._mail)
        try:
            answer = client.put_parcel(self._order.remote_id, self._shipment.id, body)
        except UnconfirmedError as error:
            return self.failed(Outcome.UNCONFIRMED, error.reason, str(error))
        return self._from_answer(answer)

    def _from_answer(self, answer: Response) -> ShipmentReceipt:
        """A remote "no", a passing fault and a missing answer are three things (C9)."""
        if not answer.ok:
            fault = ANSWERS.fault(said_by(answer), error_of(answer), datetime.now(UTC))
            if not isinstance(fault, WriteFault):
                raise fault
            problem = fault.problem
            return self.failed(problem.outcome, problem.reason, problem.words, not_before=problem.not_before)
        try:
            order = order_from(answer.json())
        except (UnreachableError, AttributeError, KeyError, TypeError) as error:
            return self.failed(Outcome.UNCONFIRMED, "unreadable_answer", str(error))
        if isinstance(order, RejectedOrder):
            return self.failed(Outcome.UNCONFIRMED, "unreadable_answer", order.reason)
        return self._told(order)

    def _told(self, order: Order) -> ShipmentReceipt:
        """The receipt, from what the store holds and not from what was asked (C10)."""
        parcel, finished = self._parcel_in(order), order.status is OrderStatus.CLOSED
        if parcel is None or not self._is_as_wanted(parcel) or (self._finish and not finished):
            return self.failed(Outcome.REFUSED, "not_as_asked", "The store did not keep what was sent.")
        return ShipmentReceipt(
            shipment_id=self._shipment.id,
            revision=self._shipment.revision,
            outcome=Outcome.DONE_ELSEWHERE if self._was_done_by_hand() else Outcome.DONE,
            reason="sent",
            remote_ids=(parcel.remote_id,),
            holds=StoreHolds(
                numbers=parcel.numbers,
                carrier=parcel.carrier,
                items=tuple(Item(line_id=line, quantity=pieces) for line, pieces in parcel.lines),
                order_status=order.remote_status,
            ),
            effects=Effects(
                shipment=Effect.DONE,
                tracking=Effect.DONE if parcel.numbers else Effect.NOT_DONE,
                status=Effect.DONE if finished else Effect.NOT_DONE,
                mail=MailEffect.SENT if self._mail else self._shipment.mail,
            ),
        )

    def failed(
        self, outcome: Outcome, reason: str, words: str = "", *, not_before: datetime | None = None
    ) -> ShipmentReceipt:
        lost = outcome is Outcome.UNCONFIRMED
        effect = Effect.UNCONFIRMED if lost else Effect.NOT_DONE
        mail = MailEffect.UNCONFIRMED if lost and self._mail else self._shipment.mail
        return ShipmentReceipt(
            shipment_id=self._shipment.id,
            revision=self._shipment.revision,
            outcome=outcome,
            reason=reason,
            words=words,
            effects=Effects(shipment=effect, tracking=effect, status=effect, mail=mail),
            not_before=not_before,
        )

    def _parcel_in(self, order: Order) -> StoreShipment | None:
        return next((parcel for parcel in order.shipments if parcel.mark == self._shipment.id), None)

    def _is_as_wanted(self, parcel: StoreShipment) -> bool:
        same_carrier = parcel.carrier == carrier_code(self._shipment)
        return same_carrier and set(parcel.numbers) == set(self._shipment.numbers)

    def _was_done_by_hand(self) -> bool:
        """The order was finished before fbridge wrote anything for this shipment."""
        untouched = self._shipment.acknowledged is None and self._shipment.unconfirmed_since is None
        finished = self._order.status is OrderStatus.CLOSED
        return finished and untouched and self._parcel_in(self._order) is None
