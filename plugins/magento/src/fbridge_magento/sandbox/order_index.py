"""Ids sorted by time, so that a page out of 100 000 orders is found by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

_AFTER_EVERY_ID = 1 << 62


class TimeIndex:
    """Pairs of (seconds, id), ascending; ties are ordered by id."""

    def __init__(self) -> None:
        self._pairs: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self._pairs)

    def fill(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Take many at once."""
        self._pairs.extend(pairs)
        self._pairs.sort()

    def add(self, seconds: int, key: int) -> None:
        """Take one."""
        insort(self._pairs, (seconds, key))

    def remove(self, seconds: int, key: int) -> None:
        """Drop one that is there."""
        del self._pairs[bisect_left(self._pairs, (seconds, key))]

    def first_at(self, seconds: int) -> int:
        """The position of the first at or after this second."""
        return bisect_left(self._pairs, (seconds, -1))

    def first_after(self, seconds: int) -> int:
        """The position of the first after this second."""
        return bisect_right(self._pairs, (seconds, _AFTER_EVERY_ID))

    def ids(self, positions: range) -> list[int]:
        """The ids at these positions."""
        return [self._pairs[position][1] for position in positions]
