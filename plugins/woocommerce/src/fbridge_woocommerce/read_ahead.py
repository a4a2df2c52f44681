"""Let the next page arrive while the current one is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def read_ahead(source: Iterator[T]) -> Iterator[T]:
    """The same items; one is made in a thread while its predecessor is used, and never more than one.

    An error of the source comes out where its item would have come. Closing this iterator waits for the item
    that is being made and ends the thread.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="fbridge-read-ahead") as pool:
        coming = pool.submit(_next, source)
        while (item := _result(coming)) is not None:
            coming = pool.submit(_next, source)
            yield item[0]


def _next(source: Iterator[T]) -> tuple[T] | None:
    for item in source:
        return (item,)
    return None


def _result(coming: Future[tuple[T] | None]) -> tuple[T] | None:
    return coming.result()
