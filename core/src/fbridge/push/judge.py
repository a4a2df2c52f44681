"""Recovery: what became of a write without an answer, judged from what the store shows (pure).

The ground is the baseline read before the first write; the evidence is our mark or our numbers among what is
new since then. Where that proves nothing, a person decides (promise 1).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from fbridge.models.fulfillments import Baseline, FulfillmentShipment, Item
from fbridge.models.orders import Order, StoreShipment
from fbridge.models.states import FulfillmentState, OrderStatus


class Proof(StrEnum):
    """What the store proves of one shipment."""

    THERE = "there"
    PARTLY_THERE = "partly_there"
    ABSENT = "absent"
    UNPROVABLE = "unprovable"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A finding with its evidence in words, and the remote ids that are ours.

    ``mailed``: whether the customer was mailed about what is ours; None where the store leaves no trace of it.
    """

    proof: Proof
    words: str
    remote_ids: tuple[str, ...] = ()
    mailed: bool | None = None


def snapshot(order: Order) -> str:
    """A fingerprint of all that recovery looks at: two reads agree when it is equal.

    When the order was saved last is not in it: a module may save it at every read.
    """
    lines = [(line.id, line.quantity, line.removed, line.shipped) for line in order.lines]
    seen = (order.status, order.remote_status, lines, order.shipments)
    return hashlib.blake2b(repr(seen).encode(), digest_size=16).hexdigest()


def take_baseline(order: Order) -> Baseline:
    """What the store holds now, before a first write."""
    return Baseline(
        entries=tuple(entry for shipment in order.shipments for entry in _entries(shipment)),
        remaining=remaining_items(order),
        remote_status=order.remote_status,
    )


def remaining_items(order: Order) -> tuple[Item, ...]:
    """What the store shows as still to be shipped, line by line."""
    return tuple(Item(line_id=line.id, quantity=line.remaining) for line in order.lines if line.shippable)


def judge(
    shipment: FulfillmentShipment,
    order: Order,
    *,
    siblings: Collection[FulfillmentShipment],
    completes_order: bool,
    notify: bool = False,
) -> Verdict:
    """Judge one unconfirmed shipment from its order as the store shows it now.

    ``siblings`` are the order's other shipments that have left. ``completes_order``: the order was to become
    fulfilled with this push. ``notify``: the customer was to be mailed.
    """
    ours = _ours(shipment, order, siblings)
    if ours:
        mailed = _mailed(ours)
        lacking = _lacking(shipment, order, ours) or _lacking_of_order(
            complete=order.status is OrderStatus.CLOSED or not completes_order,
            mailed=mailed is not False or not notify or shipment.acknowledged is not None,
        )
        return _found(ours, lacking, mailed)
    if shipment.acknowledged is not None:
        return Verdict(proof=Proof.ABSENT, words="the store still shows the former revision")
    if completes_order and order.status is OrderStatus.CLOSED:
        return _closed_without_us(shipment, order)
    return _nothing_of_ours(shipment, order, siblings)


def _ours(
    shipment: FulfillmentShipment, order: Order, siblings: Collection[FulfillmentShipment]
) -> tuple[StoreShipment, ...]:
    """What carries our mark, and what is new and carries one of our numbers."""
    numbers = (*shipment.numbers, *shipment.former_numbers)
    new = {key for key, _ in _strange_entries(shipment, order, siblings, numbers=numbers)}
    marks = {shipment.id, *shipment.fences}
    return tuple(s for s in order.shipments if s.mark in marks or s.remote_id in new)


def _strange_entries(
    shipment: FulfillmentShipment,
    order: Order,
    siblings: Collection[FulfillmentShipment],
    *,
    numbers: Collection[str] | None = None,
) -> list[tuple[str, str]]:
    """The pairs (remote id, number) that are new since the baseline and no sibling's; with ``numbers`` only those
    that carry one of them."""
    before = set(shipment.baseline.entries) if shipment.baseline else set()
    sibling_marks = {mark for sibling in siblings for mark in (sibling.id, *sibling.fences)}
    sibling_entries = {
        (key, number)
        for s in siblings
        for key in s.remote_ids
        for number in (*s.numbers, *s.former_numbers, *s.acknowledged_numbers, "")
    }
    return [
        entry
        for one in order.shipments
        if one.mark not in sibling_marks
        for entry in _entries(one)
        if entry not in before | sibling_entries and (numbers is None or entry[1] in numbers)
    ]


def _entries(shipment: StoreShipment) -> list[tuple[str, str]]:
    return [(shipment.remote_id, number) for number in shipment.numbers or ("",)]


def _mailed(ours: tuple[StoreShipment, ...]) -> bool | None:
    traces = {one.mailed for one in ours}
    if True in traces:
        return True
    return None if None in traces else False


def _found(ours: tuple[StoreShipment, ...], lacking: str, mailed: bool | None) -> Verdict:
    return Verdict(
        proof=Proof.PARTLY_THERE if lacking else Proof.THERE,
        words=f"the store shows the shipment, but {lacking}"
        if lacking
        else "the store shows the shipment as sent",
        remote_ids=tuple(one.remote_id for one in ours),
        mailed=mailed,
    )


def _lacking_of_order(*, complete: bool, mailed: bool) -> str:
    if not complete:
        return "the order's status is still to be set"
    return "" if mailed else "the customer is still to be mailed"


def _lacking(shipment: FulfillmentShipment, order: Order, ours: tuple[StoreShipment, ...]) -> str:
    shown = {number for s in ours for number in s.numbers}
    missing = [number for number in shipment.numbers if number not in shown]
    if missing:
        return f"not the number {', '.join(missing)}"
    stale = dict.fromkeys(n for s in ours for n in s.numbers if shipment.replaces(s.remote_id, n))
    if stale:
        return f"still the former number {', '.join(stale)}"
    held: Counter[str] = Counter()
    for one in ours:
        for line_id, quantity in one.lines:
            held[line_id] += quantity
    removed = {line.id: line.removed for line in order.lines}
    short = [
        item.line_id
        for item in shipment.items
        if held and held[item.line_id] + removed.get(item.line_id, 0) < item.quantity
    ]
    return f"less of line {', '.join(short)} than left" if short else ""


def _closed_without_us(shipment: FulfillmentShipment, order: Order) -> Verdict:
    if shipment.numbers:
        words = f"the order is {order.remote_status!r} on the store, but without its number"
        return Verdict(proof=Proof.PARTLY_THERE, words=words)
    words = f"the order is {order.remote_status!r} on the store, as it should be"
    return Verdict(proof=Proof.THERE, words=words)


def _nothing_of_ours(
    shipment: FulfillmentShipment, order: Order, siblings: Collection[FulfillmentShipment]
) -> Verdict:
    strangers = sorted({key for key, _ in _strange_entries(shipment, order, siblings)})
    unmarked = any(one.mark is None for one in order.shipments if one.remote_id in strangers)
    if order.marks or (shipment.fences and not unmarked):
        # Behind a fence, too: it could only have been made with the fence for its mark.
        return Verdict(proof=Proof.ABSENT, words="the store shows no shipment with our mark")
    if strangers:
        words = f"the store has shipments that fbridge cannot tell from its own: {', '.join(strangers)}"
        return Verdict(proof=Proof.UNPROVABLE, words=words)
    if shipment.baseline is None:
        untouched = order.fulfillment_state is FulfillmentState.UNFULFILLED
    else:
        untouched = remaining_items(order) == shipment.baseline.remaining
    if not untouched:
        words = (
            "quantities on the store have changed since the first try, and no number or mark tells by whom"
        )
        return Verdict(proof=Proof.UNPROVABLE, words=words)
    return Verdict(proof=Proof.ABSENT, words="the store shows nothing of it")
