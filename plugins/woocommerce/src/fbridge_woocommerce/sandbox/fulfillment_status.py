"""The order meta ``_fulfillment_status``, as core works it out from the order's fulfillments."""

from __future__ import annotations

from collections import Counter

from fbridge_woocommerce.sandbox.records import FULFILLMENT_META, FulfillmentRecord, OrderRecord
from fbridge_woocommerce.sandbox.state import Shop

NAMES = {
    None: "No fulfillments",
    "unfulfilled": "Unfulfilled",
    "partially_fulfilled": "Partially fulfilled",
    "fulfilled": "Fulfilled",
}


def existing(record: OrderRecord) -> list[FulfillmentRecord]:
    """The fulfillments that are not deleted."""
    return [fulfillment for fulfillment in record.fulfillments if fulfillment.deleted is None]


def update_status(shop: Shop, record: OrderRecord) -> None:
    """Write the meta key and a note when the status is another one. The caller holds the lock."""
    before, after = record.meta_value(FULFILLMENT_META), _status(shop, record)
    if before != after:
        shop.set_meta(record, FULFILLMENT_META, after)
        shop.add_note(record, f"Order fulfillment status changed from {NAMES[before]} to {NAMES[after]}.")
    shop.touch(record)


def _status(shop: Shop, record: OrderRecord) -> str | None:
    fulfillments = existing(record)
    if not fulfillments:
        return None
    some = any(fulfillment.is_fulfilled for fulfillment in fulfillments)
    every = all(fulfillment.is_fulfilled for fulfillment in fulfillments)
    if every and not _has_pending_items(shop, record):
        return "fulfilled"
    return "partially_fulfilled" if some else "unfulfilled"


def _has_pending_items(shop: Shop, record: OrderRecord) -> bool:
    pending: Counter[int] = Counter()
    for line in shop.body(record)["line_items"]:
        pending[line["id"]] += line["quantity"]
    for refund in record.refunds:
        for line in refund.line_items:
            pending[int(line["meta_data"][0]["value"])] += line["quantity"]  # negative
    for fulfillment in existing(record):
        for item in fulfillment.value("_items"):
            pending[item["item_id"]] -= item["qty"]
    return any(quantity > 0 for quantity in pending.values())
