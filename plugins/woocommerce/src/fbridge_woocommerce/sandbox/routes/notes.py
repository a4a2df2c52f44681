"""Order notes: customer ones are mailed, every time."""

from __future__ import annotations

from functools import partial
from typing import Any

from fbridge_woocommerce.sandbox import errors
from fbridge_woocommerce.sandbox.calls import Answer, Call, is_true
from fbridge_woocommerce.sandbox.dates import gmt, local
from fbridge_woocommerce.sandbox.dispatch import Route
from fbridge_woocommerce.sandbox.records import Note, OrderRecord, Shown, tracking_rows
from fbridge_woocommerce.sandbox.rendering import child_links
from fbridge_woocommerce.sandbox.state import Shop


def note_routes(shop: Shop) -> list[Route]:
    """``/wc/v3/orders/{order_id}/notes``; there is no change of a note."""
    notes = "/wc/v3/orders/<int:order_id>/notes"
    one = f"{notes}/<int:id>"
    return [
        Route(notes, ("GET",), partial(_list, shop), errors.cannot_list),
        Route(notes, ("POST",), partial(_create, shop), errors.cannot_create, required=("note",)),
        Route(one, ("GET",), partial(_read, shop), errors.cannot_view),
        Route(one, ("DELETE",), partial(_delete, shop), errors.cannot_delete),
    ]


def _list(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    kind = call.params.get("type", "any")
    with shop.lock:
        notes = sorted(record.notes, key=lambda note: (-note.created, note.id))
    chosen = [note for note in notes if kind == "any" or note.customer == (kind == "customer")]
    return Answer([_json(shop, note) | {"_links": _links(call, note)} for note in chosen])


def _create(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    customer = is_true(call.params.get("customer_note"))
    text = str(call.params["note"])
    with shop.lock:
        note = shop.add_note(record, text, customer=customer)
        if customer:
            numbers = [str(row.get("tracking_number")) for row in tracking_rows(record)]
            mentioned = [Shown(number) for number in numbers if number and number in text]
            shop.send_mail(record, "customer_note", "Customer note", mentioned)
    shop.pace.wait_for_mails(int(customer))
    location = f"{_parent(call)}/notes/{note.id}"
    return Answer(_json(shop, note), 201, {"Location": location}, _links(call, note))


def _read(shop: Shop, call: Call) -> Answer:
    note = _note(_order(shop, call), call)
    return Answer(_json(shop, note), links=_links(call, note))


def _delete(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    note = _note(record, call)
    if not is_true(call.params.get("force")):
        raise errors.RestError(
            501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing."
        )
    with shop.lock:
        record.notes.remove(note)
    return Answer(_json(shop, note), links=_links(call, note))


def _order(shop: Shop, call: Call) -> OrderRecord:
    record = shop.orders.get(call.number("order_id"))
    if record is None:
        raise errors.unknown_parent_order()
    return record


def _note(record: OrderRecord, call: Call) -> Note:
    wanted = call.number("id")
    note = next((note for note in record.notes if note.id == wanted), None)
    if note is None:
        raise errors.RestError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return note


def _json(shop: Shop, note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "author": "WooCommerce",
        "date_created": local(note.created, shop.zone),
        "date_created_gmt": gmt(note.created),
        "note": note.text,
        "customer_note": note.customer,
    }


def _parent(call: Call) -> str:
    return f"{call.home}/wp-json/wc/v3/orders/{call.number('order_id')}"


def _links(call: Call, note: Note) -> dict[str, list[dict[str, Any]]]:
    return child_links(_parent(call), "notes", note.id)
