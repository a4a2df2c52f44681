"""Rows for other programs: CSV, JSON, NDJSON, XLSX, or as a saved map says. All but XLSX is streamed."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

from fbridge.cli.atomic_file import STANDARD_OUTPUT, replaced_bytes, replaced_file
from fbridge.cli.harmless_text import spreadsheet_cell
from fbridge.cli.output import write_envelope
from fbridge.cli.session import Session
from fbridge.errors import InputError
from fbridge.jsonable import jsonable

if TYPE_CHECKING:
    from fbridge.office.exports.maps import ExportMap

T = TypeVar("T")
Get = Callable[[str], Any]
_ENDINGS = {"fixed": "txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(Generic[T]):
    """What is written: ``items``, each with the JSON that it is, and the rows that it has in a table.

    A row has the name under which a person finds it, and gives the value of a column; ``columns`` are those where no
    map says which.
    """

    items: Iterator[T]
    columns: Sequence[str]
    as_json: Callable[[T], Any]
    rows: Callable[[T], Iterator[tuple[str, Get]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """In which form, by which map, and whether cells are for a program (``plain``) and not for a spreadsheet."""

    form: str
    made: ExportMap | None = None
    plain: bool = False

    @property
    def ending(self) -> str:
        """Of a file's name."""
        return _ENDINGS.get(self.form, self.form)


def write_export(session: Session, export: Export[T], look: Look, output: Path) -> int:
    """Write all of it, or nothing; return how many items there were.

    Raises InputError where the file cannot be written, or a value does not go into a field of the map.
    """
    counted = _Counted(export.items)
    if look.form == "xlsx":
        if output == STANDARD_OUTPUT and session.json:
            raise InputError(
                "Standard output takes the file or JSON: name a file with -o, or leave --json out."
            )
        replaced_bytes(output, _workbook(session, export, counted, look))
    elif look.made is not None:
        with _whole_file(output) as file:
            _write_by_map(session, export, counted, look, file)
    else:
        told = output == STANDARD_OUTPUT and look.form == "json"
        with session.answering() if told else nullcontext(), replaced_file(output) as text:
            _WRITERS[look.form](export, counted, text.write, look)
    return counted.count


class _Counted(Iterator[T]):
    """Counts what passes."""

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self.count = 0

    def __next__(self) -> T:
        item = next(self._items)
        self.count += 1
        return item


@contextmanager
def _whole_file(output: Path) -> Iterator[IO[bytes]]:
    """Bytes that go out once all of them are there: standard output cannot take anything back."""
    with tempfile.TemporaryFile() as whole:
        yield whole
        whole.seek(0)
        with replaced_file(output) as file:
            file.flush()
            shutil.copyfileobj(whole, file.buffer)


def _write_csv(export: Export[T], items: Iterator[T], write: Callable[[str], object], look: Look) -> None:
    table = csv.writer(_Lines(write), lineterminator="\r\n")
    table.writerow(export.columns)
    for _, get in _rows(export, items):
        table.writerow([_cell(get(name), plain=look.plain) for name in export.columns])


def _write_json(export: Export[T], items: Iterator[T], write: Callable[[str], object], _: Look) -> None:
    write_envelope(map(export.as_json, items), write=write)


def _write_ndjson(export: Export[T], items: Iterator[T], write: Callable[[str], object], _: Look) -> None:
    for item in items:
        write(json.dumps(export.as_json(item)) + "\n")


_WRITERS = {"csv": _write_csv, "json": _write_json, "ndjson": _write_ndjson}


class _Lines:
    """What ``csv`` writes to."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write


def _rows(export: Export[T], items: Iterator[T]) -> Iterator[tuple[str, Get]]:
    for item in items:
        yield from export.rows(item)


def _cell(value: object, *, plain: bool) -> object:
    told = jsonable(value)
    if isinstance(told, list):
        told = ";".join(map(str, told))
    if isinstance(told, str) and isinstance(value, str | tuple | list) and not plain:
        return spreadsheet_cell(told)
    return "" if told is None else told


def _write_by_map(
    session: Session, export: Export[T], items: Iterator[T], look: Look, file: IO[bytes]
) -> None:
    from fbridge.office.exports.records import Records

    assert look.made is not None  # noqa: S101 - the caller's branch
    records = Records(look.made, session.timezone)
    if look.form in ("json", "ndjson"):
        out = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        _write_named(records, look, _rows(export, items), out.write)
        out.detach()
    else:
        encoded = _encoder(look.made.encoding)
        file.write(encoded(records.headings()))
        for row, get in _rows(export, items):
            line = records.record(row, look.made.fields, get)
            if not records.refusals:
                file.write(encoded(line))
    records.refuse_unfit()


def _encoder(encoding: str) -> Callable[[str], bytes]:
    """One for the whole file: some encodings begin with a mark, once."""
    import codecs

    return codecs.getincrementalencoder(encoding)().encode


def _write_named(
    records: Any, look: Look, rows: Iterator[tuple[str, Get]], write: Callable[[str], object]
) -> None:
    assert look.made is not None  # noqa: S101 - the caller's branch
    fields = look.made.fields
    headings = [one.heading for one in fields]
    named = (dict(zip(headings, records.texts(row, fields, get), strict=True)) for row, get in rows)
    if look.form == "json":
        write_envelope(named, write=write)
    else:
        for one in named:
            write(json.dumps(one) + "\n")


def _workbook(session: Session, export: Export[T], items: Iterator[T], look: Look) -> bytes:
    from fbridge.cli.workbook import workbook

    if look.made is None:
        rows = ([get(name) for name in export.columns] for _, get in _rows(export, items))
        return workbook(export.columns, rows, session.timezone)
    from fbridge.office.exports.records import Records

    made, records = look.made, Records(look.made, session.timezone)
    headings = [one.heading for one in made.fields]
    by_map = (records.texts(row, made.fields, get) for row, get in _rows(export, items))
    content = workbook(headings, by_map, session.timezone)
    records.refuse_unfit()
    return content


def getter(values: Mapping[str, Callable[[Any], Any]], of: object, **more: Any) -> Get:
    """The values of one row: those of ``more``, and those that a table of columns gives of one thing."""

    def get(name: str) -> Any:
        return more[name] if name in more else values[name](of)

    return get
