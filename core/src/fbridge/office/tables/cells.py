"""What stands in a cell of a table. Pure.

A cell of a text file is a ``str``. A spreadsheet and JSON also tell numbers, dates and truth values, which are kept
apart, because ``1001`` and ``1001.0`` are the same order there and a date is not the text that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

MOST_DIGITS = 15
"""A spreadsheet keeps no more digits of a number than these."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be trusted: a stable ``reason``, one sentence, and what is ``shown`` in its place."""

    reason: str
    words: str
    shown: str = ""


Cell = str | int | Decimal | bool | date | datetime | time | timedelta | Fault
EMPTY = ""


class UnreadableError(ValueError):
    """A cell that is not what is wanted of it, or could be two things."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason
        self.words = words


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number as the program that made the file shows it; ``fault`` where it is broken.

    ``hidden``: nobody sees it there, as where a list is filtered.
    """

    number: int
    cells: tuple[Cell, ...]
    fault: Fault | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One row with names: its cells by the columns' names, and the row as it stands in the file."""

    row: Row
    cells: dict[str, Cell]


def from_spreadsheet(value: object) -> Cell:
    """A spreadsheet's value: numbers without ``.0``, and a fault where digits are lost."""
    if isinstance(value, bool | date | time | timedelta):
        return value
    if isinstance(value, int | float):
        return _number(value)
    return _error_value(str(value)) or str(value)


def is_blank(cell: Cell) -> bool:
    """Whether nothing stands there."""
    return isinstance(cell, str) and not cell.strip()


def shown(cell: Cell) -> str:
    """The cell as a person sees it."""
    if isinstance(cell, Fault):
        return cell.shown
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell).strip()


def text_of(cell: Cell) -> str:
    """The text or number of a cell. Raises UnreadableError for a fault, a date, a time, a truth value."""
    if isinstance(cell, Fault):
        raise UnreadableError(cell.reason, cell.words)
    if isinstance(cell, bool):
        raise UnreadableError("not_text", f"{cell} is a truth value; format the column as text.")
    if isinstance(cell, date | time | timedelta):
        raise UnreadableError(
            "became_date",
            f"The spreadsheet has made the date {shown(cell)} of it; format the column as text and enter it again.",
        )
    if isinstance(cell, str) and (fault := _error_value(cell)):
        raise UnreadableError(fault.reason, fault.words)
    return shown(cell)


def width_of(cells: Sequence[Cell]) -> int:
    """How many cells there are up to the last that is not blank."""
    return max((index for index, cell in enumerate(cells, 1) if not is_blank(cell)), default=0)


_ERRORS = re.compile(r"#(N/?[AD]|REF!|RIF!|VALUE!|VALORE!|DIV/0!|NAME\?|NOME\?|NUM!|NULL!|NULLO!)|Err:\d{3}")


def _error_value(text: str) -> Fault | None:
    if _ERRORS.fullmatch(text.strip()) is None:
        return None
    return Fault(
        "error_value", f"The spreadsheet shows the error {text.strip()}; mend its formula.", text.strip()
    )


def _number(value: float) -> Cell:
    if abs(value) >= 10**MOST_DIGITS:
        text = format(Decimal(value), "f") if value == value else "NaN"  # noqa: PLR0124 - NaN is not itself
        return Fault(
            "digits_lost",
            f"A spreadsheet keeps {MOST_DIGITS} digits of a number, and {text} has more: the last ones are lost. "
            "Format the column as text and enter it again.",
            text,
        )
    if value == int(value):
        return int(value)
    return Decimal(f"{value:.{MOST_DIGITS}g}")
