"""The shop's staff, in the words of every platform (see :class:`fbridge.sandbox.contract.Shopkeeper`)."""

from __future__ import annotations

import re

from fbridge.sandbox.contract import ShownOrder
from fbridge_prestashop.sandbox.control import Control

SHIPPING_MAILS = frozenset({"shipped", "in_transit"})
COMMA = re.compile(r"\s*,\s*")
"""What divides the numbers in the one field; customers read several there."""


class PrestaShopShopkeeper:
    """Looks at orders and cancels them, as the shop's staff does in the back office."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        self._control.cancel(int(order_id))

    def shows(self, order_id: str) -> ShownOrder:
        """The name of the state, the tracking numbers, and the mails "Shipped" and "Package in transit"."""
        key = int(order_id)
        state = self._control.shop.row("order_states", self._control.order(key)["current_state"]) or {}
        mails = [mail for mail in self._control.mails(key) if mail.kind in SHIPPING_MAILS]
        return ShownOrder(
            status=str(state["name"][0]["value"]),
            numbers=tuple(number for field in self._control.tracking(key) for number in COMMA.split(field)),
            mails=len(mails),
        )
