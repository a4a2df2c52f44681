"""The shop's own time: PrestaShop writes dates without a zone, as its wall clock shows them. Pure.

In the night when clocks are put back an hour comes twice, and a date within it does not tell which one is meant.
The later one is taken, always, so that a date never changes its meaning.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fbridge.adapterkit.payloads import naive_or_aware

NIGHT = timedelta(hours=3)
_FORMAT = "%Y-%m-%d %H:%M:%S"


def parse(text: object) -> datetime | None:
    """A date of the shop as a naive time; None for ``0000-00-00 00:00:00`` and whatever else is no date."""
    moment = naive_or_aware(text)
    return moment if moment is not None and moment.tzinfo is None else None


def text_of(moment: datetime) -> str:
    """A naive time as the shop writes it."""
    return moment.strftime(_FORMAT)


def to_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """A naive time of the shop as aware UTC."""
    return moment.replace(tzinfo=zone, fold=int(is_repeated(moment, zone))).astimezone(UTC)


def to_shop(moment: datetime, zone: ZoneInfo) -> datetime:
    """An aware time as the shop's wall clock shows it, naive, in whole seconds."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0, fold=0)


def is_repeated(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the shop's wall clock shows this time twice."""
    first, second = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def before_the_change(moment: datetime, zone: ZoneInfo) -> datetime:
    """Three hours earlier where clocks were changed within them, else the same.

    After such a change the wall clock may show times that were read as past already.
    """
    earlier = moment - NIGHT
    offsets = {earlier.replace(tzinfo=zone).utcoffset(), moment.replace(tzinfo=zone, fold=1).utcoffset()}
    return earlier if len(offsets) > 1 else moment
