"""Let the next page arrive while the current one is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def read_ahead(source: Iterator[T]) -> Iterator[Iterator[T]]:
    """The same items; one is made in a thread while its predecessor is used, and never more than one.

    An error of the source comes out where its item would have come. The end of the ``with`` block waits for the
    item that is being made, and ends the thread.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="fbridge-read-ahead") as pool:
        yield _items(source, pool)


def _items(source: Iterator[T], pool: ThreadPoolExecutor) -> Iterator[T]:
    context = copy_context()  # whose work it is
    coming = pool.submit(context.run, _next, source)
    while (item := coming.result()) is not None:
        coming = pool.submit(context.run, _next, source)
        yield item[0]


def _next(source: Iterator[T]) -> tuple[T] | None:
    for item in source:
        return (item,)
    return None
