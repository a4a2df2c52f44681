"""Requests side by side: several threads, and one that listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def _nothing() -> None: ...


def side_by_side(
    items: Sequence[T], act: Callable[[T], object], most: int, stop: Callable[[], object] = _nothing
) -> Iterator[T]:
    """Act on each item, at most so many at once; yields each when it is done.

    Where an act fails, and where whoever listens goes away, nothing more is begun: ``stop`` tells it to those that
    wait inside an act. What is under way then is waited for. The error of an act is raised after all others are done.
    """
    if not items:
        return
    faults = []
    with ThreadPoolExecutor(min(most, len(items)), thread_name_prefix="fbridge-side-by-side") as pool:
        running = {pool.submit(copy_context().run, act, item): item for item in items}
        try:
            for future in as_completed(running):
                if future.cancelled():
                    continue
                fault = future.exception()
                if fault is None:
                    yield running[future]
                else:
                    faults.append(fault)
                    _end(running, stop)
        except BaseException:
            _end(running, stop)
            raise
    if faults:
        raise faults[0]


def _end(running: Iterable[Future[object]], stop: Callable[[], object]) -> None:
    stop()
    for future in running:
        future.cancel()
