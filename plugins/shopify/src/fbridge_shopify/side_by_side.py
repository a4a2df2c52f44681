"""Requests side by side: several threads, and one that listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")


def side_by_side(
    items: Sequence[T], act: Callable[[T], object], most: int, stop: Callable[[], object]
) -> Iterator[T]:
    """Act on each item, at most so many at once; yields each when it is done.

    ``stop`` has to see to it that nothing more is begun. It is called where an act fails, and where whoever listens
    goes away; what is under way then is waited for. The error of an act is raised after all others are done.
    """
    if not items:
        return
    faults = []
    with ThreadPoolExecutor(min(most, len(items)), thread_name_prefix="shopify") as pool:
        running = {pool.submit(act, item): item for item in items}
        try:
            for future in as_completed(running):
                fault = future.exception()
                if fault is None:
                    yield running[future]
                else:
                    stop()
                    faults.append(fault)
        except BaseException:
            stop()
            raise
    if faults:
        raise faults[0]
