"""From a cell to a whole number, an amount, a date: right, or refused with what it could mean. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from fbridge.office.tables.cells import Cell, Fault, UnreadableError, shown, text_of
from fbridge.office.tables.forms import DayOrder

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+", re.ASCII)
_PLAIN = re.compile(r"\d+", re.ASCII)
_GROUPED = {
    mark: re.compile(rf"\d{{1,3}}(?:{group}\d{{3}})+(?:{point}\d+)?", re.ASCII)
    for mark, group, point in ((",", r"[.'’ \u00a0\u202f]", ","), (".", r"[,'’ \u00a0\u202f]", r"\."))
}
_UNGROUPED = {",": re.compile(r"\d+,\d+", re.ASCII), ".": re.compile(r"\d+\.\d+", re.ASCII)}
_GROUP_MARKS = re.compile(r"['’ \u00a0\u202f]")
_SIGNS = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK"}
_SIGN = f"[A-Za-z]{{3}}|{'|'.join(_SIGNS)}"
_CURRENCY = re.compile(rf"(?P<before>{_SIGN})\s*(?=[\d+-])|(?<=\d)\s*(?P<after>{_SIGN})")
_MINUS = ("-", "\u2212", "\u2013")
_TOO_LARGE = 10**9
_OTHER = {",": ".", ".": ","}


def number_of(cell: Cell, decimal: str | None = None) -> Decimal:
    """A number, not negative. Raises UnreadableError: no number, or one that reads as two (``1.234``)."""
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return _possible(Decimal(cell))
    text = text_of(cell)
    if text.startswith(_MINUS):
        raise UnreadableError("negative", f"{text} is below 0.")
    if _PLAIN.fullmatch(text):
        return _possible(Decimal(text))
    found = {mark: value for mark in (",", ".") if (value := _with_point(text, mark)) is not None}
    if decimal is not None:
        found = {mark: value for mark, value in found.items() if mark == decimal}
    values = sorted(set(found.values()))
    if not values:
        raise UnreadableError("not_a_number", f"{text!r} is not a number.")
    if len(values) > 1:
        raise UnreadableError(
            "ambiguous_number",
            f"{text} can mean {' or '.join(format(value.normalize(), 'f') for value in values)}; say what marks the "
            "decimals with --decimal (or in the map).",
        )
    return _possible(values[0])


def amount_of(cell: Cell, decimal: str | None = None) -> Decimal:
    """An amount of money, with or without its currency. Raises as :func:`number_of` does."""
    return number_of(_CURRENCY.sub("", cell.strip(), count=1) if isinstance(cell, str) else cell, decimal)


def currency_of(cell: Cell) -> str:
    """The code of the currency that stands beside an amount; "" where none does."""
    match = _CURRENCY.search(cell) if isinstance(cell, str) else None
    said = match["before"] or match["after"] if match else ""
    return _SIGNS.get(said, said.upper())


def whole_of(cell: Cell, decimal: str | None = None) -> int:
    """A whole number. Raises UnreadableError, also for half a piece."""
    value = number_of(cell, decimal)
    if value != value.to_integral_value():
        raise UnreadableError("not_whole", f"{shown(cell)} is not a whole number.")
    return int(value)


def refuse_spoiled(text: str) -> None:
    """Raises UnreadableError for a number as a spreadsheet shows it when it is too long: ``1.23E+11``."""
    if _SCIENTIFIC.fullmatch(text.strip()):
        raise UnreadableError(
            "spreadsheet_number",
            f"{text.strip()} is what a spreadsheet makes of a long number; its digits are lost. Format the column as "
            "text and enter it again.",
        )


def date_of(cell: Cell, order: DayOrder | None = None) -> date:
    """A day. Raises UnreadableError: no day, or one that reads as two (``03/04/2026``)."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, Fault):
        raise UnreadableError(cell.reason, cell.words)
    text = shown(cell)
    days = sorted(_days(_WEEKDAY.sub("", text), order))
    if not days:
        raise UnreadableError("not_a_date", f"{text[:80]!r} is not a date such as 2026-11-28.{_serial(text)}")
    if len(days) > 1:
        raise UnreadableError(
            "ambiguous_date",
            f"{text} can mean {' or '.join(day.isoformat() for day in days)}; say the sequence with "
            "--dates dmy, mdy or ymd (or in the map).",
        )
    return days[0]


def _possible(value: Decimal) -> Decimal:
    if value < 0:
        raise UnreadableError("negative", f"{value} is below 0.")
    if value >= _TOO_LARGE:
        raise UnreadableError("number_too_large", "The number is too large to be counted or paid.")
    return value


def _with_point(text: str, mark: str) -> Decimal | None:
    """The number where ``mark`` begins the decimals; None where the text is none."""
    grouped = _GROUPED[mark].fullmatch(text)
    if grouped and not text.startswith("0") and len(set(re.findall(r"[^\d]", text.partition(mark)[0]))) == 1:
        return Decimal(_GROUP_MARKS.sub("", text).replace(_OTHER[mark], "").replace(",", "."))
    if _UNGROUPED[mark].fullmatch(text):
        return Decimal(text.replace(",", "."))
    return None


_TIME = r"(?:[T ]\s*\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_DIGITS = re.compile(rf"(\d{{1,4}})([-/. ])(\d{{1,2}})\2(\d{{1,4}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_WORDS = re.compile(
    rf"(?P<first>\d{{1,2}})[-/. ]*(?P<month>[a-z]{{3,12}})\.?[-/. ]*(?P<last>\d{{4}}|\d{{2}}){_TIME}",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?P<month>[a-z]{{3,12}})\.? (?P<first>\d{{1,2}})(?:st|nd|rd|th)?, (?P<last>\d{{4}}){_TIME}",
    re.IGNORECASE,
)
_MONTHS = (
    ("jan", "gen"), ("feb",), ("mar",), ("apr",), ("may", "mag"), ("jun", "giu"),
    ("jul", "lug"), ("aug", "ago"), ("sep", "set"), ("oct", "ott"), ("nov",), ("dec", "dic"),
)  # fmt: skip
_FOUR = 4
_WEEKDAY = re.compile(
    r"^(?:lun|mar|mer|gio|ven|sab|dom|mon|tue|wed|thu|fri|sat|sun)[a-zì]*[.,]* (?=\w)", re.IGNORECASE
)
_SERIAL = re.compile(r"(?:3[6-9]|[4-6]\d|7[0-2])\d{3}")


def _days(text: str, order: DayOrder | None) -> set[date]:
    if match := _WORDS.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        return _words(match["first"], match["month"], match["last"], order)
    if match := _COMPACT.fullmatch(text):
        return _valid((int(match[1]), int(match[2]), int(match[3])))
    if match := _DIGITS.fullmatch(text):
        return _digits(match[1], match[3], match[4], mark=match[2], order=order)
    return set()


def _words(first: str, name: str, last: str, order: DayOrder | None) -> set[date]:
    """A year of two digits may stand first: then it is said which is meant, as where all are digits."""
    month = next((n for n, names in enumerate(_MONTHS, 1) if name[:3].lower() in names), 0)
    found = set() if order is DayOrder.YMD else _valid((_year(last), month, int(first)))
    if len(last) < _FOUR and order in {None, DayOrder.YMD}:
        found |= _valid((_year(first), month, int(last)))
    return found or _valid((_year(last), month, int(first)))


def _serial(text: str) -> str:
    """A date as the number that spreadsheets keep; which day it is depends on the file."""
    return " Format the column as a date." if _SERIAL.fullmatch(text) else ""


def _digits(first: str, second: str, third: str, *, mark: str, order: DayOrder | None) -> set[date]:
    year_first = (_year(first), int(second), int(third) if len(third) < _FOUR else 0)
    if len(first) == _FOUR:
        return _valid(year_first)  # nobody writes the year, the day and then the month
    day_first = (_year(third), int(second), int(first))
    month_first = (_year(third), int(first), int(second))
    if order is not None:
        forms = {DayOrder.DMY: day_first, DayOrder.MDY: month_first, DayOrder.YMD: year_first}
        return _valid(forms[order])
    found = _valid(day_first)
    if mark != ".":  # points stand only where the day comes first
        found |= _valid(month_first)
    if len(third) < _FOUR and len(first) == 2:  # noqa: PLR2004 - 26/11/28
        found |= _valid(year_first)
    return found


def _year(text: str) -> int:
    return int(text) if len(text) == _FOUR else 2000 + int(text) if len(text) == 2 else 0  # noqa: PLR2004


def _valid(parts: tuple[int, int, int]) -> set[date]:
    year, month, day = parts
    try:
        return {date(year, month, day)} if 2000 <= year < 2100 else set()  # noqa: PLR2004 - of this century
    except ValueError:
        return set()
