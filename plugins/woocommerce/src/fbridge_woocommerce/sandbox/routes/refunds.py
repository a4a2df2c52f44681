"""Refunds of an order: list, read, create."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from fbridge_woocommerce.sandbox import errors, pace
from fbridge_woocommerce.sandbox.calls import Answer, Call, as_list, php_int
from fbridge_woocommerce.sandbox.dates import gmt, local
from fbridge_woocommerce.sandbox.dispatch import Route
from fbridge_woocommerce.sandbox.records import OrderRecord, Refund
from fbridge_woocommerce.sandbox.rendering import child_links
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.status_changes import add_refund, refunded_amount


def refund_routes(shop: Shop) -> list[Route]:
    """``/wc/v3/orders/{order_id}/refunds``."""
    refunds = "/wc/v3/orders/<int:order_id>/refunds"
    of_all = Route("/wc/v3/refunds", ("GET",), partial(_list_of_all, shop), errors.cannot_list)
    return [
        *([] if shop.settings.legacy else [of_all]),
        Route(refunds, ("GET",), partial(_list, shop), errors.cannot_list),
        Route(refunds, ("POST",), partial(_create, shop), errors.cannot_create),
        Route(f"{refunds}/<int:id>", ("GET",), partial(_read, shop), errors.cannot_view),
    ]


def _list(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    refunds = sorted(record.refunds, key=lambda refund: (refund.created, refund.id), reverse=True)
    headers = {"X-WP-Total": str(len(refunds)), "X-WP-TotalPages": "1" if refunds else "0"}
    return Answer([_json(shop, one) | {"_links": _links(call, one)} for one in refunds], headers=headers)


def _list_of_all(shop: Shop, call: Call) -> Answer:
    """Refunds of all orders by their ids; ``parent`` is taken and changes nothing."""
    wanted = frozenset(map(php_int, as_list(call.query.get("include", []))))
    with shop.lock:
        found = [
            (record, refund)
            for record in shop.orders.values()
            for refund in record.refunds
            if not wanted or refund.id in wanted
        ]
    if any(record.id in shop.broken for record, _ in found):
        raise errors.php_crash()
    found.sort(key=lambda pair: (pair[1].created, pair[1].id), reverse=True)
    size = php_int(call.query.get("per_page", 10))
    page = found[:size]
    shop.pace.wait(len(page) * pace.ORDER_READ_FEW_FIELDS)
    headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
    return Answer([_of_one(shop, call, *pair) for pair in page], headers=headers)


def _of_one(shop: Shop, call: Call, record: OrderRecord, refund: Refund) -> dict[str, Any]:
    body = _json(shop, refund)
    body |= {"parent_id": record.id, "_links": child_links(_parent(call, record.id), "refunds", refund.id)}
    return body


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
    return child_links(_parent(call, call.number("order_id")), "refunds", refund.id)


def _parent(call: Call, order_id: int) -> str:
    return f"{call.home}/wp-json/wc/v3/orders/{order_id}"
