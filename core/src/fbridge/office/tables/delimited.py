"""Rows of a text with delimiters or with columns of fixed width, line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from fbridge.errors import InputError
from fbridge.office.tables.cells import Fault, Row

DELIMITERS = (";", ",", "\t", "|")
_END = "\x1a"
"""What programs of DOS write after the last line."""


def text_lines(name: str, file: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines with their ends. Raises InputError where the bytes are no text in this encoding."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    number = 0
    try:
        for number, line in enumerate(text, 1):
            kept = line.rstrip(_END) if line.endswith(_END) else line
            if kept:
                yield kept.lstrip("\ufeff") if number == 1 else kept
    except UnicodeError as error:
        raise InputError(
            f"{name} is not {encoding} text after line {number}: it is cut or damaged, or in another encoding "
            f"({getattr(error, 'reason', error)}).",
            reason="file_damaged",
        ) from None
    finally:
        if not file.closed:  # whoever reads no further may have closed it by now
            text.detach()


def delimited_rows(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    """The rows, numbered by the line that they begin in; a row whose quotes do not match is a fault of its own."""
    passing = _Passing(lines)
    reader = csv.reader(passing, delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        passing.lines.clear()
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error:
            text = "".join(passing.lines).strip()
            yield Row(number, (text,), _broken(number, reader.line_num, text))
        else:
            yield Row(number, cells, _zero_byte(cells))


def fixed_rows(lines: Iterator[str], columns: Mapping[str, tuple[int, int]]) -> Iterator[Row]:
    """The rows of a file of fixed width, a cell for each column in the sequence of ``columns``."""
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        cells = tuple(text[start - 1 : start - 1 + width].strip() for start, width in columns.values())
        yield Row(number, cells, _zero_byte(cells))


def checked_rows(rows: Iterator[Row], delimiter: str, width: int, *, ends_open: bool) -> Iterator[Row]:
    """The rows, with a fault where a quote too many has swallowed lines, and where the last one was cut."""
    before: Row | None = None
    for row in rows:
        if before is not None:
            yield _refuse_swallowed(before, delimiter, width)
        before = row
    if before is not None:
        yield _refuse_cut(before, width) if ends_open else _refuse_swallowed(before, delimiter, width)


def ends_open(file: BinaryIO) -> bool:
    """Whether the last line has no end, as in a file that was cut."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 8))
    return not file.read().rstrip(b"\x00\x1a").endswith((b"\r", b"\n"))


class _Passing:
    """Lines as they pass, those of the present row kept for sentences."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.lines: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.lines.append(line)
        return line


def _zero_byte(cells: Sequence[str]) -> Fault | None:
    spoiled = next((cell for cell in cells if "\x00" in cell), None)
    if spoiled is None:
        return None
    words = "The row holds bytes of zero, as in a file that was not written whole; export or copy it again."
    return Fault("zero_byte", words, spoiled.replace("\x00", "\ufffd")[:80])


def _broken(first: int, last: int, text: str) -> Fault:
    if len(text) <= csv.field_size_limit():
        return _bad_quotes(first, last, text)
    words = (
        f"A cell in line {first} is longer than {csv.field_size_limit()} characters; is a quote not closed?"
    )
    return Fault("cell_too_long", words, text[:80])


def _bad_quotes(first: int, last: int, text: str) -> Fault:
    where = f"in line {first}" if first >= last else f"that begins in line {first} and reaches line {last}"
    return Fault(
        "bad_quotes", f'A cell {where} has a quote (") that is not closed as it should be.', text[:80]
    )


def _refuse_swallowed(row: Row, delimiter: str, width: int) -> Row:
    """A cell of several lines that holds as many delimiters as those lines would have."""
    for cell in row.cells:
        breaks = cell.count("\n") if isinstance(cell, str) else 0
        if row.fault is None and breaks and str(cell).count(delimiter) >= breaks * (width - 1):
            return replace(row, fault=_bad_quotes(row.number, row.number + breaks, str(cell)))
    return row


def _refuse_cut(row: Row, width: int) -> Row:
    if row.fault is not None or len(row.cells) >= width:
        return row
    words = f"The file ends in the middle of this row, after {len(row.cells)} of {width} cells; it was cut."
    return replace(row, fault=Fault("cut_row", words, str(row.cells[-1]) if row.cells else ""))
