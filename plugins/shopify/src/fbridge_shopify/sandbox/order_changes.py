"""What follows for an order when it is cancelled or pieces of it are given back."""

from __future__ import annotations

from decimal import Decimal

from fbridge_shopify.sandbox.records import ACTIVE, Order, Refund
from fbridge_shopify.sandbox.state import Shop


def cancel_order(shop: Shop, order: Order, reason: str = "CUSTOMER") -> str | None:
    """Cancel it; its fulfillment orders are closed and keep their quantities. A sentence when it cannot be."""
    if order.cancelled is not None:
        return "Cannot cancel an order that has already been canceled"
    if any(one.status == "SUCCESS" for one in order.fulfillments):
        return "Cannot cancel an order that has outstanding fulfillments"
    now = shop.now()
    order.cancelled, order.cancel_reason = now, reason
    order.financial = "VOIDED" if order.financial == "PENDING" else "REFUNDED"
    for one in order.fulfillment_orders:
        if one.status in ACTIVE:
            one.status, one.holds, one.updated = "CLOSED", [], now
    shop.touch(order)
    return None


def give_back(shop: Shop, order: Order, line_id: int, quantity: int) -> None:
    """Refund pieces: those that did not leave yet are taken out of the fulfillment orders.

    Raises: ValueError for more than there are.
    """
    line = order.line(line_id)
    if quantity > line.current:
        raise ValueError(f"Line {line_id} has only {line.current} pieces left.")
    removed = _remove(shop, order, line_id, quantity)
    line.removed += removed
    line.returned += quantity - removed
    amount = (line.total / line.quantity * quantity).quantize(Decimal("0.01"))
    refund_id = shop.new_id("Refund", order.id)
    order.refunds.append(Refund(refund_id, shop.now(), [(line_id, quantity)], amount))
    if order.financial in {"PAID", "PARTIALLY_REFUNDED"}:
        order.financial = "REFUNDED" if order.refunded >= order.total else "PARTIALLY_REFUNDED"
    shop.after_change(order)


def _remove(shop: Shop, order: Order, line_id: int, quantity: int) -> int:
    left = quantity
    for one in order.fulfillment_orders:
        for line in one.lines if one.status in ACTIVE else ():
            if line.line_id == line_id and left:
                taken = min(left, line.remaining)
                line.total -= taken
                line.remaining -= taken
                left -= taken
        if one.status in ACTIVE and not any(line.remaining for line in one.lines):
            one.status, one.updated = "CLOSED", shop.now()
    return quantity - left
