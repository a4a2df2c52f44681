"""The rows of an order as REST shows them: which fields a row has depends on its kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fbridge_magento.sandbox.dates import shown
from fbridge_magento.sandbox.records import ItemRecord, OrderParts, OrderRecord, as_number

Json = dict[str, Any]

ALWAYS_ZERO = (
    "base_discount_amount",
    "base_discount_invoiced",
    "base_tax_invoiced",
    "discount_amount",
    "discount_invoiced",
    "discount_percent",
    "free_shipping",
    "is_qty_decimal",
    "no_discount",
    "tax_invoiced",
)
PRICED_ZERO = ("base_tax_amount", "tax_amount")
OWN_PRICE_ZERO = ("base_discount_tax_compensation_amount", "discount_tax_compensation_amount", "tax_percent")
INVOICED_ZERO = ("base_discount_tax_compensation_invoiced", "discount_tax_compensation_invoiced")
REFUNDED_ZERO = (
    "base_discount_refunded",
    "base_discount_tax_compensation_refunded",
    "base_tax_refunded",
    "discount_refunded",
    "discount_tax_compensation_refunded",
    "tax_refunded",
)
CANCELED_ZERO = ("discount_tax_compensation_canceled", "tax_canceled")


def items_json(record: OrderRecord, parts: OrderParts) -> list[Json]:
    """All rows; a child holds its whole parent once more."""
    rows: dict[int, Json] = {}
    for item in parts.items:
        row = _row(item, record, parts)
        if item.parent_id is not None:
            row["parent_item_id"] = item.parent_id
            if item.parent_id in rows:
                row["parent_item"] = rows[item.parent_id]
        rows[item.id] = row
    shown_rows = list(rows.values())
    if parts.half_a_piece:
        shown_rows[0]["qty_ordered"] += 0.5
    return shown_rows


def _row(item: ItemRecord, record: OrderRecord, parts: OrderParts) -> Json:
    row: Json = dict.fromkeys(ALWAYS_ZERO, 0)
    if parts.invoiced:
        row |= dict.fromkeys(INVOICED_ZERO, 0)
    if item.refunded:
        row |= dict.fromkeys(REFUNDED_ZERO, 0)
    if record.state == "canceled":
        row |= dict.fromkeys(CANCELED_ZERO, 0)
    row |= _identity(item, record) | _quantities(item)
    row |= _amounts(item, parts)
    if item.options is not None:
        row["product_option"] = item.options
    row["extension_attributes"] = {"itemized_taxes": []}
    return row


def _identity(item: ItemRecord, record: OrderRecord) -> Json:
    return {
        "created_at": shown(record.created),
        "is_virtual": int(item.is_virtual),
        "item_id": item.id,
        "name": item.name,
        "order_id": record.id,
        "product_id": item.product_id,
        "product_type": item.kind,
        "quote_item_id": item.id + 1,
        "sku": item.sku,
        "store_id": record.store_id,
        "updated_at": shown(item.updated),
        "weight": item.weight,
    }


def _quantities(item: ItemRecord) -> Json:
    return {
        "qty_canceled": item.canceled,
        "qty_invoiced": item.invoiced,
        "qty_ordered": item.ordered,
        "qty_refunded": item.refunded,
        "qty_shipped": item.shipped,
    }


def _amounts(item: ItemRecord, parts: OrderParts) -> Json:
    price, total = as_number(item.price), as_number(item.price * Decimal(item.ordered))
    invoiced = 0 if item.kind == "bundle" else as_number(item.price * item.invoiced)
    refunded = 0 if item.kind == "bundle" else as_number(item.price * item.refunded)
    of_configurable = item.parent_id is not None and not item.price
    row: Json = {
        "amount_refunded": refunded,
        "base_amount_refunded": refunded,
        "base_price": price,
        "original_price": price,
        "price": price,
        "row_invoiced": invoiced,
        "base_row_invoiced": invoiced,
        "row_total": total,
        "base_row_total": total,
        "row_total_incl_tax": total,
        "base_row_total_incl_tax": total,
    }
    if of_configurable:
        return row
    row |= {"base_original_price": price, "base_price_incl_tax": price, "price_incl_tax": price}
    row |= dict.fromkeys(PRICED_ZERO, 0)
    if item.kind != "bundle":
        row |= dict.fromkeys(OWN_PRICE_ZERO, 0)
        if parts.invoiced:
            row["weee_tax_applied"] = "[]"
    if item.parent_id is None and not item.is_virtual:
        row["row_weight"] = item.weight * item.ordered if item.kind != "bundle" else 2
    return row
