"""Which stores a host can work, who is at work, and a fetch in the queue for every store that shall be fetched."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import FbridgeError
from fbridge.plugins import load_platform
from fbridge.settings import resolve_store
from fbridge.storage.upserts import put_row
from fbridge.storage.worker_tables import workers
from fbridge.workers.outcomes import WorkOutcome, load_outcomes
from fbridge.workers.queueing import WorkKind, lock_of, put, queued_fetch
from fbridge.workers.schedule import fetch_pause, next_fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Workable:
    """The stores that this host can work, and why it cannot work the others."""

    stores: tuple[str, ...]
    left_out: Mapping[str, str]


def workable(context: Context, chosen: Collection[str] = ()) -> Workable:
    """Of the stores in the settings, or those ``chosen``: all whose plugin is here and whose settings are right."""
    stores, left_out = [], {}
    for name, raw in context.settings.stores.items():
        if chosen and name not in chosen:
            continue
        try:
            resolve_store(context.settings, name, load_platform(raw.platform).platform.settings)
            stores.append(name)
        except FbridgeError as error:
            left_out[name] = str(error)
    return Workable(stores=tuple(stores), left_out=left_out)


def sign_on(connection: Connection, worker: int, able: Workable, *, since: datetime) -> None:
    """Say who is at work on what; those that the queue knows no more are forgotten."""
    known = sa.text("DELETE FROM workers WHERE id NOT IN (SELECT id FROM procrastinate_workers)")
    connection.execute(known)
    put_row(
        connection,
        workers,
        id=worker,
        host=socket.gethostname()[:255],
        process=os.getpid(),
        started_at=since,
        stores=list(able.stores),
        left_out=dict(able.left_out),
    )


def sow(connection: Connection, context: Context, stores: Collection[str]) -> int:
    """Put a fetch into the queue for each of these that has none there; tells how many."""
    wanted = [name for name in stores if fetch_pause(context.settings, name) is not None]
    locks = {lock_of(WorkKind.FETCH, name): name for name in wanted}
    there = connection.scalars(
        sa.text(
            "SELECT DISTINCT lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND lock = ANY(:locks)"
        ),
        {"locks": list(locks)},
    )
    missing = locks.keys() - set(there)
    if not missing:
        return 0
    outcomes = load_outcomes(connection)
    return sum(
        put(connection, queued_fetch(name, _first_fetch(context, outcomes.get((name, WorkKind.FETCH)))))
        for name in sorted(locks[lock] for lock in missing)
    )


def _first_fetch(context: Context, last: WorkOutcome | None) -> datetime | None:
    """At once, or when it is due where it was fetched a while ago."""
    at = next_fetch(context.settings, last.store, last.ended_at) if last else None
    return at if at and at > context.now() else None
