"""What an order's fulfillment orders say: where its pieces are, which are held, how they leave. Pure.

A fulfillment order that is closed or cancelled counts no more, though it may show remaining pieces: cancelling a
fulfillment leaves it so, beside a new one with the same pieces. The store leaves out those that the token may not
see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fbridge.models.orders import OrderLine
from fbridge.models.states import Delivery

CREATE_FULFILLMENT = "CREATE_FULFILLMENT"
"""The action that says: goods of this fulfillment order may be reported as shipped now."""

_OVER = frozenset({"CLOSED", "CANCELLED"})
_KEPT_BACK = frozenset({"ON_HOLD", "SCHEDULED"})
"""Nothing of it may leave: somebody stopped it, or its day has not come."""

# To a pick-up point (PICKUP_POINT) and on a local delivery (LOCAL) somebody brings the goods.
_PICKUP = frozenset({"PICK_UP", "RETAIL"})
_NO_DELIVERY = "NONE"

FulfillmentOrder = Mapping[str, Any]
"""As :class:`~fbridge_shopify.schemas.FulfillmentOrderPayload` decodes it."""


def open_ones(found: Iterable[FulfillmentOrder]) -> list[FulfillmentOrder]:
    """Those that still count."""
    return [one for one in found if one["status"] not in _OVER]


def is_held(found: Sequence[FulfillmentOrder]) -> bool:
    """Whether nothing of the order may leave now, and something of it is kept back."""
    counting = [one for one in open_ones(found) if _remaining(one)]
    movable = any(CREATE_FULFILLMENT in one["supported_actions"] for one in counting)
    return not movable and any(one["status"] in _KEPT_BACK for one in counting)


def held_pieces(found: Iterable[FulfillmentOrder]) -> Counter[str]:
    """Pieces by line id that are on hold, or scheduled for later."""
    return _pieces(one for one in open_ones(found) if one["status"] in _KEPT_BACK)


def placed_pieces(found: Iterable[FulfillmentOrder]) -> dict[str, Counter[str]]:
    """Pieces still to ship by line id and location, where the store tells the location."""
    placed: dict[str, Counter[str]] = {}
    for one in open_ones(found):
        if one["assigned_location"]:
            for line_id, pieces in _pieces([one]).items():
                placed.setdefault(line_id, Counter())[one["assigned_location"]] += pieces
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


def for_push(found: Iterable[FulfillmentOrder]) -> list[dict[str, Any]]:
    """All of them, JSON-able, as a push wants them back (``Order.adapter_data["fulfillment_orders"]``).

    ``lines`` are [id of its line, id of the order's line, remaining pieces]; ``location`` is "" where it is not told.
    """
    return [
        {
            "id": one["id"],
            "status": one["status"],
            "actions": list(one["supported_actions"]),
            "location": one["assigned_location"],
            "lines": [
                [piece["id"], piece["line_item"], piece["remaining_quantity"]] for piece in one["line_items"]
            ],
            "holds": [
                ": ".join(filter(None, (hold["reason"], hold["reason_notes"])))
                for hold in one["fulfillment_holds"]
            ],
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
