"""The hand behind the store: look at it, change it as the shop's staff would, make it fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fbridge.sandbox.control import SandboxControl
from fbridge_woocommerce.sandbox.authentication import ApiKey
from fbridge_woocommerce.sandbox.order_writing import write_order
from fbridge_woocommerce.sandbox.records import TRACKING_META, Mail, OrderRecord, tracking_rows
from fbridge_woocommerce.sandbox.refunded_lines import refunded_lines
from fbridge_woocommerce.sandbox.rendering import order_json
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.status_changes import add_refund, refund_rest


class Control(SandboxControl):
    """For tests and demos. Order ids are numbers."""

    def __init__(self, shop: Shop, keys: Mapping[str, ApiKey]) -> None:
        super().__init__()
        self.shop = shop
        self.keys = keys
        """The store's REST keys: ``read_write``, ``read`` and ``write``."""

    def order(self, order_id: int) -> dict[str, Any]:
        """The order's JSON as the store would answer it, without links."""
        with self.shop.lock:
            return order_json(self.shop, self._record(order_id), "http://sandbox")

    def order_ids(self, status: str | None = None) -> list[int]:
        """The ids, ascending, of those with this status."""
        with self.shop.lock:
            found = [record.id for record in self.shop.orders.values() if status in {None, record.status}]
        return sorted(found)

    def trackings(self, order_id: int) -> list[dict[str, Any]]:
        """The rows of the tracking plugin."""
        return list(tracking_rows(self._record(order_id)))

    def mails(self, order_id: int | None = None) -> list[Mail]:
        """What the customers were sent, oldest first."""
        with self.shop.lock:
            return [mail for mail in self.shop.mails if order_id in {None, mail.order_id}]

    def add_order(self, **fields: Any) -> int:
        """A new order, fields as in ``POST /wc/v3/orders``; return its id."""
        from fbridge_woocommerce.sandbox.new_orders import create_order

        return create_order(self.shop, fields).id

    def change(self, order_id: int, **fields: Any) -> None:
        """Change an order as ``PUT`` does, mails included; any status will do, ``trash`` as well."""
        write_order(self.shop, {"id": order_id, **fields})

    def cancel(self, order_id: int) -> None:
        """Set the status to ``cancelled``."""
        self.change(order_id, status="cancelled")

    def refund(self, order_id: int, quantities: Mapping[int, int] | None = None, reason: str = "") -> None:
        """Refund so many of these lines (line id to quantity), or all that is left."""
        with self.shop.lock:
            record = self._record(order_id)
            if quantities is None:
                refund_rest(self.shop, record)
                return
            lines, tax_lines = refunded_lines(self.shop, record, quantities)
            amount = -sum((Decimal(line["total"]) + Decimal(line["total_tax"]) for line in lines), Decimal(0))
            add_refund(
                self.shop, record, amount=str(amount), reason=reason, line_items=lines, tax_lines=tax_lines
            )

    def set_trackings(self, order_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows of the tracking plugin, as somebody in the shop's office would."""
        with self.shop.lock:
            record = self._record(order_id)
            self.shop.set_meta(record, TRACKING_META, [dict(row) for row in rows])
            self.shop.touch(record)

    def set_providers(self, providers: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        """Edit the carriers of the tracking plugin; as in ``SandboxSettings.providers``."""
        self.shop.settings = replace(self.shop.settings, providers=providers)

    def switch_off(self, part: str) -> None:
        """Deactivate ``tracking`` (the tracking plugin), ``woocommerce`` or the feature ``fulfillments``."""
        self.shop.switched_off.add(part)

    def switch_on(self, part: str) -> None:
        """Activate it again."""
        self.shop.switched_off.discard(part)

    def switch_mail(self, kind: str, *, on: bool) -> None:
        """Whether the shop sends this kind of mail (``customer_completed_order``)."""
        (self.shop.mails_off.discard if on else self.shop.mails_off.add)(kind)

    def refuse_mails(self, why: str = "Could not instantiate mail function.") -> None:
        """Let no mail leave from now on; "" ends it."""
        self.shop.mails_fail = why

    def set_modified(self, order_ids: Sequence[int], seconds: int) -> None:
        """Give many orders one date of change (seconds since 1970)."""
        with self.shop.lock:
            for order_id in order_ids:
                self.shop.touch(self._record(order_id), seconds)

    def break_off_at(self, order_id: int) -> None:
        """Let every answer that would hold this order end with an error of PHP."""
        with self.shop.lock:
            self.shop.broken.add(order_id)
            self.shop.touch(self._record(order_id))

    def state(self) -> dict[str, Any]:
        """How many orders have which status, and how many mails were sent."""
        with self.shop.lock:
            statuses = [record.status for record in self.shop.orders.values()]
            counts = {status: statuses.count(status) for status in sorted(set(statuses))}
            return {"orders": counts, "mails": len(self.shop.mails), "faults": len(self.faults.waiting)}

    def _record(self, order_id: int) -> OrderRecord:
        try:
            return self.shop.orders[order_id]
        except KeyError:
            raise LookupError(f"The sandbox has no order {order_id}.") from None
