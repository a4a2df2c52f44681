"""Progress on standard error: bars on a terminal, silence in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fbridge.cli.harmless_text import one_line
from fbridge.cli.session import Session

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from fbridge.orders.fetch import FetchProgress
    from fbridge.push.run_state import PushProgress


@contextmanager
def fetch_progress(session: Session) -> Iterator[Callable[[FetchProgress], None] | None]:
    """A bar for each store: orders so far, and how many there are where the store tells."""
    with _bars(session) as bars:
        yield bars.on_fetch if bars else None


@contextmanager
def push_progress(session: Session) -> Iterator[Callable[[PushProgress], None] | None]:
    """A bar for each store: shipments done of those to do."""
    with _bars(session) as bars:
        yield bars.on_push if bars else None


class _Bars:
    """One bar a store; the callbacks may come from several threads (rich takes care of that)."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def on_fetch(self, step: FetchProgress) -> None:
        total = None if step.remaining is None and not step.done else step.orders + (step.remaining or 0)
        self._show(step.store, step.orders, total, "orders")

    def on_push(self, step: PushProgress) -> None:
        self._show(step.store, step.done, step.total, step.words)

    def _show(self, store: str, done: int, total: int | None, words: str) -> None:
        if store not in self._tasks:
            self._tasks[store] = self._progress.add_task(store, total=total, words="")
        self._progress.update(self._tasks[store], completed=done, total=total, words=one_line(words))


@contextmanager
def _bars(session: Session) -> Iterator[_Bars | None]:
    if session.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[words]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bars(progress)
