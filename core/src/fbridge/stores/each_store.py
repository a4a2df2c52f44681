"""Several stores at once, each in a thread of its own; Ctrl-C lets each finish the step it is in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

T = TypeVar("T")

STORES_AT_ONCE = 4


def for_each_store(names: Sequence[str], work: Callable[[str, Event], T]) -> tuple[T, ...]:
    """Do the work for each name. The event is set when the user interrupts; the interruption goes on up."""
    stop = Event()
    with ThreadPoolExecutor(STORES_AT_ONCE, thread_name_prefix="store") as pool:
        running = [pool.submit(work, name, stop) for name in names]
        try:
            return tuple(future.result() for future in running)
        except BaseException:
            stop.set()
            raise
