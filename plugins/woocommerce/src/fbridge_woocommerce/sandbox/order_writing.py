"""Writes to one order: what PUT, POST, PATCH and an item of a batch have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fbridge_woocommerce.sandbox import pace
from fbridge_woocommerce.sandbox.calls import is_true, php_int
from fbridge_woocommerce.sandbox.errors import (
    RestError,
    invalid_parameter,
    not_in_enum,
    unknown_order_for_writing,
)
from fbridge_woocommerce.sandbox.records import OrderRecord
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.status_changes import change_status, usable_status

PLAIN_FIELDS = ("customer_note", "payment_method", "payment_method_title", "transaction_id")
ADDRESSES = ("billing", "shipping")


def check_status_parameter(shop: Shop, changes: Mapping[str, Any]) -> None:
    """What the schema of a single write refuses; a batch does not look. Raises: RestError (400)."""
    if "status" not in changes:
        return
    status = changes["status"]
    if not isinstance(status, str):
        raise invalid_parameter("status", "status is not of type string.", "rest_invalid_type")
    allowed = ("auto-draft", *shop.statuses)
    if status not in allowed:
        raise not_in_enum("status", "status", allowed)


def write_order(shop: Shop, changes: Mapping[str, Any]) -> OrderRecord:
    """Apply ``changes`` to the order named by their ``id``. Unknown fields change nothing, but the date of
    change.

    Raises: RestError (400) for an unknown order or line.
    """
    record = shop.orders.get(php_int(changes.get("id")))
    if record is None:
        raise unknown_order_for_writing()
    before = record.status  # read before the wait and without the lock, see Shop
    status = usable_status(shop, str(changes["status"])) if changes.get("status") else before
    shop.pace.wait(pace.ORDER_WRITE + (pace.STATUS_CHANGE if status != before else 0))
    with shop.lock:
        mails = len(shop.mails)
        _apply(shop, record, changes)
        # A status that was not asked for is still saved as it was read.
        if status != before:
            change_status(shop, record, status, before=before)
        shop.touch(record)
        mails = len(shop.mails) - mails
    shop.pace.wait_for_mails(mails)
    return record


def _apply(shop: Shop, record: OrderRecord, changes: Mapping[str, Any]) -> None:
    _check_lines(shop, record, changes.get("line_items"))
    for name in PLAIN_FIELDS:
        if name in changes:
            shop.body_to_change(record)[name] = str(changes[name])
    for name in ADDRESSES:
        if isinstance(changes.get(name), dict):
            body = shop.body_to_change(record)
            body[name] = body[name] | {
                key: value for key, value in changes[name].items() if key in body[name]
            }
    for row in changes.get("meta_data") or ():
        if isinstance(row, dict) and "key" in row:
            shop.set_meta(record, str(row["key"]), row.get("value"))
    if is_true(changes.get("set_paid")) and record.paid is None:
        record.paid = shop.now()


def _check_lines(shop: Shop, record: OrderRecord, lines: Any) -> None:
    known = {line["id"] for line in shop.body(record)["line_items"]} if lines else set()
    for line in lines or ():
        if "id" in line and line["id"] not in known:
            raise RestError(
                400,
                "woocommerce_rest_invalid_item_id",
                "Order item ID provided is not associated with order.",
            )
