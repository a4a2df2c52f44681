"""The lines of a refund: quantities and amounts negative, each naming the line that it takes back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fbridge_woocommerce.sandbox.records import OrderRecord
from fbridge_woocommerce.sandbox.state import Shop

CENT = Decimal("0.01")


def refunded_lines(
    shop: Shop, record: OrderRecord, quantities: Mapping[int, int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Line items and tax lines of a refund of so many pieces of these lines. The caller holds the lock."""
    body = shop.body(record)
    by_id = {line["id"]: line for line in body["line_items"]}
    lines = [_refunded_line(shop, by_id[line_id], quantity) for line_id, quantity in quantities.items()]
    tax = sum((Decimal(line["total_tax"]) for line in lines), Decimal(0))
    tax_line = body["tax_lines"][0] | {
        "id": next(shop.line_ids),
        "tax_total": str(tax),
        "shipping_tax_total": "0.00",
    }
    return lines, [tax_line]


def _refunded_line(shop: Shop, line: Mapping[str, Any], quantity: int) -> dict[str, Any]:
    def part(name: str) -> str:
        return str((-Decimal(line[name]) * quantity / line["quantity"]).quantize(CENT))

    origin = {"key": "_refunded_item_id", "value": str(line["id"])}
    shown = {"display_key": origin["key"], "display_value": origin["value"]}
    amounts = {name: part(name) for name in ("subtotal", "subtotal_tax", "total", "total_tax")}
    return {
        **line,
        **amounts,
        "id": next(shop.line_ids),
        "quantity": -quantity,
        "taxes": [{"id": 1, "total": amounts["total_tax"], "subtotal": amounts["subtotal_tax"]}],
        "meta_data": [{"id": next(shop.meta_ids), **origin, **shown}],
    }
