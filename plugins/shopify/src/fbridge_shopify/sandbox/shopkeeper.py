"""The shop's staff, in the words of every platform (see :class:`fbridge.sandbox.contract.Shopkeeper`)."""

from __future__ import annotations

from fbridge.sandbox.contract import ShownOrder
from fbridge_shopify.sandbox.control import Control


class ShopifyShopkeeper:
    """Looks at orders and cancels them, as the shop's staff does in the admin."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        self._control.cancel(order_id)

    def shows(self, order_id: str) -> ShownOrder:
        """The status, the numbers of what was shipped, and the mails about it."""
        order = self._control.order(order_id)
        numbers = [
            str(row["number"])
            for one in order["fulfillments"]
            if one["status"] == "SUCCESS"
            for row in one["trackingInfo"]
            if row["number"]
        ]
        return ShownOrder(
            status="CANCELLED" if order["cancelledAt"] else str(order["displayFulfillmentStatus"]),
            numbers=tuple(numbers),
            mails=len(self._control.mails(order_id)),
        )
