"""What follows for an order's state from its rows, and what the shop's staff does to it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from fbridge_magento.sandbox.errors import RestError
from fbridge_magento.sandbox.order_making import grand_total
from fbridge_magento.sandbox.records import ItemRecord, OrderComment, OrderParts, OrderRecord
from fbridge_magento.sandbox.shipping_plan import Rows
from fbridge_magento.sandbox.state import Shop

DEFAULT_STATUS = {"new": "pending"}
AT_REST = frozenset({"canceled", "payment_review", "complete", "closed", "holded"})
UNCANCELABLE = AT_REST


def set_state(record: OrderRecord, state: str) -> None:
    """Set the state with its default status."""
    record.state, record.status = state, DEFAULT_STATUS.get(state, state)


def settle(shop: Shop, record: OrderRecord, parts: OrderParts) -> None:
    """Set the state that Magento finds before it saves an order; only a change moves its date of change.

    It counts shipped pieces of parent and children together, so that a bundle shipped separately is complete
    after its first child (Magento_Sales, ResourceModel/Order/Handler/State).
    """
    before = (record.state, record.status)
    rows = Rows(parts.items)
    if record.state in {"processing", "complete"} and not _can_invoice(rows):
        can_ship = rows.anything_to_ship() and parts.shipping is not None
        if not _can_refund(parts) and not can_ship and parts.shipping is not None:
            set_state(record, "closed")
        elif record.state == "processing" and (not can_ship or _counts_as_shipped(rows)):
            set_state(record, "complete")
    if (record.state, record.status) != before:
        shop.touch(record)


def cancel(shop: Shop, record: OrderRecord) -> bool:
    """Cancel the order; False, and nothing happens, once it is invoiced."""
    parts = shop.parts_to_change(record)
    rows = Rows(parts.items)
    if record.state in UNCANCELABLE or not _can_invoice(rows):
        return False
    for item in rows.items:
        if not rows.is_priced_by_children(item):
            item.canceled = int(min(item.ordered - item.invoiced, rows.to_ship(item)))
        item.updated = shop.now()
    set_state(record, "canceled")
    shop.touch(record)
    return True


def hold(shop: Shop, record: OrderRecord) -> None:
    """Put the order on hold. Raises: RestError (400) when it cannot be."""
    if record.state in AT_REST:
        raise RestError(400, "A hold action is not available.")
    shop.parts_to_change(record)
    record.before_hold = (record.state, record.status)
    set_state(record, "holded")
    shop.touch(record)


def unhold(shop: Shop, record: OrderRecord) -> None:
    """Let it go on. Raises: RestError (400) when it is not on hold."""
    if record.state != "holded" or record.before_hold is None:
        raise RestError(400, "You cannot remove the hold.")
    shop.parts_to_change(record)
    record.state, record.status = record.before_hold
    record.before_hold = None
    shop.touch(record)


def refund(shop: Shop, record: OrderRecord, quantities: Mapping[int, int] | None) -> int:
    """Give back the money of so many pieces of these rows (None: of all), and of the delivery.

    The credit memo's id. Raises: RestError (400) when there is nothing to refund.
    """
    parts = shop.parts_to_change(record)
    wanted = [(item, _refunded_pieces(item, quantities)) for item in parts.items]
    if not parts.invoiced or not any(pieces for _, pieces in wanted):
        raise RestError(
            400, "Creditmemo Document Validation Error(s):\nYou can't create a creditmemo without products."
        )
    money = sum((item.price * pieces for item, pieces in wanted if item.parent_id is None), Decimal(0))
    delivery = parts.shipping_amount - parts.refunded_shipping
    for item, pieces in wanted:
        item.refunded += pieces
        item.updated = shop.now() if pieces else item.updated
    parts.refunded = (parts.refunded or Decimal(0)) + money + delivery
    parts.refunded_shipping += delivery
    words = f"We refunded €{money + delivery:,.2f} offline."
    add_comment(shop, record, words, entity="creditmemo")
    settle(shop, record, parts)
    shop.touch(record)
    return next(shop.creditmemo_ids)


def add_comment(
    shop: Shop,
    record: OrderRecord,
    text: str,
    *,
    notified: int = 0,
    visible: int = 0,
    entity: str | None = None,
) -> None:
    """Write a row of the status history."""
    parts = shop.parts_to_change(record)
    row = OrderComment(next(shop.comment_ids), shop.now(), text, record.status, notified, visible, entity)
    parts.comments.append(row)


def _refunded_pieces(item: ItemRecord, quantities: Mapping[int, int] | None) -> int:
    """Children follow the row that they belong to."""
    left = item.invoiced - item.refunded
    if quantities is None:
        return left
    by_parent = quantities.get(item.parent_id, 0) if item.parent_id is not None else 0
    return min(quantities.get(item.id, by_parent), left)


def _can_invoice(rows: Rows) -> bool:
    return any(
        item.ordered - item.invoiced - item.canceled > 0
        for item in rows.items
        if not rows.is_priced_by_children(item)
    )


def _can_refund(parts: OrderParts) -> bool:
    paid = grand_total(parts) if parts.invoiced else Decimal(0)
    return paid > (parts.refunded or Decimal(0))


def _counts_as_shipped(rows: Rows) -> bool:
    shipped = sum(int(item.shipped) for item in rows.items)
    refunded = sum(item.refunded for item in rows.items if item.kind == "simple")
    ordered = sum(item.ordered for item in rows.items if item.parent_id is None)
    return shipped > 0 and ordered <= refunded + shipped
