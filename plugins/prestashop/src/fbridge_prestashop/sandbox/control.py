"""The hand behind the store: look at it, change it as the shop's staff would, make it fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fbridge.sandbox.control import SandboxControl
from fbridge_prestashop.sandbox.authentication import WebserviceKey
from fbridge_prestashop.sandbox.catalogue import find_product
from fbridge_prestashop.sandbox.order_making import Line, OrderPlan, made_order
from fbridge_prestashop.sandbox.people import address_of
from fbridge_prestashop.sandbox.records import Mail
from fbridge_prestashop.sandbox.schema import Row
from fbridge_prestashop.sandbox.state import STAMPS, Shop
from fbridge_prestashop.sandbox.status_changes import change_status

CANCELED, SHIPPED, PAID, PREPARATION, COD = "6", "4", "2", "3", "13"


class Control(SandboxControl):
    """For tests and demos. Order ids are numbers."""

    def __init__(self, shop: Shop, keys: Mapping[str, WebserviceKey]) -> None:
        super().__init__()
        self.shop = shop
        self.keys = keys
        """The store's keys: ``full`` and ``readonly``; their permissions may be changed."""

    def order(self, order_id: int) -> dict[str, Any]:
        """The order with its ``carriers``, ``details`` and ``histories``. Raises: LookupError."""
        with self.shop.lock:
            record = self.shop.orders.get(order_id)
            if record is None:
                raise LookupError(f"The sandbox has no order {order_id}.")
            return {
                **record.head,
                "carriers": [dict(row) for row in record.carriers],
                "details": [dict(row) for row in record.details],
                "histories": [dict(row) for row in record.histories],
            }

    def order_ids(self, *states: str) -> list[int]:
        """The ids, ascending, of all orders or of those with one of these states."""
        with self.shop.lock:
            orders = self.shop.orders
            return [one for one in orders.ids() if not states or orders.state(one) in states]

    def shippable_ids(self) -> list[int]:
        """The ids of what is to be shipped: paid, in preparation or cash on delivery, and not virtual."""
        with self.shop.lock:
            ready = self.order_ids(PAID, PREPARATION, COD)
            return [one for one in ready if self.order(one)["carriers"]]

    def mails(self, order_id: int | None = None) -> list[Mail]:
        """What the customers were sent, oldest first."""
        with self.shop.lock:
            return [mail for mail in self.shop.mails if order_id in {None, mail.order_id}]

    def add_order(
        self,
        lines: Sequence[tuple[str, int]],
        *,
        state: str = PAID,
        carrier: str = "5",
        customer: int = 3,
        reference: str | None = None,
        shop: str = "1",
    ) -> int:
        """A new order of articles (reference, pieces); return its id. Raises: LookupError."""
        is_cod = state == COD
        with self.shop.lock:
            order_id, now = next(self.shop.orders.order_ids), self.shop.now(shop)
            plan = OrderPlan(
                id=order_id,
                reference=reference or f"SB{order_id:07d}",
                states=(state,),
                carrier=carrier,
                customer=customer,
                address=address_of(customer),
                lines=[Line(product=find_product(article), quantity=pieces) for article, pieces in lines],
                module="ps_cashondelivery" if is_cod else "ps_wirepayment",
                payment="Pagamento in contrassegno" if is_cod else "Bonifico bancario",
                shop=shop,
                created=now,
                updated=now,
            )
            self.shop.orders.add(made_order(plan))
        return order_id

    def set_state(self, order_id: int, state: str, *, mails: bool = False) -> None:
        """Set the state of an order, as the back office does; the history gets a row. Raises: Crash."""
        change_status(self.shop, str(order_id), state, mails=mails, employee="1")

    def cancel(self, order_id: int) -> None:
        """Set the state to "Canceled"."""
        self.set_state(order_id, CANCELED)

    def complete(self, order_id: int) -> None:
        """Set the state to "Shipped", without a number."""
        self.set_state(order_id, SHIPPED)

    def change(self, order_id: int, **fields: Any) -> None:
        """Write columns of the order itself; its date of change moves unless it is among them."""
        with self.shop.lock:
            record = self.shop.orders.to_change(order_id)
            self.shop.orders.set_changed(record, fields.pop("date_upd", self.shop.now()))
            record.head.update(fields)

    def refund(self, order_id: int, quantities: Mapping[int, int] | None = None) -> None:
        """Refund so many of these rows (``order_details`` id to pieces), or all that is left."""
        with self.shop.lock:
            record = self.shop.orders.to_change(order_id)
            for row in record.details:
                left = int(row["product_quantity"]) - int(row["product_quantity_refunded"])
                pieces = left if quantities is None else min(left, quantities.get(row["id"], 0))
                row["product_quantity_refunded"] = str(int(row["product_quantity_refunded"]) + pieces)
            self.shop.touch(record)

    def set_tracking(self, order_id: int, number: str, *, carrier: int | None = None) -> None:
        """Write the number of the order's first carrier row, as somebody in the back office would; or its carrier."""
        with self.shop.lock:
            record = self.shop.orders.to_change(order_id)
            record.carriers[0]["tracking_number"] = number
            if carrier is not None:
                record.carriers[0]["id_carrier"] = str(carrier)

    def tracking(self, order_id: int) -> list[str]:
        """The numbers of the order's carrier rows, those that are empty left out."""
        return [row["tracking_number"] for row in self.order(order_id)["carriers"] if row["tracking_number"]]

    def set_modified(self, order_ids: Sequence[int], moment: datetime) -> None:
        """Give many orders one date of change (an aware moment)."""
        with self.shop.lock:
            for order_id in order_ids:
                record = self.shop.orders.to_change(order_id)
                self.shop.orders.set_changed(record, self.shop.local(moment))

    def delete(self, order_id: int) -> None:
        """Remove an order for good."""
        with self.shop.lock:
            self.shop.orders.remove(order_id)

    def malform(self, order_id: int) -> None:
        """Make an order of which no sense can be made, as a bad import does."""
        with self.shop.lock:
            record = self.shop.orders.to_change(order_id)
            record.details[0]["product_quantity"] += ".5"
            self.shop.touch(record)

    def mend(self, order_id: int) -> None:
        """Undo that, without a change of the date."""
        with self.shop.lock:
            first = self.shop.orders.to_change(order_id).details[0]
            first["product_quantity"] = first["product_quantity"].removesuffix(".5")

    def break_off_at(self, order_id: int) -> None:
        """Let PHP die in every answer that would hold more of this order than its id and dates."""
        with self.shop.lock:
            self.shop.broken.add(order_id)
            self.shop.touch(self.shop.orders.to_change(order_id))

    def crash_status_writes(self, times: int = 1, words: str = "", *, before: bool = False) -> None:
        """Let the next status writes die half-way: the state is written, unless they die ``before``, and neither
        history row nor mail. The answer is an empty 500, or 200 with the last ``words`` of a module."""
        self.shop.status_crashes, self.shop.last_words = times, words
        self.shop.crashes_before = before

    def warn_in_writes(self, times: int = 1, *, before: bool = False) -> None:
        """Let PHP warn in the next writes: 500 with its words. The entity of which it warned is saved and mailed,
        unless it warned ``before``; the entities after it are not."""
        self.shop.warnings.left, self.shop.warnings.before = times, before

    def configure(self, name: str, value: str, *, shop: str = "", group: str = "") -> None:
        """Give a shop, or a group of shops, a value of its own in the configuration."""
        owner = {"id_shop": shop or None, "id_shop_group": group or ("1" if shop else None)}
        with self.shop.lock:
            self.shop.tables["configurations"].add({"name": name, "value": value} | owner | STAMPS)

    def book(self, order_id: int, amount: str, method: str, *, transaction: str = "") -> None:
        """Enter a payment, as the shop's staff or a module does."""
        with self.shop.lock:
            head = self.shop.orders.to_change(order_id).head
            self.shop.book(head, Decimal(amount), method, transaction=transaction)

    def most_status_writers(self) -> int:
        """How many requests wrote states at the same time, at most; the real store gives two orders one delivery
        number then.
        """
        return self.shop.status_writers.most

    def edit_carrier(self, carrier_id: int, **fields: Any) -> int:
        """Edit a carrier as the back office does: a new row with the same ``id_reference``, the old one deleted.

        Return the new id.
        """
        with self.shop.lock:
            table = self.shop.tables["carriers"]
            before: Row = table.get(carrier_id) or {}
            new_id = table.add(before | fields)
            table.change(carrier_id, {"deleted": "1"})
            return new_id

    def state(self) -> dict[str, Any]:
        """How many orders have which state, and how many mails were sent."""
        with self.shop.lock:
            states = Counter(self.shop.orders.state(one) for one in self.shop.orders.ids())
            return {
                "orders": dict(sorted(states.items())),
                "mails": len(self.shop.mails),
                "faults": len(self.faults.waiting),
            }
