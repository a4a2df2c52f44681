"""Adapters that break one promise of writing each (C3 to C8, C14), each caught by the conformance kit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fbridge.errors import UnconfirmedError
from fbridge.http import Response
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, ShipmentReceipt
from fbridge.models.orders import Order, StoreShipment
from fbridge.models.platforms import Store
from fbridge.models.states import Outcome
from fbridge_toy.adapter import ToyAdapter

Body = dict[str, Any]


class _Miswrites(ToyAdapter):
    """Whose subclasses send something else than they should."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        raise NotImplementedError

    def body(self, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, completes: bool) -> Body:
        body = super().body(fulfillment, shipment, completes=completes)
        return body | self.miswrite(body, fulfillment, shipment)


class _ShipsTheFirstLineOfASku(_Miswrites):
    """C3: finds a line again by its article."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        sku_of = {line.id: line.sku for line in fulfillment.order.lines}
        first = {line.sku: line.id for line in reversed(fulfillment.order.lines)}
        return {"lines": {first[sku_of[line]]: pieces for line, pieces in body["lines"].items()}}


class _FinishesWithTheFirstPart(_Miswrites):
    """C3: a part is the whole."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        return {"status": "done"}


class _NeverFinishes(_Miswrites):
    """C3: the order stays open."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        return {"status": "open"}


class _ForgetsThePlace(_Miswrites):
    """C3: whatever the shipment says of the place that it left from."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        return {"location": None}


class _ShipsAgain(ToyAdapter):
    """C4: does not look whether the store has the shipment already."""

    def own_entry(self, order: Order, shipment: FulfillmentShipment) -> StoreShipment | None:
        return super().own_entry(order, shipment) if shipment.acknowledged is not None else None


class _WritesAtEveryPush(ToyAdapter):
    """C4: writes once more what is there already."""

    def own_entry(self, order: Order, shipment: FulfillmentShipment) -> StoreShipment | None:
        own = super().own_entry(order, shipment)
        return replace(own, numbers=()) if own else None


class _RepeatsALostWrite(ToyAdapter):
    """C5: sends again by itself what got no answer."""

    def send(
        self, store: Store, order: Order, own: StoreShipment | None, body: Mapping[str, Any]
    ) -> Response:
        try:
            return super().send(store, order, own, body)
        except UnconfirmedError:
            return super().send(store, order, own, body)


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


class _TakesNumbersForNumerals(ToyAdapter):
    """C7: leaves out the zeros at the beginning, and sees its own number in what the store then holds."""

    def push_one(
        self, store: Store, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, last: bool
    ) -> ShipmentReceipt:
        plain = tuple(replace(one, number=one.number.lstrip("0")) for one in shipment.tracking)
        return super().push_one(store, fulfillment, replace(shipment, tracking=plain), last=last)


class _KeepsOnlyTheFirstNumber(ToyAdapter):
    """C7: has several parcels, sends one number, and says that it is done."""

    def push_one(
        self, store: Store, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, last: bool
    ) -> ShipmentReceipt:
        return super().push_one(
            store, fulfillment, replace(shipment, tracking=shipment.tracking[:1]), last=last
        )


class _SendsANumberForEachParcel(_Miswrites):
    """C7: one number for three parcels, three times."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        return {"numbers": body["numbers"] * shipment.parcels}


class _NeverWritesTheCarrier(_Miswrites):
    """C7: a number without a carrier."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        return {"carrier": ""}


class _WritesOneCarrierForAll(_Miswrites):
    """C7: every parcel goes with the same carrier."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        return {"carrier": "ups"}


class _DropsTheTrackingUrl(_Miswrites):
    """C7: a number without its page."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        return {"urls": []}


class _TakesTheFirstShipmentForItsOwn(ToyAdapter):
    """C7: writes its numbers over those of the first shipment that the store shows."""

    def own_entry(self, order: Order, shipment: FulfillmentShipment) -> StoreShipment | None:
        return next(iter(order.shipments), None)


class _KeepsTheOldNumber(ToyAdapter):
    """C8: adds the corrected number to the wrong one."""

    def send(
        self, store: Store, order: Order, own: StoreShipment | None, body: Mapping[str, Any]
    ) -> Response:
        both = dict.fromkeys((*(own.numbers if own else ()), *body["numbers"]))
        return super().send(store, order, own, {**body, "numbers": list(both)})


class _CorrectsByAnotherShipment(ToyAdapter):
    """C8: a corrected number comes with a new shipment."""

    def send(
        self,
        store: Store,
        order: Order,
        own: StoreShipment | None,
        body: Mapping[str, Any],
    ) -> Response:
        return super().send(store, order, None, body)


class _KeepsALateNumberBack(ToyAdapter):
    """C8: says that all is done once the goods are shown as shipped."""

    def push_one(
        self, store: Store, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, last: bool
    ) -> ShipmentReceipt:
        if shipment.acknowledged is None:
            return super().push_one(store, fulfillment, shipment, last=last)
        return self.failed(shipment, Outcome.DONE, "sent")


class _MailsALateNumber(_Miswrites):
    """C8: has the store mail once more when a number comes late."""

    def miswrite(self, body: Body, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> Body:
        return {"mail_again": shipment.acknowledged is not None}


class _WritesUnderAnotherCarrier(ToyAdapter):
    """C14: adds its number to whatever somebody else has shipped."""

    def carrier_of_others(self, shipment: FulfillmentShipment, fulfillment: Fulfillment) -> str:
        return ""


ships_the_first_line_of_a_sku = _ShipsTheFirstLineOfASku()
finishes_with_the_first_part = _FinishesWithTheFirstPart()
never_finishes = _NeverFinishes()
forgets_the_place = _ForgetsThePlace()
ships_again = _ShipsAgain()
writes_at_every_push = _WritesAtEveryPush()
repeats_a_lost_write = _RepeatsALostWrite()
mails_before_the_number = _MailsBeforeTheNumber()
takes_numbers_for_numerals = _TakesNumbersForNumerals()
keeps_only_the_first_number = _KeepsOnlyTheFirstNumber()
sends_a_number_for_each_parcel = _SendsANumberForEachParcel()
never_writes_the_carrier = _NeverWritesTheCarrier()
writes_one_carrier_for_all = _WritesOneCarrierForAll()
drops_the_tracking_url = _DropsTheTrackingUrl()
takes_the_first_shipment_for_its_own = _TakesTheFirstShipmentForItsOwn()
keeps_the_old_number = _KeepsTheOldNumber()
corrects_by_another_shipment = _CorrectsByAnotherShipment()
keeps_a_late_number_back = _KeepsALateNumberBack()
mails_a_late_number = _MailsALateNumber()
writes_under_another_carrier = _WritesUnderAnotherCarrier()
