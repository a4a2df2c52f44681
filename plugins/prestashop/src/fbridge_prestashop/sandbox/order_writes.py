"""The three resources whose writing does more than to store a row: orders, carrier rows and histories."""

from __future__ import annotations

from collections.abc import Callable

from fbridge_prestashop.sandbox import pace
from fbridge_prestashop.sandbox.bodies import Entity
from fbridge_prestashop.sandbox.calls import Call
from fbridge_prestashop.sandbox.errors import Crash, WebserviceError, not_saved
from fbridge_prestashop.sandbox.order_resources import (
    ORDER_CARRIERS,
    ORDER_HISTORIES,
    ORDERS,
    TRACKING_SIZE,
)
from fbridge_prestashop.sandbox.saving import as_read, existing_id, read_given, save_row
from fbridge_prestashop.sandbox.schema import Format, Resource, Row
from fbridge_prestashop.sandbox.state import Shop
from fbridge_prestashop.sandbox.status_changes import change_status

Writer = Callable[[Shop, Call, Entity], Row]


def writer_of(resource: Resource, method: str) -> Writer:
    """How an entity of the resource is written; it returns the row as the answer shows it."""
    special: dict[tuple[str, str], Writer] = {
        ("order_carriers", "PUT"): _write_carrier_row,
        ("order_carriers", "PATCH"): _write_carrier_row,
        ("order_histories", "POST"): _write_history,
        ("orders", "PUT"): _write_order,
        ("orders", "PATCH"): _write_order,
    }

    def write_row(shop: Shop, call: Call, entity: Entity) -> Row:
        return save_row(shop, resource, entity, call.method)

    return special.get((resource.name, method), write_row)


def _write_carrier_row(shop: Shop, call: Call, entity: Entity) -> Row:
    """The tracking number: it leaves the order's date of change and its history alone."""
    shop.pace.wait(pace.TRACKING_WRITE)
    shown = save_row(shop, ORDER_CARRIERS, entity, call.method)
    if call.sends_mail:
        mailed = mail_in_transit(shop, int(shown["id"]))
        if not mailed:
            raise not_saved()
    return shown


def mail_in_transit(shop: Shop, row_id: int) -> bool:
    """Tell the customer the number, with the address of the order's own carrier; without one no mail leaves.

    Return False when the mail server refused.
    """
    with shop.lock:
        row = shop.row("order_carriers", row_id) or {}
        record = shop.orders.get(int(row["id_order"]))
        carrier = None if record is None else shop.row("carriers", record.head["id_carrier"])
        if record is None or carrier is None or not carrier["url"]:
            return True
        number = row["tracking_number"]
    numbers = [number] if number else []
    return shop.send_mail(record, "in_transit", numbers, carrier["url"].replace("@", number))


def _write_history(shop: Shop, call: Call, entity: Entity) -> Row:
    """A new state for an order, whatever its state was."""
    values = read_given(shop, ORDER_HISTORIES, entity, "POST").values
    change = change_status(
        shop,
        values["id_order"],
        values["id_order_state"],
        mails=call.sends_mail,
        employee=values["id_employee"] or "0",
    )
    if not change.mailed:
        raise not_saved()
    state = int(values["id_order_state"])
    history = change.history | {"id": str(change.history["id"]), "id_order_state": state}
    return history | {"id_employee": values["id_employee"] or ""}


def _write_order(shop: Shop, call: Call, entity: Entity) -> Row:
    """The state is set first, then the number: both at once, outside the checks that other fields have."""
    with shop.lock:
        order_id = existing_id(shop, ORDERS, entity)
        values = _order_values(shop, call, entity)
    state, number = values.pop("current_state", None), values.pop("shipping_number", None)
    has_changed = state is not None and state != _state(shop, order_id)
    if has_changed:
        change_status(shop, str(order_id), state, mails=True)
    with shop.lock:
        record = shop.orders.to_change(order_id)
        if number is not None and record.carriers:
            record.carriers[0]["tracking_number"] = number[:TRACKING_SIZE]
        values.pop("date_upd")
        record.head.update(values)
        shop.touch(record)
        shown = as_read(shop, ORDERS, shop.row("orders", order_id) or {})
    shown |= {"id": str(order_id), "current_state": int(state) if has_changed else shown["current_state"]}
    return shown if record.carriers else shown | {"shipping_number": None}


def _state(shop: Shop, order_id: int) -> str:
    row = shop.row("orders", order_id) or {}
    return str(row["current_state"])


def _order_values(shop: Shop, call: Call, entity: Entity) -> Row:
    number = entity.text("shipping_number")
    if number is not None and not Format.TRACKING_NUMBER.accepts(number):
        raise Crash
    try:
        given = read_given(shop, ORDERS, entity, call.method)
    except WebserviceError:
        if call.method == "PATCH" and entity.text("current_state") is not None:
            raise Crash from None  # the state's own writing meets the bad field, and nobody catches that
        raise
    values = given.stored()
    if values.get("current_state") in {"", "0"}:
        del values["current_state"]
    if number is None:  # PUT resets what it was not given, but this is no column of the order
        values.pop("shipping_number", None)
    return values
