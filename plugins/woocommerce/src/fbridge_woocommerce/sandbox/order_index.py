"""Order ids sorted by time, so that a page out of 100 000 orders is found by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

_AFTER_EVERY_ID = 1 << 62


class TimeIndex:
    """Pairs of (seconds, id), ascending; ties are ordered by id."""

    def __init__(self) -> None:
        self._pairs: list[tuple[int, int]] = []

    def fill(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Take many at once."""
        self._pairs.extend(pairs)
        self._pairs.sort()

    def add(self, seconds: int, order_id: int) -> None:
        """Take one."""
        insort(self._pairs, (seconds, order_id))

    def remove(self, seconds: int, order_id: int) -> None:
        """Drop one that is there."""
        del self._pairs[bisect_left(self._pairs, (seconds, order_id))]

    def between(self, after: int | None = None, before: int | None = None) -> range:
        """The positions of those strictly after and strictly before."""
        start = 0 if after is None else bisect_right(self._pairs, (after, _AFTER_EVERY_ID))
        stop = len(self._pairs) if before is None else bisect_left(self._pairs, (before, -1))
        return range(start, max(start, stop))

    def ids(self, positions: range) -> list[int]:
        """The ids at these positions."""
        return [self._pairs[position][1] for position in positions]
