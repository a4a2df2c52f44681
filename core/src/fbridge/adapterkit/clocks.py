"""How far a store's clock is off ours, and what ``store check`` says of it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from fbridge.models.platforms import Finding

_HALF_A_SECOND = timedelta(seconds=0.5)


def clock_offset(told: datetime | None, now: datetime) -> timedelta | None:
    """The store's clock less ours; ``told`` is its own, by a header without fractions, so half a second behind on
    average. None where it does not tell."""
    return None if told is None else told + _HALF_A_SECOND - now


def clock_finding(offset: timedelta | None, *, limit: timedelta | None = None, why: str = "") -> Finding:
    """What is said of it. It is not good from the ``limit`` on, where there is one, for ``why`` (a clause)."""
    if offset is None:
        return Finding(name="clock", ok=True, words="The store does not tell its time.")
    words = f"The store's clock is {round(offset.total_seconds()):+d} s off this one"
    if limit is None or abs(offset) < limit:
        return Finding(name="clock", ok=True, words=f"{words}.")
    return Finding(name="clock", ok=False, words=f"{words}; {why}.")
