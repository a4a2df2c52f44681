"""Points in time and spans as people type them: ``2026-11-01``, ``today``, ``3d``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

_SPAN = re.compile(r"(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_YEARS = range(1970, 3000)
_DAYS = {"today": 0, "yesterday": 1}
_CLOCK = re.compile(r"(?:(today|yesterday)\s+)?(\d{1,2}:\d{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """A point in time whose meaning depends on the clock and the user's time zone."""

    text: str

    def moment(self, now: datetime, timezone: ZoneInfo) -> datetime:
        """The point in time, aware UTC: a date is its midnight in ``timezone``, ``3d`` three days before."""
        ago = read_span(self.text)
        if ago is not None:
            return now.astimezone(UTC) - ago
        clock = _CLOCK.fullmatch(self.text)
        if clock or self.text in _DAYS:
            word, hour = ((clock[1] or "today").lower(), clock[2].zfill(5)) if clock else (self.text, "00:00")
            day = now.astimezone(timezone).date() - timedelta(days=_DAYS[word])
            return datetime.combine(day, time.fromisoformat(hour), timezone).astimezone(UTC)
        typed = datetime.fromisoformat(self.text)
        return (typed if typed.tzinfo else typed.replace(tzinfo=timezone)).astimezone(UTC)


def read_span(text: str) -> timedelta | None:
    """``45m``, ``12h``, ``3d``, ``2w`` as a span; None for anything else."""
    match = _SPAN.fullmatch(text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


def when(text: str) -> When:
    """A click type. Checks the syntax; the time zone is applied later, when the settings are known."""
    given = text.strip()
    wanted = When(given.lower() if given.lower() in _DAYS or read_span(given.lower()) else given)
    if not _is_sensible(wanted):
        raise click.BadParameter(
            f"{text!r} is not a date: write 2026-11-01, 2026-11-01T14:30, today, yesterday or 3d."
        )
    return wanted


def time_of_day(text: str) -> When:
    """A click type: a point in time with its hour; a day alone would mean midnight, at which nobody works."""
    wanted = When(text.strip())
    if not re.search(r"\d:\d\d", wanted.text) or not _is_sensible(wanted):
        raise click.BadParameter(
            f"{text!r} is not a time of a day: write 2026-11-20 18:30, yesterday 18:30 or 18:30."
        )
    return wanted


def _is_sensible(wanted: When) -> bool:
    try:
        return wanted.moment(datetime.now(UTC), ZoneInfo("UTC")).year in _YEARS
    except (ValueError, OverflowError):
        return False


def span(text: str) -> timedelta:
    """A click type: ``45m``, ``12h``, ``3d``, ``2w``."""
    found = read_span(text.strip().lower())
    if found is None:
        raise click.BadParameter(f"{text!r} is not a span: write 45m, 12h, 3d or 2w.")
    return found
