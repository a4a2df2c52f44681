"""The control routes of the Magento sandbox (see :mod:`fbridge.sandbox.control_routes`).

``POST orders/{id}`` takes ``{"do": "cancel"}`` (``hold``, ``unhold``, ``refund``, ``ship``, ``delete``,
``touch``); ``refund`` with ``{"items": {row id: quantity}}``, ``ship`` with a body as in REST. ``POST store``
takes ``{"maintenance": true}``, ``{"developer_mode": true}``, ``{"lose_mails": true}``, ``{"bearer": false}``,
``{"mail_by_cron": true}``, ``{"run_mail_cron": true}``, ``{"run_consumer": true}``, ``{"most_entries": 5}``,
``{"most_on_a_page": 50}``, ``{"module": "refuses"}`` (a module that fails after a shipment was saved).
``GET orders/{id}/shipments`` shows the shipments of an order.
"""

from __future__ import annotations

from collections.abc import Callable
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
        control = self.control
        switches: dict[str, Callable[[Any], object]] = {
            "maintenance": lambda on: control.maintain(closed=bool(on)),
            "developer_mode": lambda on: control.develop(on=bool(on)),
            "lose_mails": lambda on: control.lose_mails(lost=bool(on)),
            "mail_by_cron": lambda on: control.mail_by_cron(on=bool(on)),
            "run_mail_cron": lambda _: control.run_mail_cron(),
            "bearer": lambda on: control.take_bearer(taken=bool(on)),
            "run_consumer": lambda _: control.run_consumer(),
            "module": lambda how: control.fail_after_saving(str(how)),
            "most_entries": lambda most: control.limit_lists(entries=most),
            "most_on_a_page": lambda most: control.limit_lists(page=most),
        }
        for name, value in given.items():
            if name in switches:
                switches[name](value)
        return control.state()
