"""Core fulfillments (WooCommerce 10.1 and later, off by default): their meta data, and what to write. Pure.

One fulfillment is one shipment, marked by its UUID in a meta key of our own, which reads back in the list. It has
one field for the number: several are joined, and split again when read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from fbridge.adapterkit.payloads import UnreadableError, at, identity, moment, named, objects, pieces, text
from fbridge.models.fulfillments import FulfillmentShipment, Item, ResolvedCarrier
from fbridge.models.orders import Order, StoreShipment
from fbridge_woocommerce.carriers import OTHER
from fbridge_woocommerce.schemas import meta

MARK = "_fbridge_shipment"
SEPARATOR = ", "
FULFILLED = "fulfilled"

Meta = dict[str, Any]


def store_shipment(fulfillment: Mapping[str, Any]) -> StoreShipment | None:
    """A fulfillment as the core sees it; None for a draft, of which nothing has left.

    Raises: UnreadableError where it does not tell what has left.
    """
    if at("fulfillments.status", named, fulfillment.get("status")) != FULFILLED:
        return None
    meta = meta_of(fulfillment)
    lines = tuple(_items(meta))
    if not lines:
        raise UnreadableError("fulfillments._items: is missing.")
    return StoreShipment(
        remote_id=at("fulfillments.id", identity, fulfillment.get("id")),
        mark=text(meta.get(MARK)) or None,
        numbers=split_numbers(meta.get("_tracking_number")),
        carrier=_carrier(meta),
        lines=lines,
        created_at=moment(meta.get("_date_fulfilled")),
    )


def meta_of(fulfillment: Mapping[str, Any]) -> Meta:
    """``meta_data`` as a dict."""
    return meta(fulfillment.get("meta_data"))


def meta_list(meta: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A dict as ``meta_data``."""
    return [{"key": key, "value": value} for key, value in meta.items()]


def split_numbers(value: Any) -> tuple[str, ...]:
    """The numbers in the one field."""
    return tuple(number.strip() for number in text(value).split(SEPARATOR.strip()) if number.strip())


def joined(numbers: Iterable[str]) -> str:
    """Several numbers for the one field."""
    return SEPARATOR.join(numbers)


def fulfilled_quantities(shipments: Iterable[StoreShipment]) -> Counter[str]:
    """How many pieces of each line the store's fulfillments hold."""
    quantities: Counter[str] = Counter()
    for shipment in shipments:
        for line_id, quantity in shipment.lines:
            quantities[line_id] += quantity
    return quantities


def meta_for(shipment: FulfillmentShipment) -> Meta:
    """The meta data that a shipment's fulfillment shall have. The link is not made by the store: it is sent."""
    return {
        "_items": [{"item_id": int(item.line_id), "qty": item.quantity} for item in shipment.items],
        "_tracking_number": joined(shipment.numbers),
        "_tracking_url": next((entry.url for entry in shipment.tracking if entry.url), ""),
        **_provider(shipment.carrier),
        MARK: shipment.id,
    }


def _provider(carrier: ResolvedCarrier | None) -> Meta:
    if carrier is None:
        return {}
    if carrier.site_code and carrier.site_code != OTHER:
        return {"_shipment_provider": carrier.site_code}
    return {"_shipment_provider": OTHER, "_provider_name": carrier.label}


def corrected_meta(before: Mapping[str, Any], shipment: FulfillmentShipment, numbers: Sequence[str]) -> Meta:
    """The whole meta data for a change: the store deletes the keys that a PUT leaves out.

    Without a carrier the tracking that is there is left.
    """
    wanted = meta_for(shipment)
    if shipment.carrier is None:
        return {**before, "_items": wanted["_items"], MARK: shipment.id}
    if _pieces(shipment) <= Counter(dict(_items(before))):
        wanted["_items"] = before["_items"]  # what was refunded after it was sent stays in it
    kept = {key: value for key, value in before.items() if key != "_provider_name"}
    return with_numbers({**kept, **wanted}, numbers)


def with_numbers(before: Mapping[str, Any], numbers: Sequence[str]) -> Meta:
    """The whole meta data of a fulfillment with these numbers in its one field."""
    return {**before, "_tracking_number": joined(numbers)}


def numbers_with(entry: StoreShipment, shipment: FulfillmentShipment) -> tuple[str, ...]:
    """What a fulfillment shall show: other people's numbers and the shipment's, without its former ones."""
    if shipment.carrier is None:
        return entry.numbers
    kept = [number for number in entry.numbers if not shipment.replaces(entry.remote_id, number)]
    return tuple(dict.fromkeys((*kept, *shipment.numbers)))


class Act(Enum):
    """What brings a shipment onto the store."""

    NOTHING = "nothing"
    CREATE = "create"
    CORRECT = "correct"
    ADD_NUMBERS = "add_numbers"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class FulfillmentPlan:
    """What to do for one shipment.

    ``remote_id`` is the fulfillment to change or found to hold it, ``numbers`` are all that it shall show.
    """

    act: Act
    remote_id: str | None = None
    numbers: tuple[str, ...] = ()


def plan_fulfillment(order: Order, shipment: FulfillmentShipment) -> FulfillmentPlan:
    """Find the shipment on the store by our mark, else by its numbers in what others made, else make it.

    Where somebody else's fulfillments already hold its pieces, another one would count them twice: a missing
    number is added to theirs. The store does not validate quantities, so what does not fit is refused here.
    ``shipment`` is what is left of it: :func:`without_refunded`.
    """
    ours = next((entry for entry in order.shipments if entry.mark == shipment.id), None)
    if ours is not None:
        numbers = numbers_with(ours, shipment)
        act = Act.NOTHING if _shows(ours, shipment, numbers) else Act.CORRECT
        return FulfillmentPlan(act, ours.remote_id, numbers)
    entered = {number: entry for entry in order.shipments if not entry.mark for number in entry.numbers}
    missing = tuple(number for number in shipment.numbers if number not in entered)
    theirs = _holding(order.shipments, shipment)
    if shipment.numbers and not missing:
        theirs = entered[shipment.numbers[0]]
    elif _fits(order, shipment):
        return FulfillmentPlan(Act.CREATE)
    if theirs is None:
        return FulfillmentPlan(Act.REFUSE)
    if not missing and not any(shipment.replaces(theirs.remote_id, number) for number in theirs.numbers):
        return FulfillmentPlan(Act.NOTHING, theirs.remote_id)
    return FulfillmentPlan(Act.ADD_NUMBERS, theirs.remote_id, numbers_with(theirs, shipment))


def without_refunded(order: Order, shipment: FulfillmentShipment) -> FulfillmentShipment:
    """The shipment with what is left of it: pieces that were refunded since it left are not counted as sent.

    No more is taken off than was refunded: what another hand has shipped of it, or what never was there, stays in.
    """
    lines = {line.id: line for line in order.lines}
    siblings = fulfilled_quantities(one for one in order.shipments if one.mark and one.mark != shipment.id)

    def left(item: Item) -> int:
        line = lines.get(item.line_id)
        if line is None:
            return item.quantity
        free = line.quantity - line.removed - siblings[item.line_id]
        return max(min(item.quantity, free), item.quantity - line.removed, 0)

    items = (replace(item, quantity=left(item)) for item in shipment.items)
    return replace(shipment, items=tuple(item for item in items if item.quantity))


def _shows(found: StoreShipment, shipment: FulfillmentShipment, numbers: Sequence[str]) -> bool:
    return (
        set(found.numbers) == set(numbers)
        and (shipment.carrier is None or found.carrier == _carrier(meta_for(shipment)))
        and bool(found.lines)
        and _pieces(shipment) <= Counter(dict(found.lines))
    )


def _fits(order: Order, shipment: FulfillmentShipment) -> bool:
    held = fulfilled_quantities(order.shipments)
    due = {line.id: line.quantity - line.removed for line in order.lines}
    return all(held[line_id] + count <= due.get(line_id, 0) for line_id, count in _pieces(shipment).items())


def _pieces(shipment: FulfillmentShipment) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for item in shipment.items:
        pieces[item.line_id] += item.quantity
    return pieces


def _holding(entries: Sequence[StoreShipment], shipment: FulfillmentShipment) -> StoreShipment | None:
    """Somebody else's fulfillment with goods of ours, rather one without a number."""
    lines = {item.line_id for item in shipment.items}
    theirs = [entry for entry in entries if not entry.mark and lines & {line for line, _ in entry.lines}]
    return min(theirs, key=lambda entry: len(entry.numbers), default=None)


def _carrier(meta: Mapping[str, Any]) -> str:
    key = text(meta.get("_shipment_provider"))
    return text(meta.get("_provider_name")) if key == OTHER else key


def _items(meta: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    for item in at("fulfillments._items", objects, meta.get("_items")):
        line_id = at("fulfillments._items.item_id", identity, item.get("item_id"))
        yield line_id, at("fulfillments._items.qty", pieces, item.get("qty"))
