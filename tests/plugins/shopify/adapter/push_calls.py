"""Pushes of the tests: articles, what a push said of its one shipment, and what the store shows and was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge.models.fulfillments import Fulfillment, ShipmentReceipt
from fbridge.sandbox import ServedSandbox

Make = Callable[..., Any]

OIL, PASTA, CUP = "OLIO-EVO-1L", "PASTA-GRAGN", "TAZZA-BLU"
"""The cup is kept in Turin, the others in Milan."""


def gid(location: int) -> str:
    return f"gid://shopify/Location/{location}"


def entry_of(desk: Any, fulfillment: Fulfillment) -> ShipmentReceipt:
    (entry,) = desk.push_one(fulfillment).shipments
    return entry


def fulfillments(served: ServedSandbox, order_id: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = served.control.order(order_id)["fulfillments"]
    return [one for one in made if one["status"] == "SUCCESS"]


def numbers(served: ServedSandbox, order_id: str) -> list[list[str]]:
    return [[row["number"] for row in one["trackingInfo"]] for one in fulfillments(served, order_id)]


def roots(served: ServedSandbox) -> list[str]:
    """The mutations and queries that the store was asked."""
    return [request.path.partition(" ")[2] for request in served.control.requests()]
