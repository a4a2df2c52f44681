"""Orders of the tests, as they are mapped or rejected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge.models.orders import Order, RejectedOrder
from fbridge_shopify.mapping import RawOrder, Reading, order_from

Make = Callable[..., dict[str, Any]]
LINE_ID = "11"
OTHER_ID = "12"


def mapped(raw: dict[str, Any], **options: Any) -> Order:
    order = order_from(RawOrder(order=raw), Reading(**options))
    assert isinstance(order, Order), order
    return order


def rejected(raw: Any) -> RejectedOrder:
    order = order_from(RawOrder(order=raw))
    assert isinstance(order, RejectedOrder), order
    return order


def money(amount: str) -> dict[str, Any]:
    return {"presentmentMoney": {"amount": amount}}
