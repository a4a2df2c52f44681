"""What an order's fulfillment orders say: where its pieces are, which are kept back, how they leave. Pure.

A fulfillment order that is closed or cancelled counts no more, though it may show remaining pieces: cancelling a
fulfillment leaves it so, beside a new one with the same pieces. The store leaves out those that the token may not
see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from fbridge.models.orders import OrderLine
from fbridge.models.states import Delivery

EVERY_SERVICE = "*"
CREATE_FULFILLMENT = "CREATE_FULFILLMENT"
"""The action that says: goods of this fulfillment order may be reported as shipped now."""

_OVER = frozenset({"CLOSED", "CANCELLED"})
_ON_HOLD, _SCHEDULED = "ON_HOLD", "SCHEDULED"
_STATUSES = _OVER | {"OPEN", "IN_PROGRESS", "INCOMPLETE", _ON_HOLD, _SCHEDULED}
_KEPT_BACK = frozenset({_ON_HOLD, _SCHEDULED})
"""Nothing of it may leave: somebody stopped it, or its day has not come."""

_ASKED_OF_SERVICES = frozenset({"REQUEST_FULFILLMENT", "REQUEST_CANCELLATION"})
"""What can be asked only where a fulfillment service has the goods."""

# To a pick-up point (PICKUP_POINT) and on a local delivery (LOCAL) somebody brings the goods.
_PICKUP = frozenset({"PICK_UP", "RETAIL"})
_NO_DELIVERY = "NONE"
_DELIVERIES = _PICKUP | {_NO_DELIVERY, "SHIPPING", "LOCAL", "PICKUP_POINT", ""}

_COLLECTED = "the customer collects them"
_NOT_SHOWN = (
    "the store does not show this app from where they leave: somebody else ships them (a fulfillment service), or "
    "the app lacks a scope"
)

FulfillmentOrder = Mapping[str, Any]
"""As :class:`~fbridge_shopify.schemas.FulfillmentOrderPayload` decodes it."""


def open_ones(found: Iterable[FulfillmentOrder]) -> list[FulfillmentOrder]:
    """Those that still count."""
    return [one for one in found if one["status"] not in _OVER]


def service_of(one: FulfillmentOrder, own_services: Collection[str] = ()) -> str:
    """The fulfillment service that has the goods and ships them itself; "" where they are ours to ship.

    ``own_services`` are names or numbers of locations, in any case, of which the user says that they are his;
    ``*`` are all.
    """
    place = one["assigned_location"]
    if not place.service and _ASKED_OF_SERVICES.isdisjoint(one["supported_actions"]):
        return ""
    if is_own(place.id, place.name, own=own_services):
        return ""
    return place.name or place.id or "a fulfillment service"


def is_own(*names: str, own: Collection[str]) -> bool:
    """Whether the user says of a service that it is his; it goes by any of these names."""
    known = {name.strip().casefold() for name in own}
    return not known.isdisjoint({EVERY_SERVICE, *(name.casefold() for name in names)})


def is_held(found: Sequence[FulfillmentOrder], own_services: Collection[str] = ()) -> bool:
    """Whether nothing of the order may leave with us now, and something of it is on hold or for a later day."""
    counting = [one for one in open_ones(found) if _remaining(one) and not service_of(one, own_services)]
    movable = any(CREATE_FULFILLMENT in one["supported_actions"] for one in counting)
    return not movable and any(one["status"] in _KEPT_BACK for one in counting)


def kept_back(
    found: Sequence[FulfillmentOrder], remaining: Mapping[str, int], own_services: Collection[str] = ()
) -> dict[str, tuple[int, str]]:
    """How many pieces may not leave with us, and why, by line id; lines of which all may leave are not in it.

    ``remaining`` is what the store would still ship of each line; what of it is in no fulfillment order is not ours.
    """
    counts: Counter[str] = Counter()
    reasons: dict[str, dict[str, None]] = {}
    seen: Counter[str] = Counter()
    collected = collected_ones(found)
    for one in open_ones(found):
        pieces = _pieces([one])
        seen += pieces
        why = _COLLECTED if one["id"] in collected else why_kept_back(one, own_services)
        if why:
            counts += pieces
            for line_id in +pieces:
                reasons.setdefault(line_id, {})[why] = None
    for line_id, unseen in (Counter(remaining) - seen).items():
        counts[line_id] += unseen
        reasons.setdefault(line_id, {})[_NOT_SHOWN] = None
    return {line_id: (count, "; ".join(reasons[line_id])) for line_id, count in counts.items()}


def collected_ones(found: Sequence[FulfillmentOrder]) -> frozenset[str]:
    """The ids of those whose goods the customer collects, of an order of which a carrier takes others, or took them:
    pieces of one line may be among both."""
    collected = {one["id"] for one in found if one["delivery_method"] in _PICKUP}
    sent = any(one["delivery_method"] not in _PICKUP | {_NO_DELIVERY} for one in found)
    return frozenset(collected) if sent else frozenset()


def unknown_values(found: Iterable[FulfillmentOrder]) -> list[str]:
    """States and ways of delivery that fbridge does not know, each once, whatever actions Shopify allows there."""
    counting = open_ones(found)
    states = {one["status"] for one in counting} - _STATUSES
    return sorted(states | {one["delivery_method"] for one in counting} - _DELIVERIES)


def why_kept_back(one: FulfillmentOrder, own_services: Collection[str] = ()) -> str:
    """Why goods of this one may not leave with us now, in words; "" where they may."""
    service = service_of(one, own_services)
    if service:
        return f"{service} ships them, a fulfillment service"
    if one["status"] == _ON_HOLD:
        return ": ".join(filter(None, ("on hold", "; ".join(holds_of(one)))))
    if one["status"] == _SCHEDULED:
        day = one["fulfill_at"]
        return f"scheduled for {day:%Y-%m-%d}" if day else "scheduled for later"
    if CREATE_FULFILLMENT not in one["supported_actions"]:
        return f"not to be fulfilled by this app now ({one['status']})"
    return ""


def holds_of(one: FulfillmentOrder) -> list[str]:
    """The reasons of its holds, with what somebody wrote to them."""
    return [
        ": ".join(filter(None, (hold["reason"], hold["reason_notes"]))) for hold in one["fulfillment_holds"]
    ]


def placed_pieces(
    found: Sequence[FulfillmentOrder], own_services: Collection[str] = ()
) -> dict[str, Counter[str]]:
    """Pieces that may leave with us now by line id and location, where the store tells the location."""
    placed: dict[str, Counter[str]] = {}
    collected = collected_ones(found)
    for one in open_ones(found):
        place = one["assigned_location"].label
        if place and one["id"] not in collected and not why_kept_back(one, own_services):
            for line_id, pieces in _pieces([one]).items():
                placed.setdefault(line_id, Counter())[place] += pieces
    return placed


def are_missing(found: Iterable[FulfillmentOrder], lines: Iterable[OrderLine]) -> bool:
    """Whether pieces that the store would still ship are in no fulfillment order that the token may see."""
    seen = _pieces(open_ones(found))
    return any(line.remaining > seen[line.id] for line in lines)


def delivery_of(found: Sequence[FulfillmentOrder], *, needs_shipping: bool) -> Delivery:
    """How the goods leave; of an order that is done, how they left."""
    counting = open_ones(found) or found
    methods = {one["delivery_method"] for one in counting if one["delivery_method"]}
    if not methods:
        return Delivery.SHIP if needs_shipping else Delivery.NONE
    if methods <= {_NO_DELIVERY}:
        return Delivery.NONE
    return Delivery.PICKUP if methods <= _PICKUP | {_NO_DELIVERY} else Delivery.SHIP


def for_push(found: Sequence[FulfillmentOrder], own_services: Collection[str] = ()) -> list[dict[str, Any]]:
    """All of them, JSON-able, as a push wants them back (``Order.adapter_data["fulfillment_orders"]``).

    ``lines`` are [id of its line, id of the order's line, remaining pieces]; ``location`` is "" where it is not told,
    ``service`` where the goods are ours to ship. ``collected``: the customer comes for them.
    """
    collected = collected_ones(found)
    return [
        {
            "id": one["id"],
            "status": one["status"],
            "actions": list(one["supported_actions"]),
            "location": one["assigned_location"].label,
            "service": service_of(one, own_services),
            "collected": one["id"] in collected,
            "lines": [
                [piece["id"], piece["line_item"], piece["remaining_quantity"]] for piece in one["line_items"]
            ],
            "holds": holds_of(one),
        }
        for one in found
    ]


def _pieces(found: Iterable[FulfillmentOrder]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for one in found:
        for piece in one["line_items"]:
            pieces[piece["line_item"]] += piece["remaining_quantity"]
    return pieces


def _remaining(one: FulfillmentOrder) -> int:
    return sum(piece["remaining_quantity"] for piece in one["line_items"])
