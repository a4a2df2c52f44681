"""Goods that somebody else shipped on the store: when our number may be added there. Pure.

A number is never written under somebody else's carrier, nor onto goods that left with another one (C14): the
customer would follow a parcel at a carrier that has never seen it.
"""

from __future__ import annotations

from collections.abc import Iterable

from fbridge.adapterkit.receipts import Well
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, ResolvedCarrier
from fbridge.models.orders import StoreShipment
from fbridge.models.problems import Problem
from fbridge.models.states import OrderStatus, Outcome

OTHER_CARRIER = "other_carrier"
"""The reason where the parcel left with another carrier than ours."""


def other_carrier(carrier: ResolvedCarrier | None, named: Iterable[str]) -> str:
    """The first of the carriers ``named`` by somebody else that is not this one; "" where there is none."""
    ours = (
        {_plain(name) for name in (carrier.code, carrier.label, carrier.site_code or "")}
        if carrier
        else set()
    )
    return next((name for name in named if name.strip() and _plain(name) not in ours), "")


def carrier_of_others(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> str:
    """The other carrier that the store names for goods that somebody else has shipped; "" where there is none.

    Only an order that is finished on the store is looked at: until then its goods are still ours to ship.
    """
    order = fulfillment.order
    if not shipment.numbers or order.status is not OrderStatus.CLOSED:
        return ""
    goods = {item.line_id for item in shipment.items}
    theirs = (one for one in of_others(fulfillment) if _tells_of(one, goods))
    return other_carrier(shipment.carrier, (one.carrier for one in theirs))


def _tells_of(shown: StoreShipment, goods: set[str]) -> bool:
    """Whether it can be about these goods; without goods and number it is no word of who shipped them."""
    return not goods.isdisjoint(key for key, _ in shown.lines) if shown.lines else bool(shown.numbers)


def left_to_others(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> str:
    """The other carrier of goods that a push has left to somebody else, and that a correction is about now.

    The store was told nothing of such a shipment, so nothing there is its own. "" where something is, or where the
    store names no other carrier.
    """
    shown = fulfillment.order.shipments
    if shipment.acknowledged is None or any(_is_of(shipment, one) for one in shown):
        return ""
    return carrier_of_others(shipment, fulfillment)


def _is_of(shipment: FulfillmentShipment, shown: StoreShipment) -> bool:
    ids = {shipment.id, *shipment.fences, *shipment.remote_ids}
    return not ids.isdisjoint((shown.mark, shown.remote_id)) or not _numbers_of([shipment]).isdisjoint(
        shown.numbers
    )


def numbers_of_others(shown: StoreShipment, shipments: Iterable[FulfillmentShipment]) -> set[str]:
    """The numbers of one record of the store that none of these shipments has or had: somebody else's."""
    return set(shown.numbers) - _numbers_of(shipments)


def _numbers_of(shipments: Iterable[FulfillmentShipment]) -> set[str]:
    return {
        number
        for one in shipments
        for number in (*one.numbers, *one.former_numbers, *one.acknowledged_numbers)
    }


def of_others(fulfillment: Fulfillment) -> list[StoreShipment]:
    """What the store shows of the order and none of its shipments is known to have made, or carries a number of."""
    return [
        shown
        for shown in fulfillment.order.shipments
        if not any(_is_of(one, shown) for one in fulfillment.shipments)
    ]


def words_about(name: str) -> str:
    """What is told where the number stays with fbridge."""
    return (
        f"The store shows these goods as shipped by somebody else with the carrier {name}, so our number is not "
        "added there."
    )


def left_with(name: str) -> Well:
    """All is well with goods that left with another carrier: nothing is written."""
    return Well(reason=OTHER_CARRIER, words=words_about(name), outcome=Outcome.DONE_ELSEWHERE)


def not_added(name: str) -> Problem:
    """Why a number that came later is not added there."""
    return Problem(outcome=Outcome.REFUSED, reason=OTHER_CARRIER, words=words_about(name))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
