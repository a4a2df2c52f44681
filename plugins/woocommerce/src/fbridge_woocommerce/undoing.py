"""A shipment is taken back: its fulfillment, rows or notes go, and the order gets its former status.

WooCommerce allows every change of a status, and mails nobody about one that goes back to a status of its own
(observed on 11.0.1); a status of a plugin may have a mail. Deleting a fulfillment mails only with
``notify_customer``. Rows of the order meta go together with the status, in one request, as they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from marshmallow import ValidationError

from fbridge.adapterkit.answers import not_understood
from fbridge.adapterkit.undoing import status_stays, undo_receipt
from fbridge.models.orders import StoreShipment
from fbridge.models.platforms import Store
from fbridge.models.states import OrderStatus
from fbridge.models.undo import Undo, UndoPreview, UndoReceipt
from fbridge_woocommerce.answers import checked, fault_in_item
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.detection import facts_of, place_of
from fbridge_woocommerce.mapping import ROWS_KEY
from fbridge_woocommerce.schemas import TRACKING_ROWS, BatchPayload
from fbridge_woocommerce.tracking_place import Place, StoreFacts
from fbridge_woocommerce.tracking_rows import Row, number_of, rows_in

_BATCH = BatchPayload()
_OWN_STATUSES = frozenset({"pending", "processing", "on-hold", "completed"})


@dataclass(frozen=True, slots=True)
class _Plan:
    """What goes: ``apart`` in requests of their own; ``rows`` (None: all stay) go together with the status."""

    place: Place
    apart: tuple[StoreShipment, ...]
    taken: tuple[StoreShipment, ...]
    rows: tuple[Row, ...] | None
    status: str

    @property
    def update(self) -> dict[str, Any]:
        """What is asked of the order itself."""
        update: dict[str, Any] = {"status": self.status} if self.status else {}
        if self.rows is not None:
            update["meta_data"] = [{"key": TRACKING_ROWS, "value": list(self.rows)}]
        return update


def preview_of(store: Store, undo: Undo) -> UndoPreview:
    """What is deleted, and the status that the order gets."""
    facts = StoreFacts.from_json(store.facts) or StoreFacts()
    plan = _plan(undo, place_of(store, facts), facts)
    what = "note" if plan.place is Place.NOTE else "row" if plan.place.keeps_rows else "fulfillment"
    steps = [f"{what} {one.remote_id}{_numbers(one)} is deleted" for one in plan.apart]
    shipped = undo.order.status is OrderStatus.CLOSED and not plan.status
    return UndoPreview(
        steps=(*steps, *_order_words(plan)),
        stays=(*(status_stays(undo) if shipped else ()), *_others(undo, plan)),
        mails=() if plan.status in _OWN_STATUSES or not plan.status else (_plugins_mail(plan.status),),
        frees_goods=not shipped,
    )


def take_back(store: Store, undo: Undo) -> UndoReceipt:
    """Delete what is apart, then write the order. Raises: NotSent; what reading the store's facts raises."""
    client = WooClient(store)
    facts = facts_of(store, client)
    plan = _plan(undo, place_of(store, facts), facts)
    return undo_receipt(undo, _writes(store, client, facts, undo, plan))


def _plan(undo: Undo, place: Place, facts: StoreFacts) -> _Plan:
    """Rows go by the order meta, as they came, or by the plugin's route where it does not show those of the meta."""
    held = rows_in(undo.order.adapter_data.get(ROWS_KEY, []))
    row_ids = {str(row.get("tracking_id")) for row in held}
    by_route = place.keeps_rows and facts.rows_shown is False and facts.namespace is not None
    own = [one for one in undo.own if _is_ours(one, undo, by_route=by_route)]
    rows = [one for one in own if one.remote_id in row_ids]
    apart = [one for one in own if one not in rows]
    if by_route:
        return _Plan(place, (*apart, *rows), (), None, undo.restored_status)
    gone = {one.remote_id for one in rows}
    kept = tuple(row for row in held if str(row.get("tracking_id")) not in gone)
    return _Plan(place, tuple(apart), tuple(rows), kept if rows else None, undo.restored_status)


def _is_ours(entry: StoreShipment, undo: Undo, *, by_route: bool) -> bool:
    """By our mark; the plugin's own route gives its own ids, so there the number tells."""
    return entry.mark == undo.shipment.id or (by_route and bool(undo.numbers.intersection(entry.numbers)))


def _others(undo: Undo, plan: _Plan) -> Iterator[str]:
    """What was there before, or was entered by somebody else, under a number of the shipment."""
    gone = {one.remote_id for one in (*plan.apart, *plan.taken)}
    for one in undo.own:
        if one.remote_id not in gone and undo.numbers.intersection(one.numbers):
            yield f"{', '.join(one.numbers)} was entered by somebody else and stays; delete it on the order's page"


def _order_words(plan: _Plan) -> tuple[str, ...]:
    """One sentence, for it is one request."""
    words = [f"{', '.join(one.numbers)} is taken off" for one in plan.taken]
    words += [f"the order is {plan.status} again"] if plan.status else []
    return ("; ".join(words),) if words else ()


def _numbers(one: StoreShipment) -> str:
    return f" ({', '.join(one.numbers)})" if one.numbers else ""


def _plugins_mail(status: str) -> str:
    return f"that of the status {status}, where the shop has one"


def _writes(
    store: Store, client: WooClient, facts: StoreFacts, undo: Undo, plan: _Plan
) -> Iterator[Callable[[], object]]:
    for one in plan.apart:
        yield partial(_delete, store, client, facts, undo.order.remote_id, plan, one)
    if plan.update:
        yield partial(_update, store, client, undo.order.remote_id, plan)


def _delete(
    store: Store, client: WooClient, facts: StoreFacts, order_id: str, plan: _Plan, one: StoreShipment
) -> None:
    if plan.place is Place.NOTE:
        checked(lambda: client.delete_note(order_id, one.remote_id), store.now, shows="note")
    elif plan.place.keeps_rows and facts.namespace is not None:
        namespace = facts.namespace
        checked(lambda: client.delete_tracking(namespace, order_id, one.remote_id), store.now)
    else:
        checked(lambda: client.delete_fulfillment(order_id, one.remote_id), store.now, shows="message")


def _update(store: Store, client: WooClient, order_id: str, plan: _Plan) -> None:
    """Raises: as every write; WriteFault where the answer does not show what was asked for."""
    response = checked(
        lambda: client.update_orders([{"id": int(order_id), **plan.update}]), store.now, shows="update"
    )
    try:
        items: list[Mapping[str, Any]] = _BATCH.load(response.json())["update"]
    except ValidationError:
        items = []
    item = next((one for one in items if str(one["id"]) == order_id), None)
    if item is not None and item["error"] is not None:
        raise fault_in_item(item["error"], store.now())
    if item is None or (plan.status and item["status"] != plan.status) or not _rows_are_off(item, plan):
        raise not_understood("The store's answer does not show the order as it was asked for.", "not_kept")


def _rows_are_off(item: Mapping[str, Any], plan: _Plan) -> bool:
    shown = {number_of(row) for row in rows_in(item["meta_data"].get(TRACKING_ROWS))}
    return plan.rows is None or shown == {number_of(row) for row in plan.rows}
