"""Pushes of the tests to a store with core fulfillments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, ResolvedCarrier
from fbridge.sandbox import ServedSandbox

DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]

BARTOLINI = ResolvedCarrier(code="BRT", label="BRT", site_code="bartolini-brt")


def due_orders(served: ServedSandbox, desk: Any) -> list[Any]:
    orders = desk.orders(*served.control.order_ids("processing"))
    return [order for order in orders if sum(line.remaining for line in order.lines) > 1]


def writes(served: ServedSandbox) -> list[str]:
    return [seen.path for seen in served.control.requests() if seen.method != "GET"]
