"""The receipt of a shipment: what went wrong with it, else why all is well. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import Order
from fbridge.models.problems import Problem, refused_as_it_stands
from fbridge.models.states import MadeBy, OrderStatus, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Well:
    """Why all is well with a shipment: a stable reason, and a sentence where there is more to say."""

    reason: str
    words: str = ""
    outcome: Outcome = Outcome.DONE


SENT = Well(reason="sent")
"""What was asked for was done."""
ALREADY_THERE = Well(reason="already_there", words="The store shows it already; nothing was sent.")
"""Nothing was to be done."""
SHIPPED_ELSEWHERE = Well(
    reason="shipped_elsewhere",
    words="Somebody marked the order as shipped on the store.",
    outcome=Outcome.DONE_ELSEWHERE,
)
"""Goods left by another hand; nothing was sent, or only a missing number."""
PARTIAL_STATUS_LEFT = Well(
    reason="partial_status_left",
    words="The store has no partial shipments: the order's status waits until all has left.",
)
"""Where a number is kept and the status has to wait (C3)."""

ALL_REFUNDED = Problem(
    outcome=Outcome.REFUSED,
    reason="all_refunded",
    words="Everything in this shipment was refunded on the store since it left, so no fulfillment can show it.",
    blocks=False,
)
"""Where a store shows what left by its pieces."""


def refunded_since(fulfillment: Fulfillment) -> Counter[str]:
    """Pieces by line that left with the order's shipments and were refunded since; no more than the store tells."""
    gone: Counter[str] = Counter()
    for shipment in fulfillment.shipments:
        for item in shipment.items:
            gone[item.line_id] += item.quantity
    lines = fulfillment.order.lines
    return +Counter({one.id: min(gone[one.id] - (one.quantity - one.removed), one.removed) for one in lines})


def not_shown(refunded: int) -> str:
    """Beside what was shown of a shipment: so many of its pieces were refunded on the way."""
    return f"Pieces refunded since it left, and not shown: {refunded}."


def shipment_receipt(
    shipment: FulfillmentShipment,
    problem: Problem | None,
    well: Well,
    *,
    effects: Effects,
    made_by: MadeBy,
    holds: StoreHolds | None,
    remote_ids: tuple[str, ...] = (),
    fences: tuple[str, ...] = (),
) -> ShipmentReceipt:
    """A problem is told where there is one, else that all is well; what the store holds is told either way."""
    return ShipmentReceipt(
        shipment_id=shipment.id,
        revision=shipment.revision,
        outcome=problem.outcome if problem else well.outcome,
        reason=problem.reason if problem else well.reason,
        words=problem.words if problem else well.words,
        remote_ids=remote_ids,
        holds=holds,
        effects=effects,
        made_by=made_by,
        not_before=problem.not_before if problem else None,
        rests_on=problem.rests_on if problem else "",
        fences=fences,
    )


def cancelled_or_held(order: Order) -> Problem | None:
    """Why nothing is sent for an order that its store has cancelled or put on hold; None for any other."""
    reasons = {OrderStatus.CANCELLED: "order_cancelled", OrderStatus.ON_HOLD: "on_hold"}
    if order.status not in reasons:
        return None
    words = f"Order {order.number} is {order.remote_status} on the store; it is left as it is."
    return refused_as_it_stands(reasons[order.status], words)
