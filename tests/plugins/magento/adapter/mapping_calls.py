"""Orders of the tests, as they are mapped or rejected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge.models.orders import Order, OrderLine, RejectedOrder
from fbridge_magento.mapping import RawOrder, Rules, order_from

Recorded = Callable[[str], Any]


def mapped(order: dict[str, Any], shipments: list[dict[str, Any]] | None = None, **rules: Any) -> Order:
    found = order_from(RawOrder(order=order, shipments=shipments), Rules(**rules))
    assert isinstance(found, Order), found
    return found


def refused(order: Any, shipments: list[dict[str, Any]] | None = None) -> RejectedOrder:
    found = order_from(RawOrder(order=order, shipments=shipments), Rules())
    assert isinstance(found, RejectedOrder), found
    return found


def counts(line: OrderLine) -> tuple[int, int, int, int]:
    return line.quantity, line.removed, line.shipped, line.remaining


def item_of(order: dict[str, Any], item_id: int) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in order["items"] if item["item_id"] == item_id)
    return found
