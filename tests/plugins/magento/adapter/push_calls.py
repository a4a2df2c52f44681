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


def new_order(served: ServedSandbox, desk: Any, *lines: tuple[str, int], **options: Any) -> Any:
    """An open order, as the core reads it before a push."""
    order = desk.order(served.control.new_order(lines or [("TAZZA-01", 2)], **options))
    served.control.forget_requests()
    return order


def shipments(served: ServedSandbox, order: Any) -> list[dict[str, Any]]:
    return list(served.control.shipments(int(order.remote_id)))


def numbers(served: ServedSandbox, order: Any) -> list[str]:
    return [track["track_number"] for one in shipments(served, order) for track in one["tracks"]]


def writes(served: ServedSandbox) -> list[str]:
    seen = served.control.requests()
    return [
        f"{one.method} {one.path.removeprefix('/rest/')}"
        for one in seen
        if one.method != "GET" and "source-selection" not in one.path
    ]
