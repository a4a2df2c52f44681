"""Lists cut into parts: stores, databases and mail servers take only so many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The same items in their order, at most ``size`` in each part; no part is empty."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
