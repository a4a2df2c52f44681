"""Several stores at once, each in a thread of its own. Ctrl-C lets each finish its step; a second one does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from threading import Event
from typing import TypeVar

from fbridge import watching

T = TypeVar("T")

STORES_AT_ONCE = 4


def for_each_store(
    act: str, names: Sequence[str], work: Callable[[str, Event], T], *, patience: float | None = None
) -> tuple[T, ...]:
    """Do the work for each name; ``act`` is what those who watch are told (:mod:`fbridge.watching`).

    The event is set when the user interrupts; the interruption goes on up.

    Work that may be broken off anywhere is waited for so many seconds of ``patience`` only; a second interruption
    waits for nothing. What is left behind ends with the process.
    """
    stop = Event()
    pool = ThreadPoolExecutor(STORES_AT_ONCE, thread_name_prefix="store")
    # Who does it (`storage.events.acting_as`) is known in each thread.
    running = [
        pool.submit(copy_context().run, watching.work, act, name, partial(work, name, stop)) for name in names
    ]
    try:
        results = tuple(future.result() for future in running)
    except BaseException as error:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        wait(running, patience if isinstance(error, KeyboardInterrupt) else None)
        raise
    pool.shutdown()
    return results
