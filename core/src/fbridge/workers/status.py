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
from fbridge.push.rows import has_orders_in_work
from fbridge.storage.worker_tables import workers
from fbridge.stores.rows import fetch_times
from fbridge.workers.outcomes import BROKE_OFF, WorkOutcome, load_outcomes
from fbridge.workers.queueing import WorkKind
from fbridge.workers.schedule import fetch_pause

LATE = timedelta(minutes=5)
"""A task that waits so long after its time lacks somebody who works it."""
_DEAD = timedelta(seconds=30)
_JOBS = sa.text("""
    SELECT queue_name AS store, task_name, status::text AS status, scheduled_at, worker_id,
        clock_timestamp() AS now, (SELECT max(at) FROM procrastinate_events WHERE job_id = tasks.id) AS moved_at
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

    ``fault`` is a sentence where something is wrong with it now, ``reason`` its code.
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
        if self.reason in _LACK_WORKERS:
            return "fbridge worker"
        return (
            f"fbridge push {self.store} --plan"
            if self.kind is WorkKind.PUSH
            else f"fbridge fetch {self.store}"
        )

    @property
    def stands_still(self) -> bool:
        """Whether nothing comes of it by itself: no worker has it, it breaks off each time, or it was given up."""
        given_up = self.kind is WorkKind.PUSH and not (self.running or self.waiting)
        return bool(self.fault) and (self.reason in {*_LACK_WORKERS, BROKE_OFF} or given_up)


_LACK_WORKERS = frozenset({"no_worker", "workers_busy"})


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
        return look_at_workers(connection, context)


def look_at_workers(connection: Connection, context: Context) -> WorkersReport:
    """The same, over a connection to a database that has a queue."""
    tasks = connection.execute(_JOBS, {"tasks": [kind.task for kind in WorkKind]}).all()
    seen = _seen(connection, tasks)
    of_store: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for task in tasks:
        of_store[task.store, task.task_name].append(task)
    stores = sorted({*context.settings.stores, *(task.store for task in tasks)})
    look = _Look(connection, context, seen, load_outcomes(connection), fetch_times(connection, stores))
    work = (look.at(store, kind, of_store[store, kind.task]) for store in stores for kind in WorkKind)
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


@dataclass(frozen=True, slots=True)
class _Look:
    """What the work of a store is held against: who is at work, how it ended last, when the store was fetched."""

    connection: Connection
    context: Context
    workers: tuple[WorkerSeen, ...]
    outcomes: Mapping[tuple[str, WorkKind], WorkOutcome]
    fetched: Mapping[str, datetime]

    def at(self, store: str, kind: WorkKind, own: Sequence[Any]) -> StoreWork:
        alive = {one.id for one in self.workers if one.alive}
        running = [task for task in own if task.status == "doing" and task.worker_id in alive]
        held = [task for task in own if task.status == "doing" and task.worker_id not in alive]
        waiting = [task for task in own if task.status == "todo"]
        since = min((task.scheduled_at or task.moved_at for task in waiting), default=None)
        last = self.outcomes.get((store, kind))
        begun = min((task.moved_at for task in held), default=since)
        late = begun is not None and own[0].now - begun > LATE and not self._was_done(store, kind, begun)
        lack = self._lack(store, kind, own, late=late, running=bool(running))
        reason, fault = lack or self._ended(store, kind, last)
        return StoreWork(
            store=store,
            kind=kind,
            running=len(running) + len(held),
            waiting=len(waiting),
            next_at=since,
            ended_at=last.ended_at if last else None,
            reason=reason,
            fault=fault,
        )

    def _was_done(self, store: str, kind: WorkKind, begun: datetime) -> bool:
        """Whether somebody has fetched the store since: by hand, or a scheduler in place of workers."""
        at = self.fetched.get(store)
        return kind is WorkKind.FETCH and at is not None and at > begun

    def _lack(
        self, store: str, kind: WorkKind, own: Sequence[Any], *, late: bool, running: bool
    ) -> tuple[str, str] | None:
        """Why nobody works it, where nobody does."""
        covered = any(one.alive and store in one.stores for one in self.workers)
        if late and not covered:
            return "no_worker", f"it waits, and no worker at work has this store{self._left_out(store)}"
        if late and not running:
            return "workers_busy", "it waits, and the workers at work do not come to it"
        never = kind is WorkKind.FETCH and not own and fetch_pause(self.context.settings, store)
        if never and not covered:
            return "no_worker", f"no worker at work has this store{self._left_out(store)}"
        return None

    def _left_out(self, store: str) -> str:
        found = [
            f"{one.host}: {one.left_out[store]}"
            for one in self.workers
            if one.alive and store in one.left_out
        ]
        return f"; {found[0]}" if found else ""

    def _ended(self, store: str, kind: WorkKind, last: WorkOutcome | None) -> tuple[str, str]:
        """What went wrong last, as long as it counts: a person may have fetched or pushed since."""
        if last is None or not last.reason or self._was_done(store, kind, last.ended_at):
            return "", ""
        if kind is WorkKind.PUSH and not has_orders_in_work(self.connection, store):
            return "", ""
        return last.reason, last.words
