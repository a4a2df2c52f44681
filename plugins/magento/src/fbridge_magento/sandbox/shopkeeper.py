"""The shop's staff, in the words of every platform (see :class:`fbridge.sandbox.contract.Shopkeeper`)."""

from __future__ import annotations

from fbridge.sandbox.contract import ShownOrder
from fbridge_magento.sandbox.control import Control


class MagentoShopkeeper:
    """Looks at orders and cancels them, as the shop's staff does in the back office."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def cancel(self, order_id: str) -> None:
        """Cancel an order; a paid one is refunded."""
        self._control.cancel(int(order_id))

    def shows(self, order_id: str) -> ShownOrder:
        """The status, the numbers of all shipments, and the mails about them."""
        key = int(order_id)
        shipments = self._control.shipments(key)
        return ShownOrder(
            status=str(self._control.order(key)["status"]),
            numbers=tuple(track["track_number"] for one in shipments for track in one["tracks"]),
            mails=len(self._control.mails(key)),
        )
