"""Rows of XLSX, XLS and ODS by python-calamine, which knows all three and is quick; extra ``fbridge[office]``.

What it does not tell is read beside it from the file: formulas without a value, error values, numbers shown with
leading zeros, and merged cells of ODS (``xlsx_marks``, ``ods_marks``). Of XLS it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from fbridge.errors import ConfigError, InputError
from fbridge.installation import extra_command
from fbridge.office.tables.cells import Cell, Row, from_spreadsheet, is_blank
from fbridge.office.tables.marks import Marks, Place
from fbridge.office.tables.sources import Kind, Source, password_needed

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

MOST_CELLS = 5_000_000
"""Cells of a sheet that is read, empty ones among them."""


@contextmanager
def open_sheets(source: Source) -> Iterator[Mapping[str, Iterator[Row]]]:
    """The visible sheets by name, each with its rows.

    Raises InputError (damaged, with a password), ConfigError (no reader is installed).
    """
    try:
        import python_calamine
    except ImportError:
        raise ConfigError(
            f"{source.name} is a spreadsheet; save it as CSV, or to read it run: {extra_command('office')}",
            reason="extra_missing",
        ) from None
    if source.kind is Kind.ODS:
        _refuse_too_wide(source, _marks(source, None))  # all of its sheets are read at once
    source.file.seek(0)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(source.file) as book:
            yield {name: _rows(source, book, name) for name in _visible(book)}
    except python_calamine.PasswordError:
        raise password_needed(source.name) from None
    except python_calamine.CalamineError as error:
        raise _damaged(source, error) from None


def _damaged(source: Source, error: Exception) -> InputError:
    return InputError(f"{source.name} is cut or damaged ({error}); save it again.", reason="file_damaged")


def _visible(book: CalamineWorkbook) -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        one.name
        for one in book.sheets_metadata
        if one.visible is SheetVisibleEnum.Visible and one.typ is SheetTypeEnum.WorkSheet
    ]


def _rows(source: Source, book: CalamineWorkbook, name: str) -> Iterator[Row]:
    marks = _marks(source, name)
    _refuse_too_wide(source, marks)
    sheet = book.get_sheet_by_name(name)
    if source.kind is not Kind.ODS:
        marks.merged = list(sheet.merged_cell_ranges or ())
    left = (sheet.start or (0, 0))[1]
    inherited: dict[int, tuple[int, Cell]] = {}
    spans = _spans(marks.merged)
    for index, values in enumerate(sheet.iter_rows()):
        cells = [_cell(marks, (index, left + column), value) for column, value in enumerate(values)]
        _fill_merged(cells, index, left, spans, inherited)
        yield Row(index + 1, tuple(cells), hidden=index in marks.hidden)


def _cell(marks: Marks, place: Place, value: object) -> Cell:
    if place in marks.faults:
        return marks.faults[place]
    cell = from_spreadsheet(value)
    if place in marks.zeros and isinstance(cell, int):
        return str(cell).zfill(marks.zeros[place])
    return cell


def _spans(merged: Sequence[tuple[Place, Place]]) -> dict[Place, tuple[Place, Place]]:
    """Merged ranges that reach over several rows, by their first place; titles over several columns stay one cell."""
    return {first: (first, last) for first, last in merged if last[0] > first[0]}


def _fill_merged(
    cells: list[Cell],
    index: int,
    left: int,
    spans: Mapping[Place, tuple[Place, Place]],
    inherited: dict[int, tuple[int, Cell]],
) -> None:
    """A cell that reaches over several rows stands in each of them."""
    for column, cell in enumerate(cells):
        if (index, left + column) in spans:
            _, (last, _) = spans[index, left + column]
            inherited[column] = (last, cell)
        elif column in inherited and is_blank(cell):
            last, value = inherited[column]
            if index <= last:
                cells[column] = value


def _marks(source: Source, sheet: str | None) -> Marks:
    """What the file says of a sheet beside its values; merged cells only of ODS. Raises InputError."""
    if source.kind is Kind.XLS:
        return Marks()
    try:
        if source.kind is Kind.ODS:
            from fbridge.office.tables.ods_marks import ods_marks

            return ods_marks(source.file, sheet)
        from fbridge.office.tables.xlsx_marks import xlsx_marks

        return xlsx_marks(source.file, sheet or "")
    except (
        ExpatError,
        SyntaxError,
        LookupError,
        ValueError,
    ) as error:  # of XML parsers, and of odd attributes
        raise _damaged(source, error) from None


def _refuse_too_wide(source: Source, marks: Marks) -> None:
    """A reader holds the whole rectangle of a sheet: one value far out makes it larger than any memory."""
    rows, columns = marks.last[0] + 1, marks.last[1] + 1
    if rows * columns > MOST_CELLS:
        raise InputError(
            f"{source.name} has values as far as row {rows} and column {columns}, and up to {MOST_CELLS} cells are "
            "read at once; delete what stands far out by mistake, or divide it.",
            reason="file_too_large",
        )
