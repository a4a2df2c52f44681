"""Where a page of the list of orders ends, as links and the HTTP API carry it to the next one."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime

_KEY = re.compile(r"[0-9]{1,9}|1[0-9]{9}")  # what every database takes


def told_place(place: tuple[datetime, int]) -> str:
    """The moment in UTC and the key of the last order."""
    moment, key = place
    return f"{moment.astimezone(UTC).isoformat().replace('+00:00', 'Z')}~{key}"


def place_in(told: str) -> tuple[datetime, int] | None:
    """As :func:`told_place` has written it; None for anything else."""
    moment, _, key = told.partition("~")
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(moment)
        if at.tzinfo is not None and _KEY.fullmatch(key):
            return at.astimezone(UTC), int(key)
    return None
