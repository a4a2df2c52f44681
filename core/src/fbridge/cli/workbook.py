"""An XLSX workbook of one table: text stays text, numbers and times are such."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from fbridge.errors import InputError

_MOST_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_EXACT_DIGITS = 15
"""Excel keeps no more digits of a number."""


def workbook(headings: Sequence[str], rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> bytes:
    """The file's content; times are those of ``zone``. Raises InputError (``extra_missing``, too many rows, a cell
    that no spreadsheet holds whole)."""
    if importlib.util.find_spec("xlsxwriter") is None:
        raise InputError(
            'XLSX needs the extra "office" of fbridge (xlsxwriter not found): install fbridge as "fbridge[office]".',
            reason="extra_missing",
        )
    import xlsxwriter

    content = io.BytesIO()
    # Text is text whatever it begins with; and what was written is not held in memory.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
        moment, day = (
            book.add_format({"num_format": form}) for form in ("yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd")
        )
        for at, row in enumerate(rows, 1):
            if at > _MOST_ROWS:
                raise InputError("A spreadsheet has no room for more rows; take CSV.", reason="too_many_rows")
            for column, value in enumerate(row):
                _write(sheet, at, column, value, zone, moment, day)
    return content.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, zone: ZoneInfo, moment: Any, day: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value.astimezone(zone).replace(tzinfo=None), moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 - a day
    elif isinstance(value, int | Decimal) and len(Decimal(value).as_tuple().digits) <= _EXACT_DIGITS:
        sheet.write_number(row, column, value)
    elif value not in (None, "", ()):
        text = ";".join(value) if isinstance(value, tuple | list) else str(value)
        if len(text) > _LONGEST_CELL:
            raise InputError(
                f"A text of {len(text)} characters goes into no cell of a spreadsheet; take CSV.",
                reason="cell_too_long",
            )
        sheet.write_string(row, column, text)
