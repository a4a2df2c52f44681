"""What follows from a new order status: dates, notes, mails, a refund."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fbridge_woocommerce.sandbox.records import OrderRecord, Refund
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.tracking_plugins import shown_rows

NOT_YET_ORDERED = frozenset({"pending", "on-hold", "failed", "cancelled"})
MAILS = {
    "completed": ("customer_completed_order", "Completed order"),
    "processing": ("customer_processing_order", "Processing order"),
    "on-hold": ("customer_on_hold_order", "Order on-hold"),
}
UNLISTED_STATUSES = frozenset({"auto-draft", "trash"})


def usable_status(shop: Shop, status: str) -> str:
    """What the data layer makes of a status that was not checked: an unknown one becomes ``pending``."""
    bare = status.removeprefix("wc-")
    return bare if bare in shop.statuses or bare in UNLISTED_STATUSES else "pending"


def change_status(shop: Shop, record: OrderRecord, status: str, *, before: str) -> None:
    """Set a status; ``before`` is the one that the writer has read. The caller holds the lock.

    Any change is allowed. The same status again changes nothing here.
    """
    shop.set_status(record, status)
    if status == before:
        return
    _set_dates(shop, record)
    _mail_customer(shop, record, before)
    shop.add_note(record, f"Order status changed from {_name(shop, before)} to {_name(shop, status)}.")
    if status == "refunded":
        refund_rest(shop, record)


def refund_rest(shop: Shop, record: OrderRecord) -> None:
    """Refund what is not refunded yet, as the store does for an order that becomes ``refunded``."""
    rest = Decimal(shop.body(record)["total"]) - refunded_amount(record)
    if rest > 0:
        add_refund(shop, record, amount=str(rest), reason="Order fully refunded.")


def add_refund(
    shop: Shop,
    record: OrderRecord,
    *,
    amount: str,
    reason: str = "",
    line_items: list[dict[str, Any]] | None = None,
    tax_lines: list[dict[str, Any]] | None = None,
) -> Refund:
    """Keep a refund; one of all that is left makes the order ``refunded``. The caller holds the lock."""
    whole = refunded_amount(record) + Decimal(amount) >= Decimal(shop.body(record)["total"])
    taxes = tax_lines or []
    refund = Refund(
        id=next(shop.order_ids),
        created=shop.now(),
        amount=f"{Decimal(amount):.2f}",
        reason=reason,
        total_tax=taxes[0]["tax_total"] if taxes else "0.00",
        kind="full" if whole else "partial",
        line_items=line_items or [],
        tax_lines=taxes,
    )
    record.refunds.append(refund)
    kind, title = (
        ("refunded", "Refunded order") if whole else ("partially_refunded", "Partially refunded order")
    )
    shop.send_mail(record, f"customer_{kind}_order", title)
    if whole and record.status != "refunded":
        change_status(shop, record, "refunded", before=record.status)
    shop.touch(record)
    return refund


def refunded_amount(record: OrderRecord) -> Decimal:
    """What was given back so far."""
    return sum((Decimal(refund.amount) for refund in record.refunds), Decimal(0))


def _set_dates(shop: Shop, record: OrderRecord) -> None:
    if record.status == "completed":
        record.completed = shop.now()
    # Cash on delivery counts as paid with the delivery, all else with the start of the work.
    paid_with = {"completed"} if shop.body(record)["payment_method"] == "cod" else {"processing", "completed"}
    if record.paid is None and record.status in paid_with:
        record.paid = shop.now()


def _mail_customer(shop: Shop, record: OrderRecord, before: str) -> None:
    if record.status not in MAILS or (record.status != "completed" and before not in NOT_YET_ORDERED):
        return
    send_status_mail(shop, record)


def send_status_mail(shop: Shop, record: OrderRecord) -> None:
    """The mail of the order's status; that of a completed one shows the rows of the tracking plugin."""
    shown = shown_rows(shop, record) if record.status == "completed" else []
    shop.send_mail(record, *MAILS[record.status], tracking=shown)


def _name(shop: Shop, status: str) -> str:
    return shop.statuses.get(status, status)
