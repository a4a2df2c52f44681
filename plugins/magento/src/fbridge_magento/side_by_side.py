"""Orders side by side, each in one thread at a time; Magento locks an order's row, so different ones are safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")


def side_by_side(items: Sequence[T], act: Callable[[T], object], most: int) -> Iterator[T]:
    """Act on each item, at most so many at once; yields each when it is done.

    Whoever stops listening, or is interrupted, waits for those that were begun; the others are not begun.
    """
    if not items:
        return
    pool = ThreadPoolExecutor(min(most, len(items)), thread_name_prefix="magento")
    try:
        running = {pool.submit(act, item): item for item in items}
        for future in as_completed(running):
            future.result()
            yield running[future]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
