"""How values look to people: local times, money with its currency, states as words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

from fbridge.cli.harmless_text import one_line
from fbridge.cli.spoken import state_word, told
from fbridge.models import standing_words


@dataclass(frozen=True, slots=True)
class Day:
    """A point in time of which only the user's date is shown."""

    moment: datetime


class Words(str):
    """A phrase or a sentence, which is shown in the language of who reads it; all other text stays as it is."""

    __slots__ = ()


def displayed(value: object, timezone: ZoneInfo) -> str:
    """The value as one harmless line; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return told("yes" if value else "no")
    if isinstance(value, Enum):
        return state_word(value)
    if isinstance(value, Words):
        return one_line(told(value))
    if isinstance(value, Day):
        return value.moment.astimezone(timezone).date().isoformat()
    if isinstance(value, datetime | date | timedelta):
        return _time(value, timezone)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(displayed(entry, timezone) for entry in value)
    return one_line(f"{value:f}" if isinstance(value, Decimal) else str(value))


def age(span: timedelta) -> str:
    """``4 min``, ``3 h``, ``2 d 5 h``."""
    return standing_words.age(span, told)


def grouped(number: int) -> str:
    """``5 000``."""
    return f"{number:,}".replace(",", " ")


def counted(number: int, one: str, many: str = "") -> str:
    """``1 order``, ``2 orders``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _time(value: datetime | date | timedelta, timezone: ZoneInfo) -> str:
    if isinstance(value, timedelta):
        return age(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(timezone):%Y-%m-%d %H:%M}"
    return value.isoformat()
