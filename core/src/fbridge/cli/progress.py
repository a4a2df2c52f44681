"""Progress on standard error: bars on a terminal, silence in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fbridge.cli.harmless_text import one_line
from fbridge.cli.session import Session
from fbridge.models.jobs import JobStep

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from fbridge.orders.fetch import FetchProgress
    from fbridge.push.run_state import PushProgress


@contextmanager
def fetch_progress(session: Session) -> Iterator[Callable[[FetchProgress], None] | None]:
    """For each store: orders so far, and how many there are where the store tells."""
    with _shown(session) as show:
        yield None if show is None else lambda step: show(_of_fetch(step))


@contextmanager
def push_progress(session: Session) -> Iterator[Callable[[PushProgress], None] | None]:
    """For each store: shipments done of those to do."""
    with _shown(session) as show:
        yield None if show is None else lambda step: show(_of_push(step))


class _Bars:
    """One bar a store; the callbacks may come from several threads (rich takes care of that)."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, step: JobStep) -> None:
        if step.store not in self._tasks:
            self._tasks[step.store] = self._progress.add_task(step.store, total=step.total, words="")
        self._progress.update(
            self._tasks[step.store], completed=step.done, total=step.total, words=one_line(step.words)
        )


def _of_fetch(step: FetchProgress) -> JobStep:
    total = None if step.remaining is None and not step.done else step.orders + (step.remaining or 0)
    return JobStep(store=step.store, done=step.orders, total=total, words="orders")


def _of_push(step: PushProgress) -> JobStep:
    return JobStep(store=step.store, done=step.done, total=step.total, words=step.words)


@contextmanager
def _shown(session: Session) -> Iterator[Callable[[JobStep], None] | None]:
    """Where it is told: to whoever started this run as a job, or to who looks at it."""
    if session.on_step is not None:
        yield session.on_step
        return
    with _bars(session) as bars:
        yield bars.show if bars else None


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
