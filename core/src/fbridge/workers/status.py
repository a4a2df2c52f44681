"""Who is at work, what waits, and how the last task of each store ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.storage.worker_tables import workers
from fbridge.workers.outcomes import WorkOutcome, load_outcomes
from fbridge.workers.queueing import WorkKind
from fbridge.workers.schedule import fetch_pause

LATE = timedelta(minutes=5)
"""A task that waits so long after its time lacks somebody who works it."""
_DEAD = timedelta(seconds=30)
_JOBS = sa.text("""
    SELECT queue_name AS store, task_name, status::text AS status, scheduled_at, worker_id,
        clock_timestamp() AS now, (SELECT min(at) FROM procrastinate_events WHERE job_id = tasks.id) AS put_at
    FROM procrastinate_jobs AS tasks
    WHERE status IN ('todo', 'doing') AND task_name = ANY(:tasks) ORDER BY id
""")
_BEATS = sa.text(
    "SELECT id, clock_timestamp() - last_heartbeat AS silent FROM procrastinate_workers ORDER BY id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSeen:
    """One worker process: where it runs, for how many seconds it gave no sign of life, how many tasks it has.

    ``left_out`` are the stores that it cannot work, with the reason.
    """

    id: int
    host: str
    process: int
    started_at: datetime | None
    silent_seconds: float
    alive: bool
    tasks: int
    stores: tuple[str, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreWork:
    """The tasks of one kind of a store: how many ``run`` and how many wait, since or until when; how the last ended.

    ``fault`` is a sentence where something is wrong with it, ``reason`` its code.
    """

    store: str
    kind: WorkKind
    running: int
    waiting: int
    next_at: datetime | None
    ended_at: datetime | None
    reason: str
    fault: str

    @property
    def next_step(self) -> str:
        """What is typed for it; "" where nothing is wrong."""
        if not self.fault:
            return ""
        if self.reason == "no_worker":
            return "fbridge worker"
        return (
            f"fbridge push {self.store} --plan"
            if self.kind is WorkKind.PUSH
            else f"fbridge fetch {self.store}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersReport:
    """All workers that the database knows, and all stores of this home's settings or with a task."""

    workers: tuple[WorkerSeen, ...]
    work: tuple[StoreWork, ...]

    @property
    def alive(self) -> int:
        """How many workers give signs of life."""
        return sum(one.alive for one in self.workers)


def read_workers(context: Context) -> WorkersReport:
    """As it is now."""
    with context.database.read() as connection:
        tasks = connection.execute(_JOBS, {"tasks": [kind.task for kind in WorkKind]}).all()
        seen = _seen(connection, tasks)
        outcomes = load_outcomes(connection)
    covered = {store for one in seen if one.alive for store in one.stores}
    stores = sorted({*context.settings.stores, *(task.store for task in tasks)})
    of_store: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for task in tasks:
        of_store[task.store, task.task_name].append(task)
    work = (
        _work(
            context,
            store,
            kind,
            of_store[store, kind.task],
            outcomes.get((store, kind)),
            covered=store in covered,
        )
        for store in stores
        for kind in WorkKind
    )
    shown = tuple(one for one in work if one.ended_at or one.running or one.waiting or one.fault)
    return WorkersReport(workers=seen, work=shown)


def _seen(connection: Connection, tasks: Any) -> tuple[WorkerSeen, ...]:
    known = {row.id: row for row in connection.execute(sa.select(workers))}
    doing = Counter(task.worker_id for task in tasks if task.status == "doing")
    return tuple(
        WorkerSeen(
            id=beat.id,
            host=row.host if (row := known.get(beat.id)) else "",
            process=row.process if row else 0,
            started_at=row.started_at if row else None,
            silent_seconds=round(beat.silent.total_seconds(), 1),
            alive=beat.silent < _DEAD,
            tasks=doing[beat.id],
            stores=tuple(row.stores) if row else (),
            left_out=row.left_out if row else {},
        )
        for beat in connection.execute(_BEATS)
    )


def _work(
    context: Context,
    store: str,
    kind: WorkKind,
    own: Sequence[Any],
    last: WorkOutcome | None,
    *,
    covered: bool,
) -> StoreWork:
    waiting = [task for task in own if task.status == "todo"]
    since = min((task.scheduled_at or task.put_at for task in waiting), default=None)
    reason, fault = (last.reason, last.words) if last else ("", "")
    if since and own[0].now - since > LATE and not covered:
        reason, fault = "no_worker", "it waits, and no worker at work has this store"
    elif kind is WorkKind.FETCH and not own and not covered and fetch_pause(context.settings, store):
        reason, fault = "no_worker", "no worker at work has this store"
    return StoreWork(
        store=store,
        kind=kind,
        running=len(own) - len(waiting),
        waiting=len(waiting),
        next_at=since,
        ended_at=last.ended_at if last else None,
        reason=reason,
        fault=fault,
    )
