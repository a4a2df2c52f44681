"""The control routes of the PrestaShop sandbox (see :mod:`fbridge.sandbox.control_routes`).

``POST orders/{id}`` takes ``{"state": "6"}``, ``{"refund": true}``, ``{"refund": {row id: pieces}}``, ``{"tracking":
"..."}``, ``{"delete": true}`` or columns of the order; ``POST shop`` takes ``{"smtp_down": true}``, ``{"enabled":
false}`` or ``{"sends_mail": false}``.
"""

from __future__ import annotations

from typing import Any

from fbridge.sandbox import control_routes
from fbridge_prestashop.sandbox.control import Control
from fbridge_prestashop.sandbox.errors import Crash

SWITCHES = frozenset({"smtp_down", "enabled", "sends_mail"})


class ControlRoutes(control_routes.ControlRoutes[Control]):
    """Those of every platform, and the switches of the shop."""

    def routes(self) -> list[control_routes.Route]:
        """One more than every platform has."""
        return [*super().routes(), ("POST", "shop", self._switch)]

    def mail_json(self, mail: Any) -> dict[str, Any]:
        """A mail with its time as a text."""
        return super().mail_json(mail) | {"sent": mail.sent.isoformat()}

    def change(self, given: dict[str, Any], order_id: int) -> Any:
        """Change an order and show it; ``{}`` of one that is deleted."""
        if given.pop("delete", False):
            self.control.delete(order_id)
            return {}
        try:
            self._change(given, order_id)
        except Crash:
            raise LookupError("The sandbox has no such order or state.") from None
        return self.control.order(order_id)

    def _change(self, given: dict[str, Any], order_id: int) -> None:
        refund = given.pop("refund", None)
        if refund is not None:
            everything = refund is True
            rows = None if everything else {int(row): int(pieces) for row, pieces in refund.items()}
            self.control.refund(order_id, rows)
        if "tracking" in given:
            self.control.set_tracking(order_id, given.pop("tracking"))
        if "state" in given:
            self.control.set_state(order_id, str(given.pop("state")))
        if given:
            self.control.change(order_id, **given)

    def _switch(self, given: dict[str, bool]) -> Any:
        for name, value in given.items():
            if name not in SWITCHES:
                raise ValueError(f"The shop has no switch {name}, only {', '.join(sorted(SWITCHES))}.")
            setattr(self.control.shop, name, bool(value))
        return self.control.state()
