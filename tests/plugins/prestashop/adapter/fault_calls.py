"""Pushes of the tests that PrestaShop breaks off: what was written, and what stands there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.sandbox import ServedSandbox

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]


def chunk_of(
    served: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, count: int = 4
) -> list[Fulfillment]:
    ids = [served.control.add_order([("demo_3", 1)]) for _ in range(count)]
    served.control.forget_requests()
    return [fulfillment_of(order, [f"BX{order.remote_id}"]) for order in desk.orders(*ids)]


def writes(served: ServedSandbox) -> list[str]:
    seen = served.control.requests()
    return [one.path.partition("?")[0].rpartition("/")[2] for one in seen if one.method != "GET"]


def entries(receipts: dict[str, Receipt], chunk: list[Fulfillment]) -> list[Any]:
    return [receipts[one.order_id].shipments[0] for one in chunk]


def histories(served: ServedSandbox, one: Fulfillment) -> list[str]:
    rows = served.control.order(int(one.order_id))["histories"]
    return [row["id_order_state"] for row in rows]


def assert_all_there_once(served: ServedSandbox, chunk: list[Fulfillment]) -> None:
    for one in chunk:
        assert served.control.tracking(int(one.order_id)) == [f"BX{one.order_id}"]
        assert histories(served, one).count("4") == 1
        assert len(served.control.mails(int(one.order_id))) <= 1
