"""Adapters that break one promise each. The conformance kit must notice every one of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fbridge.errors import RefusedError
from fbridge.http import Response
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Receipt, ShipmentReceipt, StoreHolds
from fbridge.models.orders import Order, RejectedOrder, StoreShipment
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge_toy.adapter import Json, ToyAdapter


class _LosesEqualTimestamps(ToyAdapter):
    """C1: goes on after the last second of a page, and past what else changed in it."""

    def after(self, place: dict[str, Any], rows: Sequence[Json], *, last: bool) -> dict[str, Any]:
        following = super().after(place, rows, last=last)
        return following if last or not rows else following | {"id": "999999999"}


class _CursorAheadOfItsPage(ToyAdapter):
    """C1: gives a page the cursor of the next one, so that who is killed there loses a page."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        before = None
        for page in super().changed(store, query):
            if before is not None:
                yield replace(before, cursor=page.cursor)
            before = page
        if before is not None:
            yield before


class _StopsAtABadOrder(ToyAdapter):
    """C2: one order of which it makes no sense ends the fetch."""

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        orders, rejected = super().decoded(rows)
        if rejected:
            raise RefusedError(f"Order {rejected[0].remote_id} is malformed.")
        return orders, rejected


class _ShipsRefundedPieces(ToyAdapter):
    """C3: counts what was refunded as still to be shipped."""

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        orders, rejected = super().decoded(rows)
        whole = [replace(o, lines=tuple(replace(line, removed=0) for line in o.lines)) for o in orders]
        return tuple(whole), rejected


class _ShipsAgain(ToyAdapter):
    """C4: does not look whether the store has the shipment already."""

    def own_entry(self, order: Order, shipment: FulfillmentShipment) -> StoreShipment | None:
        return super().own_entry(order, shipment) if shipment.acknowledged is not None else None


class _DoublesOnRecheck(ToyAdapter):
    """C5: says that a missing mark proves absence, and does not show the marks of shipments without a number."""

    def decoded(self, rows: Sequence[Json]) -> tuple[tuple[Order, ...], tuple[RejectedOrder, ...]]:
        orders, rejected = super().decoded(rows)
        return tuple(replace(o, shipments=tuple(map(self._unmarked, o.shipments))) for o in orders), rejected

    @staticmethod
    def _unmarked(entry: StoreShipment) -> StoreShipment:
        return entry if entry.numbers else replace(entry, mark=None)


class _BelievesACache(ToyAdapter):
    """C5: reads the orders of a push at the URL that a cache knows."""

    reads_fresh = False


class _MailsBeforeTheNumber(ToyAdapter):
    """C6: completes the order first and adds the number afterwards."""

    def send(
        self, store: Store, order: Order, own: StoreShipment | None, body: Mapping[str, Any]
    ) -> Response:
        if own is not None or not body["numbers"]:
            return super().send(store, order, own, body)
        answer = super().send(store, order, None, {**body, "numbers": []})
        if not answer.ok:
            return answer
        made = next(s["id"] for s in answer.json()["shipments"] if s["mark"] == body["mark"])
        return super().send(store, order, StoreShipment(remote_id=made), {**body, "status": "open"})


class _KeepsOnlyTheFirstNumber(ToyAdapter):
    """C7: has several parcels, sends one number, and says that it is done."""

    def push_one(
        self, store: Store, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, last: bool
    ) -> ShipmentReceipt:
        return super().push_one(
            store, fulfillment, replace(shipment, tracking=shipment.tracking[:1]), last=last
        )


class _KeepsTheOldNumber(ToyAdapter):
    """C8: adds the corrected number to the wrong one."""

    def send(
        self, store: Store, order: Order, own: StoreShipment | None, body: Mapping[str, Any]
    ) -> Response:
        both = dict.fromkeys((*(own.numbers if own else ()), *body["numbers"]))
        return super().send(store, order, own, {**body, "numbers": list(both)})


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


class _LeaksItsKey(ToyAdapter):
    """C12: writes its key into the log."""

    def http(self, store: Store) -> Any:
        logging.getLogger("fbridge_toy").debug("working with %s", store.settings["api_key"].reveal())
        return super().http(store)


class _CarriesItsKey(ToyAdapter):
    """C12: puts its key into what the core keeps with an order."""

    def by_id(self, store: Store, ids: Sequence[str]) -> Iterator[OrderPage]:
        for page in super().by_id(store, ids):
            carried = {"session": store.settings["api_key"].reveal()}
            yield replace(page, orders=tuple(replace(one, adapter_data=carried) for one in page.orders))


loses_equal_timestamps = _LosesEqualTimestamps()
cursor_ahead_of_its_page = _CursorAheadOfItsPage()
stops_at_a_bad_order = _StopsAtABadOrder()
ships_refunded_pieces = _ShipsRefundedPieces()
ships_again = _ShipsAgain()
doubles_on_recheck = _DoublesOnRecheck()
believes_a_cache = _BelievesACache()
mails_before_the_number = _MailsBeforeTheNumber()
keeps_only_the_first_number = _KeepsOnlyTheFirstNumber()
keeps_the_old_number = _KeepsTheOldNumber()
drops_a_receipt = _DropsAReceipt()
calls_every_no_a_lost_answer = _CallsEveryNoALostAnswer()
knocks_too_early = _KnocksTooEarly()
guesses_what_the_store_holds = _GuessesWhatTheStoreHolds()
mails_unasked = _MailsUnasked()
mails_twice = _MailsTwice()
leaks_its_key = _LeaksItsKey()
carries_its_key = _CarriesItsKey()
