"""The control routes of the Shopify sandbox (see :mod:`fbridge.sandbox.control_routes`).

``POST orders/{number}`` takes ``{"cancel": true}``, ``{"hold": true}``, ``{"release": true}``, ``{"touch": true}``,
``{"refund": {"line": place, "quantity": n}}``, ``{"ship": {"number": ..., "company": ...}}``,
``{"add_number": "..."}`` or ``{"change": {field of the record: value}}``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge.sandbox import control_routes
from fbridge_shopify.sandbox.control import Control


class ControlRoutes(control_routes.ControlRoutes[Control]):
    """Those of every platform."""

    def change(self, given: dict[str, Any], order_id: int) -> Any:
        """Change an order and show it."""
        control = self.control
        acts: dict[str, Callable[[Any], Any]] = {
            "cancel": lambda _: control.cancel(order_id),
            "hold": lambda _: control.hold(order_id),
            "release": lambda _: control.release(order_id),
            "touch": lambda _: control.touch(order_id),
            "refund": lambda details: control.refund(order_id, **details),
            "ship": lambda details: control.ship_by_hand(order_id, **details),
            "add_number": lambda number: control.add_number_by_hand(order_id, number),
            "change": lambda fields: control.change(order_id, **fields),
        }
        for name, details in given.items():
            if name not in acts:
                raise ValueError(f"An order can be changed by {', '.join(acts)}, not by {name}.")
            acts[name](details)
        return self.control.order(order_id)
