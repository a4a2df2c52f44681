"""Tasks are put into the queue inside the transaction of what causes them: both are there, or neither.

A task belongs to one store and stands in the queue of its name, so that only hosts that can work the store take it.
Of a store one fetch and one push run at a time, by the locks of the queue; our own turn is what this rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.engine import Connection

from fbridge.storage.queue_schema import has_queue, is_installed

AT_ONCE, LATER = 10, 0
"""Priorities. One that waits for its time holds up those of its lock that came later, unless they come first."""


class WorkKind(StrEnum):
    """What a task does with its store."""

    FETCH = "fetch"
    PUSH = "push"

    @property
    def task(self) -> str:
        """As the queue knows it."""
        return f"fbridge.{self}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One piece of work for a store. ``name``: of equal names one waits at a time. ``at``: not before (aware UTC).

    ``told`` is what the work has to know, as JSON.
    """

    kind: WorkKind
    store: str
    name: str
    at: datetime | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lock(self) -> str:
        """One of these runs at a time."""
        return lock_of(self.kind, self.store)


def lock_of(kind: WorkKind, store: str) -> str:
    """What a task of a store holds while it runs."""
    return f"{kind}-{store}"


def queued_fetch(store: str, at: datetime | None) -> Work:
    """One fetch of a store waits at a time."""
    return Work(kind=WorkKind.FETCH, store=store, name=lock_of(WorkKind.FETCH, store), at=at)


def push_of_due(store: str, at: datetime | None = None) -> Work:
    """Push what is due; a push for later does not hold up one for now."""
    name = f"{lock_of(WorkKind.PUSH, store)}-{'later' if at else 'now'}"
    return Work(kind=WorkKind.PUSH, store=store, name=name, at=at)


def put(connection: Connection, task: Work) -> bool:
    """Put a task into the queue, in this write unit; False where one of its name waits already."""
    from procrastinate.exceptions import AlreadyEnqueued
    from procrastinate.tasks import configure_task

    from fbridge.workers.queue_app import manager_for_sessions

    deferrer = configure_task(
        name=task.kind.task,
        job_manager=manager_for_sessions(),
        queue=task.store,
        lock=task.lock,
        queueing_lock=task.name,
        schedule_at=task.at,
        priority=LATER if task.at else AT_ONCE,
        connection=connection.connection.driver_connection,
        task_kwargs={"store": task.store, **task.told},
    )
    try:
        with connection.begin_nested():
            deferrer.defer()
    except AlreadyEnqueued:
        return False
    return True


def push_what_left(connection: Connection, stores: Sequence[str]) -> None:
    """Shipments of these stores have left, and their settings let workers push what is due: in the same unit.

    Where this host has no workers' extra, the next fetch of a worker finds them.
    """
    if stores and is_installed() and has_queue(connection):
        for store in stores:
            put(connection, push_of_due(store))
