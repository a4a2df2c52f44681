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
    theirs = (one for one in of_others(fulfillment) if not one.lines or goods & {key for key, _ in one.lines})
    return other_carrier(shipment.carrier, (one.carrier for one in theirs))


def of_others(fulfillment: Fulfillment) -> list[StoreShipment]:
    """What the store shows of the order and none of its shipments is known to have made, or carries a number of."""
    ours, numbers = set(), set()
    for one in fulfillment.shipments:
        ours |= {one.id, *one.fences, *one.remote_ids}
        numbers |= {*one.numbers, *one.former_numbers, *one.acknowledged_numbers}
    return [
        one
        for one in fulfillment.order.shipments
        if not ours & {one.mark, one.remote_id} and not numbers.intersection(one.numbers)
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
