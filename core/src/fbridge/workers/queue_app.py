"""procrastinate as this program uses it: its app, the work it does about its own tasks, and a fence around ends.

Its own retries are off: what comes again is told by the push ledger. This module alone imports procrastinate's heavy
parts; nothing imports it before there is a task.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import cache
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from fbridge.storage.database import Database

log = logging.getLogger("fbridge.workers")

UPKEEP = ":upkeep"
"""The queue of what every worker can do; no store has such a name."""
BEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0
"""A worker without a sign of life for so long is taken for dead, and its tasks are picked up."""
_BEFORE_ALL = 100
_TRIES = 60
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=30)
_PICK_UP = "* * * * * */10"
_HOURLY = "17 * * * *"

LOST = (psycopg.Error, ConnectorException)
"""What is raised where the database cannot be reached."""

_OURS = """
FROM procrastinate_jobs
WHERE id = %(job_id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker_id)s
"""
_FINISH = f"SELECT procrastinate_finish_job_v1(id, %(status)s, %(delete_job)s) {_OURS} FOR UPDATE"
_AGAIN = f"SELECT procrastinate_retry_job_v2(id, clock_timestamp() + %(after)s, NULL, NULL, NULL) {_OURS} FOR UPDATE"


class FencedManager(JobManager):
    """A worker ends only what is still its own, and what broke off comes again.

    One that was taken for dead and comes back would otherwise end a task that another was given, or is to be given.
    """

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """See procrastinate. A task that broke off lost its database, or met a bug: it comes again after a while."""
        for _ in range(_TRIES):
            try:
                await self._end(job, status, delete_job)
                return
            except LOST as error:  # else it would stay ours for as long as we live, and nobody would work it
                log.warning("the end of a task could not be told, trying again: %s", error)
                await asyncio.sleep(1)
        await self._end(job, status, delete_job)

    async def _end(self, job: Job, status: Status, delete_job: bool) -> None:
        if status is Status.FAILED:
            await self.put_back(job, after=min(_FIRST_WAIT * 2**job.attempts, _LONGEST_WAIT))
        else:
            await self._on_ours(_FINISH, job, status=status.value, delete_job=delete_job)

    async def put_back(self, job: Job, *, after: timedelta = timedelta(0)) -> None:
        """Let it wait in the queue again, where it is still whose it was; it is needless where its like waits."""
        try:
            await self._on_ours(_AGAIN, job, after=after)
        except UniqueViolation:
            await self._on_ours(_FINISH, job, status=Status.FAILED.value, delete_job=True)

    async def _on_ours(self, query: str, job: Job, **values: Any) -> None:
        await self.connector.execute_query_async(
            query=query,
            job_id=job.id,
            worker_id=job.worker_id,
            **values,
        )


@cache
def manager_for_sessions() -> JobManager:
    """For tasks that are put into the queue over a connection of ours; it never opens one itself."""
    return JobManager(SyncPsycopgConnector())


def make_app(database: Database, *, connections: int) -> App:
    """The app of one worker process, with what keeps the queue in order."""
    app = App(connector=PsycopgConnector(**_pool_options(database, connections)))
    app.job_manager = manager = FencedManager(app.connector)

    @app.periodic(cron=_PICK_UP, queueing_lock=UPKEEP)
    @app.task(name="fbridge.pick_up", queue=UPKEEP, priority=_BEFORE_ALL)
    async def pick_up(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
        """What dead workers had begun waits for somebody again."""
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            log.warning("picked up from a dead worker: %s", job.lock or job.task_name)
            await manager.put_back(job)

    @app.periodic(cron=_HOURLY)
    @app.task(name="fbridge.forget", queue=UPKEEP)
    async def forget(timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
        """Whatever did not go with its end."""
        await manager.delete_old_jobs(
            nb_hours=24, include_failed=True, include_cancelled=True, include_aborted=True
        )

    return app


def _pool_options(database: Database, connections: int) -> dict[str, Any]:
    url = database.url
    _, arguments = database.engine.dialect.create_connect_args(url)
    limits = {
        "connect_timeout": "10",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
    }
    return {
        "kwargs": {**limits, "tcp_user_timeout": "25000", **arguments},
        "min_size": 1,
        "max_size": connections,
        "timeout": 15.0,
    }
