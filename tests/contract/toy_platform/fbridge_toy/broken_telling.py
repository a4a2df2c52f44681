"""Adapters that break one promise of telling each (C9 to C11, C13): the kit must notice every one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from fbridge.errors import NotSent
from fbridge.hookspecs import hookimpl
from fbridge.http import Response
from fbridge.models.fulfillments import (
    Fulfillment,
    FulfillmentShipment,
    MailReceipt,
    MailRequest,
    Preview,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.platforms import Finding, OrderPage, OrderQuery, Store, StoreReport
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome
from fbridge_toy.adapter import Json, ToyAdapter


class _Mistells(ToyAdapter):
    """Whose subclasses tell something else than they know."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        raise NotImplementedError

    def push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        for receipt in super().push(store, fulfillments):
            yield replace(receipt, shipments=tuple(map(self.mistell, receipt.shipments)))


class _DropsAReceipt(ToyAdapter):
    """C9: says nothing of the last order of several."""

    def push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        receipts = list(super().push(store, fulfillments))
        yield from receipts[:-1] if len(receipts) > 1 else receipts


class _CallsEveryNoALostAnswer(ToyAdapter):
    """C9: a lasting no is checked again and again instead of told."""

    def failed(
        self, shipment: FulfillmentShipment, outcome: Outcome, reason: str, words: str = ""
    ) -> ShipmentReceipt:
        lost = Outcome.UNCONFIRMED if outcome is Outcome.REFUSED else outcome
        return super().failed(shipment, lost, reason, words)


class _KnocksTooEarly(ToyAdapter):
    """C9: does not heed Retry-After."""

    def told(
        self, fulfillment: Fulfillment, shipment: FulfillmentShipment, answer: Response, *, completes: bool
    ) -> ShipmentReceipt:
        receipt = super().told(fulfillment, shipment, answer, completes=completes)
        return replace(receipt, not_before=None)


class _TellsAReceiptTwice(ToyAdapter):
    """C9: says everything twice."""

    def push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        for receipt in super().push(store, fulfillments):
            yield receipt
            yield receipt


class _TellsOfAnotherRevision(_Mistells):
    """C9: answers for a revision that nobody asked for."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, revision=receipt.revision + 1)


class _CallsALostAnswerANo(_Mistells):
    """C9: what got no answer is refused."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return (
            replace(receipt, outcome=Outcome.REFUSED) if receipt.outcome is Outcome.UNCONFIRMED else receipt
        )


class _TriesALostWriteAgain(_Mistells):
    """C9: what got no answer may be sent again."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, outcome=Outcome.RETRY) if receipt.outcome is Outcome.UNCONFIRMED else receipt


class _HasWordsOfItsOwn(_Mistells):
    """C9: keeps the store's words to itself."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, words="It did not work.") if receipt.words else receipt


class _TakesAWrongKeyForALostAnswer(ToyAdapter):
    """C9: does not say that nothing was sent, where the store does not know the key."""

    def push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        with suppress(NotSent):
            yield from super().push(store, fulfillments)


class _GuessesWhatTheStoreHolds(ToyAdapter):
    """C10: tells what it sent as what the store holds."""

    def from_order(
        self, fulfillment: Fulfillment, shipment: FulfillmentShipment, content: Json, *, completes: bool
    ) -> ShipmentReceipt:
        receipt = super().from_order(fulfillment, shipment, content, completes=completes)
        status = "done" if completes else "open"
        return replace(
            receipt,
            outcome=Outcome.DONE,
            holds=StoreHolds(
                numbers=shipment.numbers, carrier="brt", items=shipment.items, order_status=status
            ),
            effects=replace(
                receipt.effects,
                tracking=Effect.DONE,
                status=Effect.DONE if completes else Effect.NOT_DONE,
                mail=MailEffect.SENT if completes else MailEffect.NOT_SENT,
            ),
        )


class _SaysNothingOfTheStore(_Mistells):
    """C10: done, and no word of what the store holds."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, holds=None)


class _CallsEveryOrderFinished(_Mistells):
    """C10: the status is done with every part."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, effects=replace(receipt.effects, status=Effect.DONE))


class _CallsNoOrderFinished(_Mistells):
    """C10: the status is never done."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, effects=replace(receipt.effects, status=Effect.NOT_DONE))


class _CallsEveryMailSent(_Mistells):
    """C10: everybody was mailed."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, effects=replace(receipt.effects, mail=MailEffect.SENT))


class _CallsNoMailSent(_Mistells):
    """C10: nobody was mailed."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, effects=replace(receipt.effects, mail=MailEffect.NOT_SENT))


class _CallsNoNumberWritten(_Mistells):
    """C10: no number was written."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, effects=replace(receipt.effects, tracking=Effect.NOT_DONE))


class _MailsUnasked(ToyAdapter):
    """C11: lets the store mail, whatever the user accepted."""

    def body(
        self, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, completes: bool
    ) -> dict[str, Any]:
        return super().body(fulfillment, shipment, completes=completes) | {"notify": True}


class _MailsTwice(ToyAdapter):
    """C11: has the store mail once more when the order is complete."""

    def body(
        self, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, completes: bool
    ) -> dict[str, Any]:
        body = super().body(fulfillment, shipment, completes=completes)
        return body | {"mail_again": completes and body["notify"]}


class _HidesMailsFromThePlan(ToyAdapter):
    """C11: promises a push without mails."""

    @hookimpl
    def preview_push(
        self,
        store: Store,
        fulfillments: Sequence[Fulfillment],
    ) -> Sequence[Preview]:
        return [Preview(order_id=one.order_id) for one in fulfillments]


class _CallsEveryMailAgainSent(ToyAdapter):
    """C13: a mail that was asked for again has left."""

    def mail_one(self, store: Store, request: MailRequest) -> MailReceipt:
        return replace(super().mail_one(store, request), mail=MailEffect.SENT)


class _CallsEveryMailAgainFailed(ToyAdapter):
    """C13: no mail that was asked for again has left."""

    def mail_one(self, store: Store, request: MailRequest) -> MailReceipt:
        return replace(super().mail_one(store, request), mail=MailEffect.NOT_SENT)


class _WritesToCheck(ToyAdapter):
    """C11: tries out whether it may write."""

    @hookimpl
    def check_store(self, store: Store) -> StoreReport:
        self.http(store).write("POST", "orders/0/shipments", json={})
        return super().check_store(store)


class _WritesToFetch(ToyAdapter):
    """C11: tells the store what it has fetched."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        for page in super().changed(store, query):
            self.http(store).write("POST", "fetched", json={"orders": len(page.orders)})
            yield page


class _ClaimsWhatOthersDid(_Mistells):
    """C10: whatever the store shows is its own work."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, made_by=MadeBy.US)


class _NamesNoRecord(_Mistells):
    """C10: nobody can find on the store what was made."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, remote_ids=())


class _NamesTheOrderForTheRecord(_Mistells):
    """C10: an id that is none of a shipment."""

    def mistell(self, receipt: ShipmentReceipt) -> ShipmentReceipt:
        return replace(receipt, remote_ids=("1",))


class _FindsEveryStoreWell(ToyAdapter):
    """C9: a check that only looks whether somebody answers."""

    @hookimpl
    def check_store(self, store: Store) -> StoreReport:
        self.http(store).read("orders", params={"ids": "0"})
        return StoreReport(findings=(Finding(name="orders", ok=True, words="Somebody answers."),))


drops_a_receipt = _DropsAReceipt()
calls_every_no_a_lost_answer = _CallsEveryNoALostAnswer()
knocks_too_early = _KnocksTooEarly()
tells_a_receipt_twice = _TellsAReceiptTwice()
tells_of_another_revision = _TellsOfAnotherRevision()
calls_a_lost_answer_a_no = _CallsALostAnswerANo()
tries_a_lost_write_again = _TriesALostWriteAgain()
has_words_of_its_own = _HasWordsOfItsOwn()
takes_a_wrong_key_for_a_lost_answer = _TakesAWrongKeyForALostAnswer()
guesses_what_the_store_holds = _GuessesWhatTheStoreHolds()
says_nothing_of_the_store = _SaysNothingOfTheStore()
calls_every_order_finished = _CallsEveryOrderFinished()
calls_no_order_finished = _CallsNoOrderFinished()
calls_every_mail_sent = _CallsEveryMailSent()
calls_no_mail_sent = _CallsNoMailSent()
calls_no_number_written = _CallsNoNumberWritten()
mails_unasked = _MailsUnasked()
mails_twice = _MailsTwice()
hides_mails_from_the_plan = _HidesMailsFromThePlan()
calls_every_mail_again_sent = _CallsEveryMailAgainSent()
calls_every_mail_again_failed = _CallsEveryMailAgainFailed()
writes_to_check = _WritesToCheck()
writes_to_fetch = _WritesToFetch()
finds_every_store_well = _FindsEveryStoreWell()
claims_what_others_did = _ClaimsWhatOthersDid()
names_no_record = _NamesNoRecord()
names_the_order_for_the_record = _NamesTheOrderForTheRecord()
