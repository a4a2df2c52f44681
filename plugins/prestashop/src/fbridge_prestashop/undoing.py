"""A shipment is taken back: its numbers leave the order's one tracking field, then the order gets its former state.

The field may be empty (observed on 8.2.1 and 9.0.3). A state is an entry of the order's history like any other: no
way back is refused, and without ``sendemail`` nobody is mailed. What the shop booked with the state that is left
(payment, invoice, delivery slip) is not taken back by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from fbridge.adapterkit.answers import not_understood
from fbridge.adapterkit.payloads import reference
from fbridge.adapterkit.undoing import status_stays, undo_receipt
from fbridge.http import Response
from fbridge.models.orders import StoreShipment
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.states import OrderStatus
from fbridge.models.undo import Undo, UndoPreview, UndoReceipt
from fbridge_prestashop.answers import End, Interrupted, entities_of
from fbridge_prestashop.client import PrestaShopClient
from fbridge_prestashop.detection import shop_of
from fbridge_prestashop.mapping import ROWS_KEY, SHOP_KEY
from fbridge_prestashop.run_memory import memory_of
from fbridge_prestashop.shop import Shop, state_id_in
from fbridge_prestashop.shop_facts import ShopFacts
from fbridge_prestashop.tracking import join


def preview_of(store: Store, undo: Undo) -> UndoPreview:
    """What leaves the field, and the state that the order gets."""
    facts = memory_of(store).facts or ShopFacts.from_json(store.facts) or ShopFacts()
    shop = Shop(store.settings, facts).of(*undo.order.adapter_data.get(SHOP_KEY, ("", "")))
    taken = [f"{', '.join(_taken(row, undo))} is taken out of the tracking field" for row in _rows(undo)]
    state = _state_after(shop, undo)
    if undo.restored_status and not state:
        return UndoPreview(refused=f"The store has no state {undo.restored_status}; name one by its id.")
    status = [f"the order is {shop.label_of(state)} again"] if state else []
    shipped = undo.order.status is OrderStatus.CLOSED and not state
    return UndoPreview(
        steps=(*taken, *status),
        stays=(*(status_stays(undo) if shipped else ()), *_booked(shop, undo, state)),
        frees_goods=not shipped,
    )


def take_back(store: Store, undo: Undo) -> UndoReceipt:
    """Write the field, then the state. Raises: NotSent; what reading the shop raises."""
    client = PrestaShopClient(store)
    return undo_receipt(undo, _writes(store, client, shop_of(store, client), undo))


def _rows(undo: Undo) -> list[StoreShipment]:
    """The rows of ``order_carriers`` that hold a number of the shipment; any may, for ids alone tell nothing here."""
    return [row for row in undo.order.shipments if _taken(row, undo)]


def _taken(row: StoreShipment, undo: Undo) -> list[str]:
    before = undo.shipment.baseline.entries if undo.shipment.baseline else ()
    return [one for one in row.numbers if one in undo.numbers and (row.remote_id, one) not in before]


def _state_after(shop: Shop, undo: Undo) -> str:
    """The id of the state that the order gets; "" for none. A person may name it by its id or its name."""
    word = undo.restored_status
    if not word:
        return ""
    known, key = shop.facts.states, state_id_in(word)
    by_id = key if key.isdigit() and (not known or shop.facts.state(key)) else ""
    return by_id or next((one.id for one in known if one.name.lower() == word.strip().lower()), "")


def _booked(shop: Shop, undo: Undo, state: str) -> Iterator[str]:
    """A shop may have booked the money when the goods left."""
    left, after = shop.facts.state(state_id_in(undo.order.remote_status)), shop.facts.state(state)
    if left and after and left.paid and not after.paid:
        yield f"what the shop booked with the state {left.name} (payment, invoice) stays; look at the order there"


def _writes(store: Store, client: PrestaShopClient, shop: Shop, undo: Undo) -> Iterator[Callable[[], object]]:
    shop = shop.of(*undo.order.adapter_data.get(SHOP_KEY, ("", "")))
    for row in _rows(undo):
        yield partial(_take_out, store, client, shop, undo, row)
    if state := _state_after(shop, undo):
        yield partial(_set_state, store, client, shop, undo, state)


def _take_out(store: Store, client: PrestaShopClient, shop: Shop, undo: Undo, row: StoreShipment) -> None:
    taken = _taken(row, undo)
    rest = join([one for one in row.numbers if one not in taken])
    patch = shop.facts.has_patch and not memory_of(store).patch_fails
    whole = {} if patch else _as_read(undo, row.remote_id)
    changed = {"id": row.remote_id, **whole, "tracking_number": rest}
    rows = _answered(
        store,
        "order_carriers",
        lambda: client.write_numbers(
            "PATCH" if patch else "PUT",
            [changed],
            mail=False,
            about=[undo.order.remote_id],
            shop=shop.scope,
        ),
    )
    if [row.get("tracking_number") or "" for row in rows] != [rest]:
        raise not_understood(
            "The store's answer does not show the tracking field as it was asked for.", "kept"
        )


def _set_state(store: Store, client: PrestaShopClient, shop: Shop, undo: Undo, state: str) -> None:
    entry = {"id_order": undo.order.remote_id, "id_order_state": state}
    rows = _answered(
        store, "order_histories", lambda: client.add_states([entry], mail=False, shop=shop.scope)
    )
    if [reference(row.get("id_order_state")) for row in rows] != [state]:
        raise not_understood("The store's answer does not show the state that was asked for.", "not_kept")


def _as_read(undo: Undo, row_id: str) -> Mapping[str, Any]:
    rows = undo.order.adapter_data.get(ROWS_KEY, ())
    return next((row for row in rows if reference(row.get("id")) == row_id), {})


def _answered(store: Store, resource: str, write: Callable[[], Response]) -> list[Mapping[str, Any]]:
    """The answer's entities. Where PrestaShop ended in the middle, only a no is one: what it saved is read."""
    try:
        return list(entities_of(write, resource, store.now, mail=False))
    except Interrupted as end:
        if end.end is End.REFUSED:
            raise WriteFault(end.problem) from None
        raise not_understood(end.problem.words, end.problem.reason) from None
