"""The control routes of the Magento sandbox (see :mod:`fbridge.sandbox.control_routes`).

``POST orders/{id}`` takes ``{"do": "cancel"}`` (``hold``, ``unhold``, ``refund``, ``ship``, ``delete``,
``touch``); ``refund`` with ``{"items": {row id: quantity}}``, ``ship`` with a body as in REST. ``POST store``
takes ``{"maintenance": true}``, ``{"developer_mode": true}``, ``{"lose_mails": true}``, ``{"bearer": false}``,
``{"run_consumer": true}``. ``GET orders/{id}/shipments`` shows the shipments of an order.
"""

from __future__ import annotations

from typing import Any

from fbridge.sandbox import control_routes
from fbridge_magento.sandbox.control import Control
from fbridge_magento.sandbox.errors import RestError


class ControlRoutes(control_routes.ControlRoutes[Control]):
    """Those of every platform, and the switches of this one."""

    def routes(self) -> list[control_routes.Route]:
        """Those of every platform, and the switches of this one."""
        return [
            *super().routes(),
            ("GET", "orders/<int:order_id>/shipments", self._shipments),
            ("POST", "store", self._switch),
        ]

    def _shipments(self, _given: Any, order_id: int) -> Any:
        return self.control.shipments(order_id)

    def change(self, given: dict[str, Any], order_id: int) -> Any:
        """Change an order and show it."""
        try:
            self._change(given, order_id)
        except RestError as error:
            raise ValueError(str(error)) from error
        return {} if given.get("do") == "delete" else self.control.order(order_id)

    def _change(self, given: dict[str, Any], order_id: int) -> None:
        act = given.get("do")
        if act == "refund":
            items = given.get("items")
            pieces = {int(row): int(quantity) for row, quantity in items.items()} if items else None
            self.control.refund(order_id, pieces)
        elif act == "ship":
            self.control.ship(order_id, **given.get("body", {}))
        elif act in {"cancel", "hold", "unhold", "delete", "touch"}:
            getattr(self.control, act)(order_id)
        else:
            raise ValueError(f'"do" is {act!r}: say cancel, hold, unhold, refund, ship, delete or touch.')

    def _switch(self, given: dict[str, Any]) -> Any:
        if "maintenance" in given:
            self.control.maintain(closed=bool(given["maintenance"]))
        if "developer_mode" in given:
            self.control.develop(on=bool(given["developer_mode"]))
        if "lose_mails" in given:
            self.control.lose_mails(lost=bool(given["lose_mails"]))
        if "bearer" in given:
            self.control.take_bearer(taken=bool(given["bearer"]))
        if given.get("run_consumer"):
            self.control.run_consumer()
        return self.control.state()
