"""Refunds of an order: list, read, create."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from fbridge_woocommerce.sandbox import errors
from fbridge_woocommerce.sandbox.calls import Answer, Call
from fbridge_woocommerce.sandbox.dates import gmt, local
from fbridge_woocommerce.sandbox.dispatch import Route
from fbridge_woocommerce.sandbox.records import OrderRecord, Refund
from fbridge_woocommerce.sandbox.rendering import child_links
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.status_changes import add_refund, refunded_amount


def refund_routes(shop: Shop) -> list[Route]:
    """``/wc/v3/orders/{order_id}/refunds``."""
    refunds = "/wc/v3/orders/<int:order_id>/refunds"
    return [
        Route(refunds, ("GET",), partial(_list, shop), errors.cannot_list),
        Route(refunds, ("POST",), partial(_create, shop), errors.cannot_create),
        Route(f"{refunds}/<int:id>", ("GET",), partial(_read, shop), errors.cannot_view),
    ]


def _list(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    refunds = sorted(record.refunds, key=lambda refund: (refund.created, refund.id), reverse=True)
    headers = {"X-WP-Total": str(len(refunds)), "X-WP-TotalPages": "1" if refunds else "0"}
    return Answer([_json(shop, one) | {"_links": _links(call, one)} for one in refunds], headers=headers)


def _create(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    amount = Decimal(str(call.params.get("amount", "0")))
    with shop.lock:
        if amount <= 0 or amount > Decimal(shop.body(record)["total"]) - refunded_amount(record):
            raise errors.RestError(
                400, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount."
            )
        refund = add_refund(shop, record, amount=str(amount), reason=str(call.params.get("reason", "")))
    # The real store forgets to put the order's id into this address.
    location = rf"{call.home}/wp-json/wc/v3/orders/(?P<order_id>[\d]+)/refunds/{refund.id}"
    return Answer(_json(shop, refund), 201, {"Location": location}, _links(call, refund))


def _read(shop: Shop, call: Call) -> Answer:
    record, wanted = _order(shop, call), call.number("id")
    refund = next((refund for refund in record.refunds if refund.id == wanted), None)
    if refund is None:
        raise errors.RestError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
    return Answer(_json(shop, refund), links=_links(call, refund))


def _order(shop: Shop, call: Call) -> OrderRecord:
    record = shop.orders.get(call.number("order_id"))
    if record is None:
        raise errors.unknown_parent_order()
    return record


def _json(shop: Shop, refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.id,
        "date_created": local(refund.created, shop.zone),
        "date_created_gmt": gmt(refund.created),
        "amount": refund.amount,
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [{"id": refund.id + 13, "key": "_refund_type", "value": refund.kind}],
        "line_items": refund.line_items,
        "shipping_lines": [],
        "tax_lines": refund.tax_lines,
        "fee_lines": [],
    }


def _links(call: Call, refund: Refund) -> dict[str, list[dict[str, Any]]]:
    parent = f"{call.home}/wp-json/wc/v3/orders/{call.number('order_id')}"
    return child_links(parent, "refunds", refund.id)
