"""Pushes of the tests: an order, what the store holds of it, and what was written to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.sandbox import ServedSandbox

MakeSandbox = Callable[..., ServedSandbox]
DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]


def new_order(served: ServedSandbox, desk: Any, pieces: int = 2, **options: Any) -> Any:
    """An open order of one article, as the core reads it before a push."""
    return desk.order(served.control.add_order([("demo_3", pieces)], **options))


def field(served: ServedSandbox, order: Any) -> str:
    (row,) = served.control.order(int(order.remote_id))["carriers"]
    return str(row["tracking_number"])


def state(served: ServedSandbox, order: Any) -> str:
    return str(served.control.order(int(order.remote_id))["current_state"])


def writes(served: ServedSandbox) -> list[str]:
    seen = served.control.requests()
    return [f"{one.method} {one.path.partition('?')[0]}" for one in seen if one.method != "GET"]
