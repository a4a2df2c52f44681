"""Core fulfillments (WooCommerce 10.1 and later, behind a feature flag that is off by default)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from fbridge_woocommerce.sandbox import pace
from fbridge_woocommerce.sandbox.calls import Answer, Call, is_true
from fbridge_woocommerce.sandbox.dates import zulu
from fbridge_woocommerce.sandbox.dispatch import Route
from fbridge_woocommerce.sandbox.errors import RestError
from fbridge_woocommerce.sandbox.fulfillment_status import existing, update_status
from fbridge_woocommerce.sandbox.records import FulfillmentRecord, MetaRow, OrderRecord, Shown
from fbridge_woocommerce.sandbox.state import Shop

DATE_KEY = "_date_fulfilled"


def fulfillment_routes(shop: Shop) -> list[Route]:
    """``/wc/v3/orders/{order_id}/fulfillments``; nothing at all while the feature is off."""
    if not shop.settings.fulfillments:
        return []
    every = "/wc/v3/orders/<int:order_id>/fulfillments"
    one = f"{every}/<int:fulfillment_id>"
    meta = ("meta_data",)
    routes = [
        Route(every, ("GET",), partial(_list, shop), _forbidden),
        Route(every, ("POST",), partial(_create, shop), _forbidden, required=meta),
        Route(one, ("GET",), partial(_read, shop), _forbidden),
        Route(one, ("POST", "PUT", "PATCH"), partial(_change, shop), _forbidden, required=meta),
        Route(one, ("DELETE",), partial(_delete, shop), _forbidden),
        Route(f"{every}/lookup", ("GET",), _lookup, _forbidden, required=("tracking_number",)),
    ]
    return [replace(route, part="fulfillments") for route in routes]


def _forbidden() -> RestError:
    return RestError(401, "woocommerce_rest_cannot_view", "Sorry, you cannot view resources.")


def _list(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    with shop.lock:
        return Answer([_json(one, record, as_read=True) for one in existing(record)])


def _read(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    return Answer(_json(_fulfillment(record, call), record, as_read=True))


def _create(shop: Shop, call: Call) -> Answer:
    """Another one every time: the real store knows no equal ones."""
    record = _order(shop, call)
    if not call.params.get("status"):
        raise _refused("Invalid fulfillment status.")
    _check_items(call)
    shop.pace.wait(pace.TRACKING_OR_FULFILLMENT)
    with shop.lock:
        fulfillment = FulfillmentRecord(next(shop.fulfillment_ids), "", shop.now(), [])
        record.fulfillments.append(fulfillment)
        _fill(shop, fulfillment, call)
        update_status(shop, record)
        shop.add_note(record, _created_note(shop, record, fulfillment))
        _mail(shop, record, fulfillment, call, "created")
    return Answer(_json(fulfillment, record, as_read=False), 201)


def _change(shop: Shop, call: Call) -> Answer:
    """No merging: meta keys that are left out are deleted."""
    record = _order(shop, call)
    fulfillment = _fulfillment(record, call)
    _check_items(call)
    shop.pace.wait(pace.TRACKING_OR_FULFILLMENT)
    with shop.lock:
        _fill(shop, fulfillment, call)
        _mail(shop, record, fulfillment, call, "updated")
        update_status(shop, record)
    return Answer(_json(fulfillment, record, as_read=False))


def _delete(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    wanted = call.number("fulfillment_id")
    fulfillment = next((one for one in record.fulfillments if one.id == wanted), None)
    if fulfillment is None:
        raise _refused("Fulfillment not found.")
    with shop.lock:
        if fulfillment.deleted is None:
            fulfillment.deleted = shop.now()
            _mail(shop, record, fulfillment, call, "deleted")
            update_status(shop, record)
    return Answer({"message": "Fulfillment deleted successfully."})


def _lookup(_call: Call) -> Answer:
    """The real store guesses a carrier from the number; the sandbox never recognises one."""
    return Answer([])


def _order(shop: Shop, call: Call) -> OrderRecord:
    record = shop.orders.get(call.number("order_id"))
    if record is None:
        # Unlike everywhere else the status inside this body is a text.
        raise RestError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.", {"status": "404"})
    return record


def _fulfillment(record: OrderRecord, call: Call) -> FulfillmentRecord:
    wanted = call.number("fulfillment_id")
    found = next((one for one in record.fulfillments if one.id == wanted), None)
    if found is None:
        raise _refused("Fulfillment not found.")
    if found.deleted is not None:
        raise _refused("Fulfillment not found.", code=404)
    return found


def _refused(message: str, code: int = 0) -> RestError:
    return RestError(400, code, message)


def _check_items(call: Call) -> None:
    """Only the form is checked: neither that a line is of this order nor how many were ordered."""
    rows = [row for row in call.params["meta_data"] or () if isinstance(row, dict)]
    items = next((row.get("value") for row in rows if row.get("key") == "_items"), None)
    if not items:
        raise _refused("The fulfillment should contain at least one item.")
    if not isinstance(items, list):
        raise _refused("The fulfillment items should be an array.")
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("item_id"), int) or not _is_quantity(item):
            raise _refused("Invalid item.")


def _is_quantity(item: dict[str, Any]) -> bool:
    quantity = item.get("qty")
    return isinstance(quantity, (int, float)) and not isinstance(quantity, bool) and quantity > 0


def _fill(shop: Shop, fulfillment: FulfillmentRecord, call: Call) -> None:
    if call.params.get("status"):
        fulfillment.status = "fulfilled" if call.params["status"] == "fulfilled" else "unfulfilled"
    fulfillment.updated = shop.now()
    ids = {row.key: row.id for row in fulfillment.meta}
    given = {str(row["key"]): row.get("value") for row in call.params["meta_data"]}
    if fulfillment.is_fulfilled and DATE_KEY not in given:
        given[DATE_KEY] = zulu(fulfillment.updated)
        ids.pop(DATE_KEY, None)
    fulfillment.meta = [
        MetaRow(ids.get(key) or next(shop.fulfillment_meta_ids), key, value) for key, value in given.items()
    ]


def _mail(shop: Shop, record: OrderRecord, fulfillment: FulfillmentRecord, call: Call, what: str) -> None:
    if not is_true(call.params.get("notify_customer")):
        return
    number = str(fulfillment.value("_tracking_number") or "")
    # The carrier is shown by its key, also where a name of its own stands beside it.
    carrier, link = (str(fulfillment.value(key) or "") for key in ("_shipment_provider", "_tracking_url"))
    shown = [Shown(number, carrier, link)] if number else []
    shop.send_mail(record, f"customer_fulfillment_{what}", f"Fulfillment {what}", shown)


def _created_note(shop: Shop, record: OrderRecord, fulfillment: FulfillmentRecord) -> str:
    names = {line["id"]: line["name"] for line in shop.body(record)["line_items"]}
    items = ", ".join(
        f"{names.get(item['item_id'], item['item_id'])} x{item['qty']}"
        for item in fulfillment.value("_items")
    )
    return (
        f"Fulfillment #{fulfillment.id} created (status: {fulfillment.status.capitalize()}). Items: {items}. "
        f"Tracking: {fulfillment.value('_tracking_number')}, "
        f"Provider: {fulfillment.value('_shipment_provider')}, "
        f"URL: {fulfillment.value('_tracking_url')}."
    )


def _json(fulfillment: FulfillmentRecord, record: OrderRecord, *, as_read: bool) -> dict[str, Any]:
    """``is_fulfilled`` is a text when read from the database and a boolean when just written."""
    flag: object = str(int(fulfillment.is_fulfilled)) if as_read else fulfillment.is_fulfilled
    return {
        "id": fulfillment.id,
        "entity_type": "WC_Order",
        "entity_id": str(record.id),
        "status": fulfillment.status,
        "is_fulfilled": flag,
        "date_updated": zulu(fulfillment.updated),
        "date_deleted": None,
        "meta_data": [row.json() for row in fulfillment.meta],
    }
