"""The jobs of one database: asked for by the page and by programs, done by processes of their own."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

from fbridge.context import Context
from fbridge.errors import BusyError, InputError, NotFoundError
from fbridge.jobs import rows
from fbridge.jobs.process import start_process
from fbridge.jobs.working import Work
from fbridge.models.jobs import Job, JobState
from fbridge.storage.events import record
from fbridge.storage.job_tables import jobs
from fbridge.storage.locks import HeldLock, exclusive
from fbridge.storage.upserts import insert_if_new

COMMANDS = frozenset(
    {"evening", "fetch", "inbox", "manifest", "orders", "push", "shipment", "store", "tracking", "verify"}
)
"""What may be a job: it ends by itself, and asks nobody."""
TO_BEGIN = timedelta(minutes=2)
"""Whose process has not begun by then never will."""
KEPT = timedelta(days=30)
MOST_AT_ONCE = 8
"""Each is a process of its own; whoever presses a button again and again does not fill the machine."""


class Jobs:
    """Each job runs once. A job whose process died is told as such, whatever killed it."""

    def __init__(self, context: Context, start: Callable[[Context, str], object] = start_process) -> None:
        self._context = context
        self._database = context.database
        self._start = start

    def start(self, command: Sequence[str], *, asked_by: str, job_id: str = "") -> Job:
        """Begin a command (``("push", "--manifest", "2026-0001", "--yes")``) in a process of its own.

        What stands in ``command`` is taken as at the terminal: who passes on what others wrote decides what may stand
        there, files and options included. ``job_id`` (32 hexadecimal digits) makes asking twice harmless: with the
        same one it is the same job. Raises InputError (a command that is no job, a ``job_id`` of another job),
        BusyError (``too_many_jobs``).
        """
        words = tuple(command)
        if not words or words[0] not in COMMANDS:
            raise InputError(
                f"'fbridge {shlex.join(words)}' is not done as a job; these are: {', '.join(sorted(COMMANDS))}.",
                reason="no_job",
            )
        key, now = _known_form(job_id), self._context.now()
        self._refuse_too_many(key)
        with self._database.write() as connection:
            forgotten = rows.forget(connection, now - KEPT)
            is_new = insert_if_new(
                connection,
                jobs,
                id=key,
                command=list(words),
                asked_by=asked_by,
                state=JobState.ASKED,
                asked_at=now,
                steps=[],
            )
            job = rows.load(connection, key)
            if is_new:
                said = f"{asked_by} asked for: fbridge {shlex.join(words)}"
                record(connection, "job.asked", said, at=now)
        self._remove_locks(forgotten)
        if job is None or job.command != words:
            raise InputError("This job was another one; give each job an id of its own.", reason="job_exists")
        if is_new:
            self._start(self._context, key)
        return self.get(key)

    def _refuse_too_many(self, key: str) -> None:
        running = self.list(running=True, limit=MOST_AT_ONCE)
        if len(running) >= MOST_AT_ONCE and all(one.id != key for one in running):
            raise BusyError(
                f"{len(running)} jobs are at work; wait until one of them has ended.", reason="too_many_jobs"
            )

    def get(self, job_id: str) -> Job:
        """How far a job is, with its answer once it has ended. Raises NotFoundError."""
        with self._database.read() as connection:
            job = rows.load(connection, job_id)
        if job is None:
            raise NotFoundError(f"There is no job {job_id!r}.", reason="unknown_job")
        return job if job.is_over else self._looked_at(job)

    def list(self, *, running: bool = False, limit: int = 50) -> tuple[Job, ...]:
        """The jobs, the newest first, without their answers; ``running``: those that are not over."""
        with self._database.read() as connection:
            found = rows.newest(connection, limit, only_open=running)
        looked_at = (one if one.is_over else self._looked_at(one) for one in found)
        return tuple(one for one in looked_at if not (running and one.is_over))

    @contextmanager
    def working(self, job_id: str) -> Iterator[Work | None]:
        """For the process that does the job: as long as this block lasts the job lives. None where there is nothing
        to do: it is over, was given up, or another process does it."""
        with ExitStack() as held:
            try:
                held.enter_context(self._held(job_id))
            except BusyError:
                yield None
                return
            with self._database.write() as connection:
                now = self._context.now()
                begun = rows.move(connection, job_id, {JobState.ASKED}, state=JobState.RUNNING, begun_at=now)
                job = rows.load(connection, job_id)
            yield Work(self._context, job) if begun and job else None
        self._remove_locks([job_id])

    def _looked_at(self, job: Job) -> Job:
        """The job as it is; noted as dead where nobody is at work on it any more."""
        if job.state is JobState.ASKED and self._context.now() < job.asked_at + TO_BEGIN:
            return job
        try:
            with self._held(job.id), self._database.write() as connection:
                now = self._context.now()
                if rows.move(connection, job.id, {job.state}, state=JobState.DIED, ended_at=now):
                    said = f"The process of 'fbridge {shlex.join(job.command)}' ended without an answer."
                    record(connection, "job.died", said, at=now)
                job = rows.load(connection, job.id) or job
        except BusyError:
            return job
        self._remove_locks([job.id])
        return job

    def _held(self, job_id: str) -> AbstractContextManager[HeldLock]:
        return exclusive(self._database, f"job-{job_id}", self._context.lock_folder, f"Job {job_id} runs.")

    def _remove_locks(self, job_ids: Sequence[str]) -> None:
        """Files of jobs that are over; whoever finds none makes one, and sees in the row that nothing is to do."""
        for job_id in job_ids:
            for ending in ("lock", "holder"):
                (self._context.lock_folder / f"job-{job_id}.{ending}").unlink(missing_ok=True)


def _known_form(job_id: str) -> str:
    if not job_id:
        return uuid4().hex
    try:
        return UUID(hex=job_id).hex
    except ValueError:
        raise InputError(
            f"{job_id!r} is no id of a job: 32 hexadecimal digits.", reason="bad_job_id"
        ) from None
