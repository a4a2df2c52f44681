"""Where work can be watched: what is done for a store, each request, each wait. Nobody watches unless asked.

What watches is one :class:`Watcher` (:mod:`fbridge.telemetry` is one); this module knows none, and costs nothing
without one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

T = TypeVar("T")


class Watcher(Protocol):
    """What is told. Nothing that it is told holds a secret or says who a customer is; it raises nothing."""

    def working(self, act: str, name: str) -> AbstractContextManager[Callable[[object], None]]:
        """An act (``fetch``, ``push`` ...) begins for the store or listener ``name``; it is called with the result,
        and the block ends with the act, in the same thread."""

    def requested(self, store: str, method: str, status: int | None, seconds: float) -> None:
        """One try of a request has ended; ``status`` is None where no whole answer came."""

    def waited(self, store: str, seconds: float) -> None:
        """A request waited so long before it was sent, for the store bears only so many, or had asked for it."""


_watcher: Watcher | None = None
_store: ContextVar[str] = ContextVar("store", default="")


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """While the block runs, in all threads."""
    global _watcher  # noqa: PLW0603 - one process has one
    before, _watcher = _watcher, watcher
    try:
        yield
    finally:
        _watcher = before


def work(act: str, name: str, do: Callable[[], T]) -> T:
    """Do something for a store (or a listener), watched where somebody watches."""
    if _watcher is None:
        return do()
    token = _store.set(name)
    try:
        with _watcher.working(act, name) as tell:
            result = do()
            tell(result)
            return result
    finally:
        _store.reset(token)


def requested(method: str, status: int | None, seconds: float) -> None:
    """One try of a request to the store that is worked for has ended."""
    if _watcher is not None:
        _watcher.requested(_store.get(), method, status, seconds)


def waited(seconds: float) -> None:
    """A request to the store that is worked for had to wait so long."""
    if _watcher is not None and seconds > 0:
        _watcher.waited(_store.get(), seconds)
