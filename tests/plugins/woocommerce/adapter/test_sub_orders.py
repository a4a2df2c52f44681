"""Orders that a marketplace plugin has split: of an order and its parts one ships, by the merchant's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fbridge.models.orders import Order
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.states import FulfillmentState
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]
ADDRESS = {"first_name": "Anna", "address_1": "Via Roma 1", "city": "Roma", "postcode": "00100"}


def sell(served: ServedSandbox, pieces: int, **fields: Any) -> str:
    line = {"product_id": 10, "quantity": pieces}
    order = {"status": "processing", "set_paid": True, "shipping": ADDRESS, "billing": ADDRESS}
    return str(served.control.add_order(line_items=[line], **(order | fields)))


@pytest.fixture
def served(make_sandbox: MakeSandbox) -> ServedSandbox:
    return make_sandbox(orders=30, extra_statuses={"delivered": "Delivered"})


def read(store: Store, **query: Any) -> dict[str, Order]:
    pages = plugin.fetch_orders(store, OrderQuery(**query))
    return {order.remote_id: order for page in pages for order in page.orders}


def codes(order: Order) -> list[str]:
    return [doubt.code for doubt in order.doubts]


def due(order: Order) -> int:
    return sum(line.due for line in order.lines if line.shippable)


@pytest.mark.parametrize(
    ("setting", "parent_due", "part_due", "marked"),
    [("mark", 3, 2, True), ("parent", 3, 0, False), ("parts", 0, 2, False)],
)
@pytest.mark.parametrize("by_ids", [False, True])
def test_one_of_them_ships_by_setting_else_both_are_marked(
    served: ServedSandbox,
    store_of: StoreOf,
    setting: str,
    parent_due: int,
    part_due: int,
    marked: bool,
    by_ids: bool,
) -> None:
    parent = sell(served, 3)
    parts = [sell(served, 2, parent_id=int(parent)), sell(served, 1, parent_id=int(parent))]
    other = sell(served, 1)
    store = store_of(served, sub_orders=setting)
    asked: dict[str, Any] = {"order_ids": (parent, parts[0], other), "shipments": True} if by_ids else {}
    found = read(store, **asked)
    assert due(found[parent]) == parent_due
    assert due(found[parts[0]]) == part_due
    assert codes(found[parent]) == (["split_into_parts"] if marked else [])
    assert codes(found[parts[0]]) == (["part_of_order"] if marked else [])
    assert (codes(found[other]), due(found[other])) == ([], 1)
    held = found[parts[0] if setting == "parent" else parent]
    assert marked or held.fulfillment_state is FulfillmentState.FULFILLED
    if marked:
        assert all(part in found[parent].doubts[0].words for part in parts)


def test_a_parent_that_was_read_before_it_was_split_is_read_again_with_its_parts(
    served: ServedSandbox, store_of: StoreOf
) -> None:
    parent = sell(served, 3)
    store = store_of(served)
    *_, last = plugin.fetch_orders(store, OrderQuery())
    part = sell(served, 2, parent_id=int(parent))
    served.control.set_modified([int(parent)], served.control.shop.now() - 86_400)
    found = read(store, cursor=last.cursor)
    assert codes(found[part]) == ["part_of_order"]
    assert codes(found[parent]) == ["split_into_parts"]


def test_an_ordinary_store_is_asked_once_a_run(served: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(served)
    for _ in range(2):
        read(store)
    asked = [seen.path for seen in served.control.requests() if "parent" in seen.path.split("_fields")[0]]
    assert len(asked) == 1


@pytest.mark.parametrize("state", ["cancelled", "refunded", "completed", "on-hold", "delivered"])
@pytest.mark.parametrize("by_ids", [False, True])
def test_an_order_that_ships_for_its_parts_is_marked_where_one_of_them_has_come_to_an_end(
    served: ServedSandbox, store_of: StoreOf, state: str, by_ids: bool
) -> None:
    parent = sell(served, 3)
    sell(served, 2, parent_id=int(parent))
    part = sell(served, 1, parent_id=int(parent))
    served.control.change(int(part), status=state)
    store = store_of(served, sub_orders="parent", shipped_states=["delivered"])
    order = read(store, **({"order_ids": (parent,)} if by_ids else {}))[parent]
    assert codes(order) == ["split_into_parts"]
    assert f"{part} ({state})" in order.doubts[0].words


@pytest.mark.parametrize("state", ["cancelled", "refunded", "completed", "trash"])
@pytest.mark.parametrize("by_ids", [False, True])
def test_a_part_is_marked_where_the_whole_order_has_come_to_an_end(
    served: ServedSandbox, store_of: StoreOf, state: str, by_ids: bool
) -> None:
    parent = sell(served, 3)
    part = sell(served, 3, parent_id=int(parent))
    served.control.change(int(parent), status=state)
    store = store_of(served, sub_orders="parts")
    order = read(store, **({"order_ids": (part,)} if by_ids else {}))[part]
    assert codes(order) == ["part_of_order"]
    assert f"{parent} ({state})" in order.doubts[0].words
