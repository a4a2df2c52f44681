"""The shop's dates: naive texts in its own time zone, one-second resolution, as its database has them.

On the night when the clocks go back an hour of them is ambiguous, and sorts before what came earlier.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

NO_DATE = "0000-00-00 00:00:00"


def local_text(moment: datetime, zone: tzinfo) -> str:
    """``2026-11-23 01:50:54`` of an aware moment."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
