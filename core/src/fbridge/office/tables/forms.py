"""How a table is written: what a saved map says, or an option; what is not said is found out or refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\t", "bar": "|"}
"""The words for delimiters that a shell or an editor makes hard to type."""


class DayOrder(StrEnum):
    """In which sequence a date in digits is written."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """The form of a table; None, "" or 0 where nothing is said.

    ``decimal`` is ``.`` or ``,``. ``header_row`` is the row's number in the file. ``fixed`` has the (first character,
    width) of each column of a file without delimiters, counted from 1.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    dates: DayOrder | None = None
    sheet: str | None = None
    header_row: int = 0
    fixed: Mapping[str, tuple[int, int]] = field(default_factory=dict)
