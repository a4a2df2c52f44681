"""What an ODS sheet holds beside its values: formulas without one, error values, merged cells."""

from __future__ import annotations

import zipfile
from typing import IO, BinaryIO
from xml.parsers import expat

from fbridge.office.tables.cells import Fault
from fbridge.office.tables.marks import Marks, error_value, no_value

_ERROR_KIND = "calcext:value-type"
_MOST_EQUAL = 1000
_VALUES = (
    "office:value",
    "office:date-value",
    "office:time-value",
    "office:boolean-value",
    "office:string-value",
)


def ods_marks(file: BinaryIO, sheet: str | None) -> Marks:
    """The marks of one sheet; without a name only how far the values of any sheet reach."""
    file.seek(0)
    marks = Marks()
    with zipfile.ZipFile(file) as archive, archive.open("content.xml") as content:
        _Scan(marks, sheet).read(content)
    return marks


class _Scan:
    """One pass over the content, without holding it; rows and cells may stand for many equal ones."""

    def __init__(self, marks: Marks, sheet: str | None) -> None:
        self._marks, self._sheet = marks, sheet
        self._here = self._hidden = False
        self._row = self._column = 0
        self._rows = self._cells = 1
        self._attributes: dict[str, str] = {}
        self._text: list[str] = []

    def read(self, content: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text.append
        parser.ParseFile(content)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._here, self._row = self._sheet in {None, attributes.get("table:name")}, 0
        elif name == "table:table-row":
            self._rows, self._column = int(attributes.get("table:number-rows-repeated", "1")), 0
            self._hidden = attributes.get("table:visibility", "visible") != "visible"
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._cells = int(attributes.get("table:number-columns-repeated", "1"))
            self._attributes = attributes
            self._text.clear()

    def _end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._rows
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            if self._here:
                self._note()
            self._column += self._cells

    def _note(self) -> None:
        place = (self._row, self._column)
        rows = int(self._attributes.get("table:number-rows-spanned", "1"))
        columns = int(self._attributes.get("table:number-columns-spanned", "1"))
        shown = "".join(self._text).strip()
        if shown or self._has_value():
            self._marks.reach(self._row + self._rows - 1, self._column + self._cells - 1)
            if self._hidden:
                self._marks.hidden.add(self._row)
        if self._sheet is None:
            return
        if rows > 1 or columns > 1:
            self._marks.merged.append((place, (self._row + rows - 1, self._column + columns - 1)))
        if self._attributes.get(_ERROR_KIND) == "error":
            self._fault(error_value(shown))
        elif self._attributes.get("table:formula") and not shown and not self._has_value():
            self._fault(no_value())

    def _fault(self, fault: Fault) -> None:
        """In each of the equal cells, as far as a table reaches that somebody may have meant."""
        for row in range(self._row, self._row + min(self._rows, _MOST_EQUAL)):
            for column in range(self._column, self._column + min(self._cells, _MOST_EQUAL)):
                self._marks.faults[row, column] = fault

    def _has_value(self) -> bool:
        return (
            any(name in self._attributes for name in _VALUES)
            or self._attributes.get("office:value-type") == "string"
        )
