"""WordPress dates: naive texts in site-local time and in GMT, one-second resolution.

Times inside the sandbox are whole seconds since 1970 (UTC).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

ACCEPTED = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[Tt ](?P<time>\d{2}:\d{2}:\d{2})(?:\.\d+)?(?P<zone>Z|[+-]\d{2}(?::\d{2})?)?",
    re.ASCII,
)


def gmt(seconds: int | None) -> str | None:
    """``2026-11-23T00:50:54``, GMT without saying so."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def local(seconds: int | None, zone: tzinfo) -> str | None:
    """``2026-11-23T01:50:54``, the site's time without saying so."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%dT%H:%M:%S}"


def zulu(seconds: int) -> str:
    """``2026-11-23T00:50:54Z``, as fulfillments show it."""
    return f"{gmt(seconds)}Z"


def seconds_of_gmt(text: str) -> int:
    """The reverse of :func:`gmt`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def parse_filter(text: str, zone: tzinfo, *, dates_are_gmt: bool) -> int | None:
    """The limit of ``modified_after`` and its like, or None for an invalid date.

    WordPress turns a text with a zone into site-local time first. With ``dates_are_gmt`` that local time is
    then compared with the GMT column, which shifts the limit by the site's offset: the time-zone trap.
    """
    match = ACCEPTED.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{match['day']}T{match['time']}{match['zone'] or ''}")
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone).replace(tzinfo=None)
    return int(moment.replace(tzinfo=UTC if dates_are_gmt else zone).timestamp())
