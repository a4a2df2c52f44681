"""An order as ``/wc/v3/orders`` shows it, field by field in the real order."""

from __future__ import annotations

from typing import Any

from fbridge_woocommerce.sandbox.dates import gmt, local
from fbridge_woocommerce.sandbox.records import OrderRecord, Refund
from fbridge_woocommerce.sandbox.state import Shop

FIELDS = (
    "id",
    "parent_id",
    "status",
    "currency",
    "version",
    "prices_include_tax",
    "date_created",
    "date_modified",
    "discount_total",
    "discount_tax",
    "shipping_total",
    "shipping_tax",
    "cart_tax",
    "total",
    "total_tax",
    "customer_id",
    "order_key",
    "billing",
    "shipping",
    "payment_method",
    "payment_method_title",
    "transaction_id",
    "customer_ip_address",
    "customer_user_agent",
    "created_via",
    "customer_note",
    "date_completed",
    "date_paid",
    "cart_hash",
    "number",
    "meta_data",
    "line_items",
    "tax_lines",
    "shipping_lines",
    "fee_lines",
    "coupon_lines",
    "refunds",
    "payment_url",
    "is_editable",
    "needs_payment",
    "needs_processing",
    "date_created_gmt",
    "date_modified_gmt",
    "date_completed_gmt",
    "date_paid_gmt",
    "currency_symbol",
)
CONSTANT = {
    "parent_id": 0,
    "version": "11.0.1",
    "prices_include_tax": True,
    "discount_total": "0.00",
    "discount_tax": "0.00",
    "customer_ip_address": "",
    "customer_user_agent": "",
    "cart_hash": "",
    "needs_processing": True,
    "currency_symbol": "€",
}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

Links = dict[str, list[dict[str, Any]]]


def order_json(shop: Shop, record: OrderRecord, home: str) -> dict[str, Any]:
    """All fields, without the links. ``home`` is the store's address."""
    body = shop.body(record)
    fields: dict[str, Any] = dict.fromkeys(FIELDS)
    fields |= CONSTANT
    fields |= body
    fields["status"] = record.status
    for name in ("created", "modified", "completed", "paid"):
        seconds = getattr(record, name)
        fields[f"date_{name}"] = local(seconds, shop.zone)
        fields[f"date_{name}_gmt"] = gmt(seconds)
    # The real store reads meta data by an index over key and value, not in the order of writing.
    fields["meta_data"] = [
        row.json() for row in sorted(record.meta, key=lambda row: (row.key, str(row.value)))
    ]
    fields["refunds"] = [_short_refund(refund) for refund in record.refunds]
    fields["payment_url"] = (
        f"{home}/checkout/order-pay/{record.id}/?pay_for_order=true&key={body['order_key']}"
    )
    fields["is_editable"] = record.status in {"pending", "on-hold", "auto-draft"}
    fields["needs_payment"] = record.status in {"pending", "failed"}
    return fields


def order_links(order: dict[str, Any], home: str) -> Links:
    """The ``_links`` of an order."""
    orders = f"{home}/wp-json/wc/v3/orders"
    itself = f"{orders}/{order['id']}"
    links: Links = {
        "self": [{"href": itself, "targetHints": {"allow": METHODS}}],
        "collection": [{"href": orders}],
        "email_templates": [{"embeddable": True, "href": f"{itself}/actions/email_templates"}],
    }
    if order.get("customer_id"):
        links["customer"] = [{"href": f"{home}/wp-json/wc/v3/customers/{order['customer_id']}"}]
    return links


def child_links(parent: str, collection: str, child_id: object) -> Links:
    """The ``_links`` of a note, a refund or a tracking; ``parent`` is the address of its order."""
    address = f"{parent}/{collection}"
    return {
        "self": [{"href": f"{address}/{child_id}", "targetHints": {"allow": ["GET", "DELETE"]}}],
        "collection": [{"href": address}],
        "up": [{"href": parent}],
    }


def _short_refund(refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.id,
        "reason": refund.reason,
        "total": f"-{refund.amount}",
        "total_tax": refund.total_tax,
    }
