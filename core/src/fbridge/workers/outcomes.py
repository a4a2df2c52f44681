"""How the last task of each kind ended for each store: what `fbridge worker status` tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.storage.upserts import put_row
from fbridge.storage.worker_tables import work_outcomes
from fbridge.workers.queueing import WorkKind

BROKE_OFF = "broke_off"
"""The reason of a task that ended in the middle; it says of itself nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOutcome:
    """``reason`` and ``words`` say what went wrong; both are empty where nothing did."""

    store: str
    kind: WorkKind
    ended_at: datetime
    reason: str
    words: str


def keep_outcome(connection: Connection, outcome: WorkOutcome) -> None:
    """In the place of the one before."""
    put_row(
        connection,
        work_outcomes,
        store=outcome.store,
        kind=str(outcome.kind),
        ended_at=outcome.ended_at,
        reason=outcome.reason[:64],
        words=outcome.words,
    )


def load_outcomes(connection: Connection) -> dict[tuple[str, WorkKind], WorkOutcome]:
    """By store and kind."""
    rows = connection.execute(sa.select(work_outcomes))
    found = (
        WorkOutcome(
            store=row.store,
            kind=WorkKind(row.kind),
            ended_at=row.ended_at,
            reason=row.reason,
            words=row.words,
        )
        for row in rows
    )
    return {(one.store, one.kind): one for one in found}
