"""Find the order at which the store breaks off, so that it stops no other (C2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from fbridge.adapterkit.reading.faults import is_an_orders_own, may_succeed_in_part
from fbridge.adapterkit.reading.feeds import Feed, Listed, Position
from fbridge.errors import FbridgeError
from fbridge.models.orders import RejectedOrder
from fbridge.models.parts import in_parts

MOST_IN_A_ROW = 10
"""Where so many orders in a row cannot be read, it is the store that cannot be read, and not these orders."""

P = TypeVar("P", bound=Position)
R = TypeVar("R")
W = TypeVar("W")
Asked = TypeVar("Asked")
Found = TypeVar("Found")


def listed_from(
    feed: Feed[R, P, W], position: P, size: int
) -> tuple[Listed[R, P], int, list[W | RejectedOrder]]:
    """The page at a position: smaller, where the store breaks off or it is too much, and past an order at which it
    breaks off even alone. With the size that went, and the orders that were passed.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    passed: list[W | RejectedOrder] = []
    in_a_row = 0
    while True:
        try:
            return feed.page(position, size), size, passed
        except FbridgeError as error:
            if not may_succeed_in_part(error):
                raise
            if size > 1:
                size //= 2
                continue
            in_a_row += 1
            found = _alone(feed, position, error) if in_a_row < MOST_IN_A_ROW else None
            if found is None:
                raise
            order_id, position = found
            passed += named_orders(feed, [order_id])[0]
            # Its neighbour may be another one: larger pages come back by and by.
            size = feed.page_size if in_a_row == 1 else 1


def _alone(feed: Feed[R, P, W], position: P, error: FbridgeError) -> tuple[str, P] | None:
    return feed.first(position) if is_an_orders_own(error) else None


def named_orders(feed: Feed[R, P, W], order_ids: Sequence[str]) -> tuple[list[W | RejectedOrder], set[str]]:
    """The orders with these ids, and which of them the store has. Raises as :func:`listed_from`."""
    halves = _Halves(feed.by_ids)
    halves.ask(order_ids)
    rejected = [_rejected(order_id, error) for order_id, error in halves.failed]
    present = {feed.key(row).id for row in halves.found} | {one.remote_id for one in rejected}
    return [*whole_orders(feed, halves.found), *rejected], present


def whole_orders(feed: Feed[R, P, W], rows: Sequence[R]) -> list[W | RejectedOrder]:
    """The orders of these rows. One that fails is tried once more after the others: what passes has passed by then.

    Raises as :func:`listed_from`.
    """
    halves = _Halves(feed.whole)
    for part in in_parts(rows, feed.at_once):
        halves.ask(part)
    orders: list[W | RejectedOrder] = list(halves.found)
    for row, _ in halves.failed:
        again = _Halves(feed.whole)
        again.ask([row])
        key = feed.key(row)
        orders += again.found
        orders += [_rejected(key.id, error, key.number) for _, error in again.failed]
    return orders


class _Halves(Generic[Asked, Found]):
    """Asks for many at once; of those that fail together, for each half by itself, down to single ones."""

    def __init__(self, read: Callable[[Sequence[Asked]], Sequence[Found]]) -> None:
        self._read = read
        self._in_a_row = 0
        self.found: list[Found] = []
        self.failed: list[tuple[Asked, FbridgeError]] = []

    def ask(self, for_these: Sequence[Asked]) -> None:
        """Add to what was found and what failed. Raises as :func:`listed_from`."""
        try:
            self.found += self._read(for_these)
            self._in_a_row = 0
        except FbridgeError as error:
            if len(for_these) > 1 and (may_succeed_in_part(error) or is_an_orders_own(error)):
                half = len(for_these) // 2
                self.ask(for_these[:half])
                self.ask(for_these[half:])
                return
            self._in_a_row += 1
            if len(for_these) > 1 or self._in_a_row >= MOST_IN_A_ROW or not is_an_orders_own(error):
                raise
            self.failed.append((for_these[0], error))


def _rejected(order_id: str, error: FbridgeError, number: str = "") -> RejectedOrder:
    return RejectedOrder(remote_id=order_id, reason=f"unreadable: {error}", number=number)
