"""All orders: those that were touched are kept, the others are made anew whenever they are looked at."""

from __future__ import annotations

from itertools import count

from fbridge_prestashop.sandbox.generated_orders import GeneratedOrders
from fbridge_prestashop.sandbox.order_index import DateIndex
from fbridge_prestashop.sandbox.order_making import ROWS_PER_ORDER
from fbridge_prestashop.sandbox.records import PARTS, OrderRecord
from fbridge_prestashop.sandbox.schema import Row

FIRST_ORDER_OF_AN_EMPTY_SHOP = 1001
MOST_NEW_ORDERS = 100_000
"""Rows that are added to orders have ids above those that come with new orders."""


class OrderStore:
    """The orders by id, with an index by date of change."""

    def __init__(self, generated: GeneratedOrders) -> None:
        self._generated = generated
        self._kept: dict[int, OrderRecord] = {}
        self._deleted: set[int] = set()
        self._owners: dict[str, dict[int, int]] = {part: {} for part in PARTS}
        self.by_change = DateIndex()
        self.by_change.fill(generated.dates_of_change())
        first_free = generated.ids.stop if generated.count else FIRST_ORDER_OF_AN_EMPTY_SHOP
        self.order_ids = count(first_free)
        self._row_ids = {part: count((first_free + MOST_NEW_ORDERS) * ROWS_PER_ORDER) for part in PARTS}

    def ids(self) -> list[int]:
        """All ids, ascending."""
        return sorted({*self._kept, *self._generated.ids} - self._deleted)

    def cod_ids(self) -> list[int]:
        """The ids of those that may be cash on delivery."""
        return sorted({*self._kept, *self._generated.cod_ids()} - self._deleted)

    def get(self, order_id: int) -> OrderRecord | None:
        """The order, to look at: what is changed in it may be forgotten."""
        if order_id in self._kept:
            return self._kept[order_id]
        if order_id not in self._generated.ids or order_id in self._deleted:
            return None
        return self._generated.order(order_id)

    def state(self, order_id: int) -> str:
        """The current state of an order that is there."""
        kept = self._kept.get(order_id)
        return self._generated.state(order_id) if kept is None else str(kept.head["current_state"])

    def to_change(self, order_id: int) -> OrderRecord:
        """The order, kept from now on. Raises: LookupError."""
        record = self.get(order_id)
        if record is None:
            raise LookupError(f"The sandbox has no order {order_id}.")
        self._kept[order_id] = record
        return record

    def add(self, record: OrderRecord) -> None:
        """Take a new order."""
        self._kept[record.id] = record
        self.by_change.add(record.head["date_upd"], record.id)
        for part in PARTS:
            for row in record.part(part):
                self._owners[part][row["id"]] = record.id

    def remove(self, order_id: int) -> None:
        """Forget an order for good."""
        record = self.to_change(order_id)
        self.by_change.remove(record.head["date_upd"], order_id)
        del self._kept[order_id]
        self._deleted.add(order_id)

    def set_changed(self, record: OrderRecord, date: str) -> None:
        """Move a kept order's date of change."""
        self.by_change.remove(record.head["date_upd"], record.id)
        self.by_change.add(date, record.id)
        record.head["date_upd"] = date

    def add_row(self, record: OrderRecord, part: str, row: Row) -> Row:
        """Give a kept order one more row; return it with its id."""
        new = {"id": next(self._row_ids[part]), **row}
        record.part(part).append(new)
        self._owners[part][new["id"]] = record.id
        return new

    def move_row(self, part: str, record: OrderRecord, row: Row) -> None:
        """Give a row to the order that it names, if there is one."""
        new_owner = int(row["id_order"])
        if self.get(new_owner) is None:
            return
        record.part(part).remove(row)
        self.to_change(new_owner).part(part).append(row)
        self._owners[part][row["id"]] = new_owner

    def owner(self, part: str, row_id: int) -> int | None:
        """The order that may have this row."""
        if row_id in self._owners[part]:
            return self._owners[part][row_id]
        order_id = row_id if part == "carriers" else row_id // ROWS_PER_ORDER
        return order_id if order_id in self._generated.ids else None
