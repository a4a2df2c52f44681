"""Several stores at once, each in a thread of its own. Ctrl-C lets each finish its step; a second one does not.

A store that is silent or has much to tell holds up no other: after a while it does not count among those at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from threading import Event
from time import monotonic
from typing import TypeVar

from fbridge import watching

T = TypeVar("T")

STORES_AT_ONCE = 4
"""As many as a processor and a database have work from."""
SLOW_AFTER = 10.0
"""Seconds after which a store gives its place to the next one, and goes on beside it."""
MOST_AT_ONCE = 12
"""With those that gave their places; each may hold two sessions of a database."""


def for_each_store(
    act: str | None, names: Sequence[str], work: Callable[[str, Event], T], *, patience: float | None = None
) -> tuple[T, ...]:
    """Do the work for each name; ``act`` is what those who watch are told (:mod:`fbridge.watching`), None for what is
    part of another act.

    The event is set when the user interrupts; the interruption goes on up.

    Work that may be broken off anywhere is waited for so many seconds of ``patience`` only; a second interruption
    waits for nothing. What is left behind ends with the process.
    """
    stop = Event()
    pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="store")
    begun: dict[Future[T], float] = {}

    def begin(name: str) -> Future[T]:
        # Who does it (`storage.events.acting_as`) is known in each thread.
        do = partial(work, name, stop)
        watched = partial(watching.work, act, name, do) if act else do
        return pool.submit(partial(copy_context().run, watched))

    try:
        _do_all(deque(names), begin, begun)
        results = tuple(future.result() for future in begun)
    except BaseException as error:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        wait(begun, patience if isinstance(error, KeyboardInterrupt) else None)
        raise
    pool.shutdown()
    return results


def _do_all(waiting: deque[str], begin: Callable[[str], Future[T]], begun: dict[Future[T], float]) -> None:
    """Begin each as soon as there is a place for it, and wait for all; an error of one ends the waiting."""
    running: set[Future[T]] = set()
    while waiting or running:
        while waiting and len(running) < MOST_AT_ONCE and not _is_full(running, begun):
            future = begin(waiting.popleft())
            begun[future] = monotonic()
            running.add(future)
        done, running = wait(running, _next_place(running, begun) if waiting else None, FIRST_COMPLETED)
        for future in done:
            future.result()


def _is_full(running: set[Future[T]], begun: dict[Future[T], float]) -> bool:
    return sum(monotonic() - begun[one] < SLOW_AFTER for one in running) >= STORES_AT_ONCE


def _next_place(running: set[Future[T]], begun: dict[Future[T], float]) -> float | None:
    """In how many seconds one more of those that are running counts as slow; None where that gives no place."""
    if len(running) >= MOST_AT_ONCE:
        return None
    now = monotonic()
    quick = (begun[one] + SLOW_AFTER - now for one in running)
    return min((seconds for seconds in quick if seconds > 0), default=0.0)
