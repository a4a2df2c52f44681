"""``POST /wc/v3/orders``: an order of articles of the catalogue, with shipping and fees."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fbridge_woocommerce.sandbox import pace
from fbridge_woocommerce.sandbox.calls import is_true, php_int
from fbridge_woocommerce.sandbox.errors import RestError
from fbridge_woocommerce.sandbox.order_bodies import (
    fee_line,
    find_product,
    line_item,
    order_body,
    shipping_line,
)
from fbridge_woocommerce.sandbox.records import OrderRecord
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.status_changes import change_status, usable_status


def create_order(shop: Shop, given: Mapping[str, Any]) -> OrderRecord:
    """A new order; without a status it is ``pending``. Raises: RestError (400) for an article that is not
    there.
    """
    shop.pace.wait(pace.ORDER_WRITE)
    with shop.lock:
        now = shop.now()
        order_id = next(shop.order_ids)
        record = OrderRecord(order_id, "pending", now, now, body=_body(shop, order_id, given))
        shop.add_all([record])
        status = usable_status(shop, str(given.get("status") or "pending"))
        if is_true(given.get("set_paid")):
            record.paid, status = now, "processing"
        change_status(shop, record, status, before="pending")
        for row in given.get("meta_data") or ():
            shop.set_meta(record, str(row["key"]), row.get("value"))
        if shop.settings.fulfillments and status == "processing":
            shop.set_meta(record, "_auto_fulfill_processed", "1")
    return record


def _body(shop: Shop, order_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    line_items = [_line(shop, line) for line in given.get("line_items") or ()]
    shipping_lines = [
        shipping_line(
            next(shop.line_ids), line["method_id"], line["method_title"], Decimal(line["total"]), ""
        )
        for line in given.get("shipping_lines") or ()
    ]
    fee_lines = [
        fee_line(next(shop.line_ids), line["name"], Decimal(line["total"]))
        for line in given.get("fee_lines") or ()
    ]
    body = order_body(
        order_id,
        billing=given.get("billing") or {},
        shipping=given.get("shipping"),
        line_items=line_items,
        shipping_lines=shipping_lines,
        fee_lines=fee_lines,
        tax_line_id=next(shop.line_ids),
        payment=(str(given.get("payment_method", "")), str(given.get("payment_method_title", "")), ""),
        customer_note=str(given.get("customer_note", "")),
        created_via="rest-api",
    )
    return body | ({"parent_id": php_int(given["parent_id"])} if given.get("parent_id") else {})


def _line(shop: Shop, line: Mapping[str, Any]) -> dict[str, Any]:
    product = find_product(php_int(line.get("product_id")), php_int(line.get("variation_id")))
    if product is None:
        raise RestError(400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.")
    return line_item(next(shop.line_ids), product, php_int(line.get("quantity", 1)))
