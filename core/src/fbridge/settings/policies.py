"""Small values of a store's settings that need parsing (docs/settings.md, "For each store")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = timedelta(days=365)


class UnmappedCarrier(StrEnum):
    """What to do where a store knows its carriers and ours is not mapped: wait, or send without carrier."""

    WAIT = "wait"
    SEND = "send"


class WorkersPush(StrEnum):
    """What workers push of a store: what somebody asked for (``push --defer``), or all that is due, by itself."""

    ASKED = "asked"
    DUE = "due"


FETCH_EVERY = "10m"
"""As it would stand in the file."""
SHORTEST_PAUSE = timedelta(minutes=1)


def parse_fetch_every(text: str) -> timedelta | None:
    """Read ``10m``, ``2h`` and the like, or ``never`` (None).

    Raises: ValueError with the rule, as the end of a sentence.
    """
    if text.strip().lower() == "never":
        return None
    span = parse_duration(text)
    if span < SHORTEST_PAUSE:
        raise ValueError("must be never, or a time of a minute or more, such as 10m")
    return span


@dataclass(frozen=True, slots=True)
class WithoutTracking:
    """What becomes of a shipment without a number.

    ``patience``: how long after it was shipped it waits for one; zero: not at all; None: for ever.
    """

    patience: timedelta | None

    def __str__(self) -> str:
        if self.patience is None:
            return "wait"
        return "send" if not self.patience else f"wait:{duration_text(self.patience)}"


def parse_without_tracking(text: str) -> WithoutTracking:
    """Read ``send``, ``wait`` or ``wait:18h``.

    Raises: ValueError with the rule, as the end of a sentence.
    """
    word, colon, span = (part.strip() for part in text.strip().lower().partition(":"))
    if word == "send" and not colon:
        return WithoutTracking(timedelta(0))
    if word == "wait" and not colon:
        return WithoutTracking(None)
    try:
        if word == "wait":
            return WithoutTracking(parse_duration(span))
    except ValueError:
        pass
    raise ValueError("must be send, wait or wait:<hours>h")


def parse_duration(text: str) -> timedelta:
    """Read ``30s``, ``10m``, ``18h`` or ``2d``.

    Raises: ValueError with the rule, as the end of a sentence.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None or float(found[1]) * _SECONDS[found[2]] > LONGEST.total_seconds():
        raise ValueError("must be a time such as 30s, 10m, 18h or 2d, at most a year")
    return timedelta(seconds=float(found[1]) * _SECONDS[found[2]])


def duration_text(span: timedelta) -> str:
    """The shortest text that :func:`parse_duration` reads as this time."""
    seconds = span.total_seconds()
    unit = next((unit for unit in "dhm" if seconds and seconds % _SECONDS[unit] == 0), "s")
    return f"{seconds / _SECONDS[unit]:g}{unit}"
