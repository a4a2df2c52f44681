"""What an XLSX sheet holds beside its values: formulas without one, errors, numbers shown with leading zeros."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, BinaryIO
from xml.parsers import expat

from defusedxml.ElementTree import fromstring

from fbridge.office.tables.marks import Marks, Place, error_value, no_value

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PADDED = re.compile(r"0{2,}")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def xlsx_marks(file: BinaryIO, sheet: str) -> Marks:
    """The marks of one sheet, without its merged ranges."""
    file.seek(0)
    marks = Marks()
    with zipfile.ZipFile(file) as archive:
        path = _path_of(archive, sheet)
        if path is None:
            return marks
        padded = _padded_styles(archive)
        with archive.open(path) as content:
            _Scan(marks, padded).read(content)
    return marks


def _path_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    relations = {
        one.get("Id"): one.get("Target", "") for one in _parts(archive, "xl/_rels/workbook.xml.rels")
    }
    for one in _parts(archive, "xl/workbook.xml"):
        if _local(one) == "sheet" and one.get("name") == sheet:
            target = relations.get(one.get(_RELATION), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return path if path in archive.namelist() else None
    return None


def _padded_styles(archive: zipfile.ZipFile) -> Mapping[str, int]:
    """The cell styles that show a number with leading zeros, and with how many digits."""
    codes: dict[str | None, int] = {}
    styles: dict[str, int] = {}
    if "xl/styles.xml" not in archive.namelist():
        return styles
    for one in _parts(archive, "xl/styles.xml"):
        if _local(one) == "numFmt" and _PADDED.fullmatch(one.get("formatCode", "")):
            codes[one.get("numFmtId")] = len(one.get("formatCode", ""))
        if _local(one) == "cellXfs":
            kinds = enumerate(list(one))
            styles = {
                str(n): codes[kind.get("numFmtId")] for n, kind in kinds if kind.get("numFmtId") in codes
            }
    return styles


def _parts(archive: zipfile.ZipFile, path: str) -> Iterator[Element]:
    root: Element = fromstring(archive.read(path))
    return root.iter()


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


class _Scan:
    """One pass over a sheet, without holding it."""

    def __init__(self, marks: Marks, padded: Mapping[str, int]) -> None:
        self._marks, self._padded = marks, padded
        self._place: Place = (0, -1)
        self._row = -1
        self._kind = self._style = ""
        self._formula = self._in_value = False
        self._value: list[str] = []

    def read(self, content: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.ParseFile(content)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self._row = int(attributes["r"]) - 1 if attributes.get("r", "").isdigit() else self._row + 1
            if attributes.get("hidden") in {"1", "true"}:
                self._marks.hidden.add(self._row)
            self._place = (self._row, -1)
        elif local == "c":
            self._place = _place(attributes.get("r", "")) or (self._row, self._place[1] + 1)
            self._kind, self._style = attributes.get("t", ""), attributes.get("s", "")
            self._formula, self._value = False, []
        elif local == "f":
            self._formula = True
        self._in_value = local in {"v", "t"}

    def _text(self, text: str) -> None:
        if self._in_value:
            self._value.append(text)

    def _end(self, name: str) -> None:
        self._in_value = False
        if name.rpartition(":")[2] != "c":
            return
        value = "".join(self._value)
        if value or self._formula:
            self._marks.reach(*self._place)
        if self._kind == "e":
            self._marks.faults[self._place] = error_value(value)
        elif self._formula and not value and self._kind != "str":
            self._marks.faults[self._place] = no_value()
        elif self._style in self._padded:
            self._marks.zeros[self._place] = self._padded[self._style]


def _place(reference: str) -> Place | None:
    match = _CELL.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1
