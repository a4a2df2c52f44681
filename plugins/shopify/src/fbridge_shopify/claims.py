"""Which of the fulfillments that the store shows belong to which shipment. Pure.

Shopify keeps no mark of ours: a fulfillment is told by the id that an earlier answer gave, by the fulfillment order
that was set apart for it (its fence), or by its tracking number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.orders import Order, StoreShipment
from fbridge_shopify.allocation import Pieces, pieces_of

Claims: TypeAlias = dict[str, list[StoreShipment]]
"""By the id of the shipment; one fulfillment may belong to several shipments where a person made it."""


def claims_of(fulfillment: Fulfillment) -> Claims:
    """What each shipment of the order, those that are done included, has on the store."""
    claims: Claims = {shipment.id: [] for shipment in fulfillment.shipments}
    rest = []
    for entry in fulfillment.order.shipments:
        owners = _known_owners(entry, fulfillment.shipments)
        for owner in owners:
            claims[owner.id].append(entry)
        if not owners:
            rest.append(entry)
    for entry in rest:
        numbered = _owner_by_number(entry, fulfillment.shipments, claims)
        if numbered is not None:
            claims[numbered.id].append(entry)
    return claims


def unclaimed(fulfillment: Fulfillment, claims: Claims) -> list[StoreShipment]:
    """What somebody else made."""
    claimed = {entry.remote_id for entries in claims.values() for entry in entries}
    return [entry for entry in fulfillment.order.shipments if entry.remote_id not in claimed]


def shown(entries: Iterable[StoreShipment]) -> Pieces:
    """The pieces that these fulfillments show."""
    return pieces_of(line for entry in entries for line in entry.lines)


def wanted_by(shipment: FulfillmentShipment) -> Pieces:
    """The pieces that left with a shipment."""
    return pieces_of((item.line_id, item.quantity) for item in shipment.items)


def may_be_last(fulfillment: Fulfillment) -> bool:
    """Whether with these shipments all goods may have left that are ours to ship, as far as the order alone tells."""
    known, new = Counter[str](), Counter[str]()
    for one in fulfillment.shipments:
        (new if one.acknowledged is None and not one.remote_ids else known).update(wanted_by(one))
    return all(
        max(line.shipped, known[line.id]) + new[line.id] >= line.due - line.held
        for line in fulfillment.order.lines
    )


def digital_pieces(order: Order) -> Pieces:
    """What is still to be fulfilled of an order and no carrier takes."""
    left = {
        line.id: line.quantity - line.removed - line.shipped for line in order.lines if not line.shippable
    }
    return +Counter(left)


def is_proved_by_number(shipment: FulfillmentShipment, fulfillment: Fulfillment) -> bool:
    """Whether a fulfillment with one of its numbers could be no other's: siblings may share a waybill."""
    siblings = (one for one in fulfillment.shipments if one.id != shipment.id)
    others = {number for one in siblings for number in (*one.numbers, *one.former_numbers)}
    return not others.issuperset(shipment.numbers)


def _known_owners(
    entry: StoreShipment, shipments: Sequence[FulfillmentShipment]
) -> list[FulfillmentShipment]:
    by_id = [one for one in shipments if entry.remote_id in one.remote_ids]
    return by_id or [one for one in shipments if entry.mark in one.fences]


def _owner_by_number(
    entry: StoreShipment, shipments: Sequence[FulfillmentShipment], claims: Claims
) -> FulfillmentShipment | None:
    """The first whose number it carries and that still lacks pieces of it on the store; rather one that wants the
    number than one that had it before."""
    lacking = [one for one in shipments if (wanted_by(one) - shown(claims[one.id])) & pieces_of(entry.lines)]
    wanting = (one for one in lacking if set(one.numbers).intersection(entry.numbers))
    former = (
        one for one in lacking if any(one.replaces(entry.remote_id, number) for number in entry.numbers)
    )
    return next(wanting, None) or next(former, None)
