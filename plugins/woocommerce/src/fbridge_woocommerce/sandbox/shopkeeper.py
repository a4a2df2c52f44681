"""The shop's staff, in the words of every platform (see :class:`fbridge.sandbox.contract.Shopkeeper`)."""

from __future__ import annotations

from fbridge.sandbox.contract import ShownOrder
from fbridge_woocommerce.sandbox.control import Control


class WooCommerceShopkeeper:
    """Looks at orders and cancels them, as the shop's staff does in the back office."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        self._control.cancel(int(order_id))

    def shows(self, order_id: str) -> ShownOrder:
        """The status, the tracking numbers wherever they are kept, and the "completed" mails."""
        key = int(order_id)
        numbers = [str(row["tracking_number"]) for row in self._control.trackings(key)]
        for fulfillment in self._control.shop.orders[key].fulfillments:
            shown = fulfillment.is_fulfilled and not fulfillment.deleted
            numbers += [fulfillment.value("_tracking_number") or ""] if shown else []
        mails = [mail for mail in self._control.mails(key) if mail.kind == "customer_completed_order"]
        return ShownOrder(
            status=str(self._control.order(key)["status"]),
            numbers=tuple(number for number in numbers if number),
            mails=len(mails),
        )
