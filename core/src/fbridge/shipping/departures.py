"""When a manifest left, where somebody says it afterwards: Friday's parcels, shipped on Monday. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from fbridge.errors import InputError

LONGEST_AGO = timedelta(days=31)


def refuse_odd_departure(
    at: datetime, *, now: datetime, ordered: Mapping[str, datetime], timezone: tzinfo
) -> None:
    """Raises InputError for a time at which the parcels cannot have left: to come, long ago, or before an order.

    ``ordered``: when each order of the manifest was placed, by its number. Times are aware.
    """
    told = local_time(at, timezone)
    if at > now:
        raise InputError(
            f"{told} is to come; a manifest is shipped once the carrier has taken it.", reason="in_the_future"
        )
    if now - at > LONGEST_AGO:
        raise InputError(
            f"{told} is more than {LONGEST_AGO.days} days ago; is the date right?", reason="too_long_ago"
        )
    for number, placed in sorted(ordered.items(), key=lambda one: one[1], reverse=True):
        if at < placed:
            raise InputError(
                f"Order {number} was placed on {local_time(placed, timezone)}; it cannot have left on {told}.",
                reason="before_the_order",
            )


def local_time(moment: datetime, timezone: tzinfo) -> str:
    """``2026-11-20 18:30``, as the office's clock showed it."""
    return f"{moment.astimezone(timezone):%Y-%m-%d %H:%M}"
