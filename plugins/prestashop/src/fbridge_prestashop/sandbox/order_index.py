"""Order ids sorted by date of change, so that a page out of 100 000 orders is found by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator

_AFTER_EVERY_ID = 1 << 62


class DateIndex:
    """Pairs of (date text, id), ascending; ties are ordered by id."""

    def __init__(self) -> None:
        self._pairs: list[tuple[str, int]] = []

    def fill(self, pairs: Iterable[tuple[str, int]]) -> None:
        """Take many at once."""
        self._pairs.extend(pairs)
        self._pairs.sort()

    def add(self, date: str, order_id: int) -> None:
        """Take one."""
        insort(self._pairs, (date, order_id))

    def remove(self, date: str, order_id: int) -> None:
        """Drop one that is there."""
        del self._pairs[bisect_left(self._pairs, (date, order_id))]

    def between(self, first: str, last: str) -> range:
        """The positions from ``first`` to ``last``, both included."""
        start = bisect_left(self._pairs, (first, -1))
        stop = bisect_right(self._pairs, (last, _AFTER_EVERY_ID))
        return range(start, max(start, stop))

    def ids(self, positions: range) -> Iterator[int]:
        """The ids at these positions."""
        return (self._pairs[position][1] for position in positions)
