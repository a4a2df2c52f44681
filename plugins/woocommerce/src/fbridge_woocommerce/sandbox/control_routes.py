"""The control routes of the WooCommerce sandbox (see :mod:`fbridge.sandbox.control_routes`).

``POST orders/{id}`` takes ``{"status": ...}`` (fields as in ``PUT``), ``{"refund": true}``, ``{"refund": {line id:
quantity}}`` or ``{"trackings": [...]}``.
"""

from __future__ import annotations

from typing import Any

from fbridge.sandbox import control_routes
from fbridge_woocommerce.sandbox.control import Control
from fbridge_woocommerce.sandbox.errors import RestError


class ControlRoutes(control_routes.ControlRoutes[Control]):
    """Those of every platform; orders change as their REST route says."""

    def change(self, given: dict[str, Any], order_id: int) -> Any:
        """Change an order and show it."""
        try:
            self._change(given, order_id)
        except RestError as error:
            raise ValueError(str(error)) from error
        return self.control.order(order_id)

    def _change(self, given: dict[str, Any], order_id: int) -> None:
        refund, trackings = given.pop("refund", None), given.pop("trackings", None)
        if refund is not None:
            quantities = (
                {int(line): int(pieces) for line, pieces in refund.items()} if refund is not True else None
            )
            self.control.refund(order_id, quantities)
        if trackings is not None:
            self.control.set_trackings(order_id, trackings)
        if given:
            self.control.change(order_id, **given)
