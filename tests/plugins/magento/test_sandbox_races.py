"""Requests at once: Magento locks the row of an order while it ships it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

    from .conftest import StoreClient


def at_once(call: StoreClient, requests: list[tuple[str, dict[str, Any]]]) -> list[int]:
    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda one: call("POST", one[0], json=one[1]).status_code, requests))


def test_of_equal_shipments_at_once_one_is_made(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], StoreClient]
) -> None:
    served = make_sandbox(orders=0, pace=0.3)
    order_id = served.control.new_order([("TAZZA-01", 2)])
    answers = at_once(client_of(served), [(f"order/{order_id}/ship", {"notify": True})] * 6)
    assert sorted(answers) == [200, 400, 400, 400, 400, 400]
    assert len(served.control.shipments(order_id)) == len(served.control.mails(order_id)) == 1


def test_parts_at_once_are_all_made_while_pieces_are_left(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], StoreClient]
) -> None:
    served = make_sandbox(orders=0, pace=0.3)
    order_id = served.control.new_order([("TAZZA-01", 4)])
    body = {"items": [{"order_item_id": order_id * 20, "qty": 1}]}
    assert sorted(at_once(client_of(served), [(f"order/{order_id}/ship", body)] * 6)) == [200] * 4 + [400] * 2
    assert served.control.order(order_id)["items"][0]["qty_shipped"] == 4


def test_different_orders_are_shipped_side_by_side(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], StoreClient]
) -> None:
    served = make_sandbox(orders=0, pace=0.3)
    orders = [served.control.new_order([("TAZZA-01", 2)]) for _ in range(6)]
    assert at_once(client_of(served), [(f"order/{one}/ship", {}) for one in orders]) == [200] * 6
    assert {served.control.order(one)["state"] for one in orders} == {"complete"}
