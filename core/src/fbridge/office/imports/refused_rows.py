"""Writes the refused rows to a file that can be mended and imported again by the same command."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from fbridge.errors import InputError
from fbridge.office.imports.columns import PROBLEM_COLUMN
from fbridge.office.tables.cells import Cell, Record, shown
from fbridge.office.tables.forms import TableForm
from fbridge.office.tables.sources import STDIN, Kind

_AMBIGUOUS_DECIMALS = 3


def write_refused(
    file: Path,
    kind: Kind,
    form: TableForm,
    names: Sequence[str],
    rows: Iterable[tuple[Record, str]],
) -> Path:
    """Write rows with why they were refused, in the form of the file that they come from. Raises InputError.

    A spreadsheet's rows become CSV; JSON becomes an object a line. A file that is there with other content stays.
    """
    text = _json(rows) if kind is Kind.JSON else _fixed(form, rows) if form.fixed else _csv(form, names, rows)
    encoding = "utf-8" if kind is Kind.JSON else form.encoding or "utf-8-sig"
    content = text.encode(encoding, errors="backslashreplace")
    suffix = (
        ".ndjson" if kind is Kind.JSON else (file.suffix if kind is Kind.TEXT and file.suffix else ".csv")
    )
    target = _free(file, suffix, content)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise InputError(
            f"The refused rows cannot be written to {target}: {error.strerror or error}.",
            reason="file_not_written",
        ) from error
    return target


def _free(file: Path, suffix: str, content: bytes) -> Path:
    stem = "import" if str(file) == STDIN else file.stem
    folder = Path() if str(file) == STDIN else file.parent
    number = 1
    while True:
        target = folder / f"{stem}.refused{f'-{number}' if number > 1 else ''}{suffix}"
        if not target.exists() or target.read_bytes() == content:
            return target
        number += 1


def _csv(form: TableForm, names: Sequence[str], rows: Iterable[tuple[Record, str]]) -> str:
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=form.delimiter or ";", lineterminator="\r\n")
    text.write("\r\n" * max(0, form.header_row - 1))
    if not names:
        rows = list(rows)
    width = len(names) or max((len(record.row.cells) for record, _ in rows), default=0)
    if names:
        table.writerow([*names, PROBLEM_COLUMN])
    for record, why in rows:
        cells = [written(cell, form.decimal) for cell in record.row.cells[:width]]
        table.writerow([*cells, *[""] * (width - len(cells)), why])
    return text.getvalue()


def _fixed(form: TableForm, rows: Iterable[tuple[Record, str]]) -> str:
    end = max(start - 1 + width for start, width in form.fixed.values())
    lines = []
    for record, why in rows:
        line = [" "] * end
        for (start, width), cell in zip(form.fixed.values(), record.row.cells, strict=False):
            line[start - 1 : start - 1 + width] = shown(cell).ljust(width)[:width]
        lines.append(f"{''.join(line)}  {why}\r\n")
    return "".join(lines)


def _json(rows: Iterable[tuple[Record, str]]) -> str:
    return "".join(json.dumps(_object(record.cells, why), ensure_ascii=False) + "\n" for record, why in rows)


def _object(cells: Mapping[str, Cell], why: str) -> dict[str, str]:
    return {name: written(cell, None) for name, cell in cells.items()} | {PROBLEM_COLUMN: why}


def written(cell: Cell, decimal: str | None) -> str:
    """The cell as text that reads back as the same value."""
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, Decimal):
        return shown(cell)
    text = format(cell, "f")
    places = len(text.partition(".")[2])
    if decimal is None and places == _AMBIGUOUS_DECIMALS:
        text += "0"
    return text.replace(".", decimal or ".")
