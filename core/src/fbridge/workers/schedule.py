"""When a store is fetched by workers, and whether they push it by themselves; read without its plugin."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from fbridge.settings import Settings
from fbridge.settings.loading import variable
from fbridge.settings.policies import FETCH_EVERY, WorkersPush, parse_fetch_every

JITTER = 0.1
"""This share of the pause more or less, so that many stores do not come at the same moment ever after."""


def fetch_pause(settings: Settings, store: str) -> timedelta | None:
    """How long after a fetch the next one begins; None: workers never fetch it, or it was removed.

    A value that nobody can read is told by the fetch itself, which checks all settings of the store.
    """
    if store not in settings.stores:
        return None
    try:
        return parse_fetch_every(_value(settings, store, "fetch_every") or FETCH_EVERY)
    except ValueError:
        return parse_fetch_every(FETCH_EVERY)


def pushes_what_is_due(settings: Settings, store: str) -> bool:
    """Whether workers push the store without being asked."""
    return _value(settings, store, "workers_push") == WorkersPush.DUE


def next_fetch(settings: Settings, store: str, after: datetime) -> datetime | None:
    """When to fetch next; None for never."""
    pause = fetch_pause(settings, store)
    if pause is None:
        return None
    return after + pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret


def _value(settings: Settings, store: str, name: str) -> str | None:
    raw = settings.stores.get(store)
    values = raw.values if raw else {}
    found = settings.environment.get(variable(store, name), values.get(name))
    return None if found is None else str(found)
