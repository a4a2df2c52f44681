"""The rows of jobs: read, moved from one state to the next, forgotten."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from fbridge.models.jobs import OVER, Job, JobState, JobStep
from fbridge.storage.job_tables import jobs

_HEAD = tuple(column for column in jobs.c if column.name != "answer")


def load(connection: Connection, job_id: str) -> Job | None:
    """One job with its answer; None where there is none."""
    row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).one_or_none()
    return None if row is None else _job(row, row.answer)


def newest(connection: Connection, limit: int, *, only_open: bool) -> tuple[Job, ...]:
    """The newest jobs first, without what may be large: the answers."""
    query = sa.select(*_HEAD).order_by(jobs.c.asked_at.desc(), jobs.c.id).limit(limit)
    if only_open:
        query = query.where(jobs.c.state.not_in(OVER))
    return tuple(_job(row, None) for row in connection.execute(query))


def move(connection: Connection, job_id: str, expected: Collection[JobState], **values: Any) -> bool:
    """Whether it was in one of these states, and is now as ``values`` say."""
    here = sa.update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(expected))
    return connection.execute(here.values(**values)).rowcount > 0


def forget(connection: Connection, before: datetime) -> Sequence[str]:
    """Forget what has been over for so long; who asked for it stays among the events."""
    old = sa.select(jobs.c.id).where(jobs.c.asked_at < before, jobs.c.state.in_(OVER))
    found = connection.execute(old).scalars().all()
    if found:
        connection.execute(sa.delete(jobs).where(jobs.c.asked_at < before, jobs.c.state.in_(OVER)))
    return found


def _job(row: Row[tuple[object, ...]], answer: str | None) -> Job:
    return Job(
        id=row.id,
        command=tuple(row.command),
        asked_by=row.asked_by,
        state=row.state,
        asked_at=row.asked_at,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        exit_code=row.exit_code,
        steps=tuple(JobStep(**step) for step in row.steps),
        answer=None if answer is None else json.loads(answer),
    )
