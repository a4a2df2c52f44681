"""Orders: list, read, create, change, batch."""

from __future__ import annotations

from functools import partial
from typing import Any

from fbridge_woocommerce.sandbox import errors, pace
from fbridge_woocommerce.sandbox.calls import Answer, Call, is_true
from fbridge_woocommerce.sandbox.dispatch import Route
from fbridge_woocommerce.sandbox.new_orders import create_order
from fbridge_woocommerce.sandbox.order_listing import check_list_parameters, find_orders, paging_headers
from fbridge_woocommerce.sandbox.order_writing import check_status_parameter, write_order
from fbridge_woocommerce.sandbox.records import OrderRecord
from fbridge_woocommerce.sandbox.rendering import order_json, order_links
from fbridge_woocommerce.sandbox.response_fields import keep_order_fields
from fbridge_woocommerce.sandbox.state import Shop

MOST_IN_A_BATCH = 100
FEW_FIELDS = 8


def order_routes(shop: Shop) -> list[Route]:
    """``/wc/v3/orders`` and what belongs to it."""
    orders, one = "/wc/v3/orders", "/wc/v3/orders/<int:id>"
    check_list, check_status = partial(check_list_parameters, shop), partial(_check_status, shop)
    return [
        Route(orders, ("GET",), partial(_list, shop), errors.cannot_list, check=check_list),
        Route(orders, ("POST",), partial(_create, shop), errors.cannot_create, check=check_status),
        Route(one, ("GET",), partial(_read, shop), errors.cannot_view),
        Route(one, ("POST", "PUT", "PATCH"), partial(_write, shop), errors.cannot_edit, check=check_status),
        Route(one, ("DELETE",), partial(_trash, shop), errors.cannot_delete),
        Route(f"{orders}/batch", ("POST", "PUT", "PATCH"), partial(_batch, shop), errors.cannot_batch),
        Route(f"{orders}/statuses", ("GET",), partial(_statuses, shop), None),
        Route("/wc/v3/reports/orders/totals", ("GET",), partial(_totals, shop), errors.cannot_list),
    ]


def _check_status(shop: Shop, call: Call) -> None:
    check_status_parameter(shop, call.params)


def _list(shop: Shop, call: Call) -> Answer:
    fields = call.fields
    with shop.lock:
        found = find_orders(shop, call)
        orders = []
        for record in found.orders:
            _check_whole(shop, record)
            order = order_json(shop, record, call.home)
            order["_links"] = order_links(order, call.home)
            orders.append(keep_order_fields(order, fields))
    few = fields is not None and len(fields) <= FEW_FIELDS
    shop.pace.wait(len(orders) * (pace.ORDER_READ_FEW_FIELDS if few else pace.ORDER_READ))
    return Answer(orders, headers=paging_headers(call, found), filtered=True)


def _read(shop: Shop, call: Call) -> Answer:
    record = shop.orders.get(call.number("id"))
    if record is None:
        raise errors.unknown_order()
    return _one(shop, record, call)


def _write(shop: Shop, call: Call) -> Answer:
    return _one(shop, write_order(shop, call.params), call)


def _create(shop: Shop, call: Call) -> Answer:
    record = create_order(shop, call.params)
    headers = {"Location": f"{call.home}/wp-json/wc/v3/orders/{record.id}"}
    return _one(shop, record, call, status=201, headers=headers)


def _trash(shop: Shop, call: Call) -> Answer:
    record = shop.orders.get(call.number("id"))
    if record is None:
        raise errors.unknown_order()
    if is_true(call.params.get("force")):
        answer = _one(shop, record, call)
        shop.delete(record)
        return answer
    if record.status == "trash":
        message = "The shop_order has already been deleted."
        raise errors.RestError(410, "woocommerce_rest_already_trashed", message)
    answer = _one(shop, record, call)  # with the status that it had
    with shop.lock:
        shop.set_status(record, "trash")
    return answer


def _one(
    shop: Shop, record: OrderRecord, call: Call, status: int = 200, headers: dict[str, str] | None = None
) -> Answer:
    _check_whole(shop, record)
    with shop.lock:
        order = order_json(shop, record, call.home)
    links = order_links(order, call.home)
    return Answer(keep_order_fields(order, call.fields), status, headers or {}, links, filtered=True)


def _batch(shop: Shop, call: Call) -> Answer:
    """200 whatever becomes of the items, which answer in their order; no schema is checked."""
    parts = {name: call.params.get(name) or [] for name in ("create", "update", "delete")}
    if sum(len(part) for part in parts.values()) > MOST_IN_A_BATCH:
        message = f"Unable to accept more than {MOST_IN_A_BATCH} items for this request."
        raise errors.RestError(413, "woocommerce_rest_request_entity_too_large", message)
    if not all(isinstance(part, list) for part in parts.values()):
        raise errors.php_crash()
    answer: dict[str, list[Any]] = {}
    for name, act in (("create", create_order), ("update", write_order), ("delete", _delete_in_batch)):
        items = [item if isinstance(item, dict) else {"id": item} for item in parts[name]]
        if items:
            answer[name] = [_batch_item(shop, call, item, act) for item in items]
    return Answer(answer or [])


def _batch_item(shop: Shop, call: Call, item: dict[str, Any], act: Any) -> dict[str, Any]:
    try:
        record = act(shop, item)
    except errors.RestError as error:
        return {"id": item.get("id"), "error": error.body()}
    with shop.lock:
        order = order_json(shop, record, call.home)
    return order | {"_links": order_links(order, call.home)}


def _delete_in_batch(shop: Shop, item: dict[str, Any]) -> OrderRecord:
    """For good, without a question."""
    record = shop.orders.get(Call("", "", {}, item).number("id"))
    if record is None:
        raise errors.unknown_order()
    shop.delete(record)
    return record


def _statuses(shop: Shop, _call: Call) -> Answer:
    return Answer([{"slug": slug, "name": name} for slug, name in shop.statuses.items()])


def _totals(shop: Shop, _call: Call) -> Answer:
    with shop.lock:
        counted = [record.status for record in shop.orders.values()]
    return Answer(
        [{"slug": slug, "name": name, "total": counted.count(slug)} for slug, name in shop.statuses.items()]
    )


def _check_whole(shop: Shop, record: OrderRecord) -> None:
    """Whatever fields were asked for, the plugins see the whole order."""
    if record.id in shop.broken:
        raise errors.php_crash()
