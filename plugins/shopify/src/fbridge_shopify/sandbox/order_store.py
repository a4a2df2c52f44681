"""The orders: made when they are asked for, and kept from the first change on."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from fbridge_shopify.sandbox.generated_orders import GeneratedOrders, Head
from fbridge_shopify.sandbox.new_orders import ROOM
from fbridge_shopify.sandbox.records import Order


class OrderStore:
    """Orders by id, and in order of their change and their making."""

    def __init__(self, generated: GeneratedOrders) -> None:
        self._generated = generated
        self._kept: dict[int, Order] = {}
        self._heads = {head.id: head for head in generated.heads()}
        self.by_updated = sorted((head.updated, head.id) for head in self._heads.values())
        self.by_created = sorted((head.created, head.id) for head in self._heads.values())
        self._owners: dict[tuple[str, int], int] = {}

    def __len__(self) -> int:
        return len(self._heads)

    def __contains__(self, order_id: object) -> bool:
        return order_id in self._heads

    def ids(self) -> list[int]:
        """All ids, ascending."""
        return sorted(self._heads)

    def get(self, order_id: int) -> Order:
        """To look at. Raises: LookupError."""
        if order_id not in self._heads:
            raise LookupError(f"The sandbox has no order {order_id}.")
        return self._kept.get(order_id) or self._generated.make(order_id)

    def keep(self, order_id: int) -> Order:
        """To change. Raises: LookupError."""
        return self._kept.setdefault(order_id, self.get(order_id))

    def each(self) -> Iterator[Order]:
        """All of them."""
        return map(self.get, self.ids())

    def add(self, order: Order) -> None:
        """Take a new one."""
        self._kept[order.id] = order
        self._heads[order.id] = Head(order.id, order.created, order.updated)
        insort(self.by_updated, (order.updated, order.id))
        insort(self.by_created, (order.created, order.id))

    def remove(self, order_id: int) -> None:
        """Drop one for good. Raises: LookupError."""
        head = self._heads.pop(order_id)
        self._kept.pop(order_id, None)
        del self.by_updated[bisect_left(self.by_updated, (head.updated, order_id))]
        del self.by_created[bisect_left(self.by_created, (head.created, order_id))]

    def touch(self, order: Order, moment: int) -> None:
        """Move the date of change of a kept order."""
        head = self._heads[order.id]
        del self.by_updated[bisect_left(self.by_updated, (head.updated, order.id))]
        insort(self.by_updated, (moment, order.id))
        self._heads[order.id] = Head(order.id, head.created, moment)
        order.updated = moment

    def own(self, kind: str, number: int, order_id: int) -> None:
        """Remember whose something is whose id does not tell."""
        self._owners[kind, number] = order_id

    def owner(self, kind: str, number: int) -> Order:
        """The order that something belongs to. Raises: LookupError."""
        return self.get(self._owners.get((kind, number), number // ROOM))
