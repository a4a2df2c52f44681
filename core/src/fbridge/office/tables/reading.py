"""A table as records: each row's cells by the names of the fields, whatever the file is written like."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from fbridge.errors import InputError
from fbridge.office.tables.cells import EMPTY, Cell, Fault, Record, Row, is_blank, shown, width_of
from fbridge.office.tables.delimited import (
    DELIMITERS,
    checked_rows,
    delimited_rows,
    ends_open,
    fixed_rows,
    text_lines,
)
from fbridge.office.tables.encodings import encoding_of, known_encoding
from fbridge.office.tables.forms import TableForm
from fbridge.office.tables.headers import (
    SEARCHED,
    Header,
    Recognise,
    chosen_columns,
    find_header,
    plain,
    refuse_ambiguous,
)
from fbridge.office.tables.json_rows import JsonRow, json_rows
from fbridge.office.tables.sources import Kind, Source, open_source
from fbridge.office.tables.spreadsheets import open_sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for in a table: how a header is understood, what a map says, which fields name a row.

    ``keys`` are the fields of which each row must have one; ``repeated`` may stand in several columns.
    """

    recognise: Recognise
    keys: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    columns: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """An open table. ``form`` is as it was found; ``records`` can be read once; ``skipped`` rows say why.

    ``warnings`` are sentences about the whole file.
    """

    source: Source
    form: TableForm
    header: Header
    records: Iterator[Record]
    skipped: list[tuple[int, str]]
    warnings: list[str]


@contextmanager
def open_table(path: Path, form: TableForm, wanted: Wanted) -> Iterator[Table]:
    """Open a file (``-``: standard input) and find its columns.

    Raises InputError: what :func:`fbridge.office.tables.sources.open_source` refuses, no known column, several
    columns, sheets, delimiters or encodings that are possible. What is wrong with a row is a fault in its record.
    """
    with open_source(path) as source:
        if source.kind is Kind.JSON:
            yield _json_table(source, form, wanted)
        elif source.kind is Kind.TEXT:
            yield _text_table(source, form, wanted)
        else:
            with open_sheets(source) as sheets:
                table = _sheet_table(source, form, wanted, sheets)
                if source.kind is Kind.XLS:
                    table.warnings.append(
                        f"{source.name} is of the old XLS format, in which errors and formulas without a value look "
                        "like empty cells; XLSX is surer."
                    )
                yield table


def _json_table(source: Source, form: TableForm, wanted: Wanted) -> Table:
    chosen = {said: name for name, said in wanted.columns.items() if isinstance(said, str)}

    def records(rows: Iterator[JsonRow]) -> Iterator[Record]:
        for row, cells in rows:
            named = (
                (chosen.get(name) or wanted.recognise(plain(name)), cell) for name, cell in cells.items()
            )
            yield Record(row, {name: cell for name, cell in named if name is not None})

    rows = json_rows(source.name, source.file)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{source.name} holds no row.", reason="file_empty")
    names = tuple(first[1])
    found = {(chosen.get(name) or wanted.recognise(plain(name)), index) for index, name in enumerate(names)}
    header = Header(0, names, {name: (index,) for name, index in found if name is not None})
    return Table(source, form, header, records(itertools.chain([first], rows)), [], [])


def _text_table(source: Source, form: TableForm, wanted: Wanted) -> Table:
    encoding = known_encoding(form.encoding) if form.encoding else encoding_of(source.name, source.file)
    if form.fixed:
        places = {name: (index,) for index, name in enumerate(form.fixed)}
        header = Header(max(0, form.header_row), tuple(form.fixed), places)
        rows = fixed_rows(text_lines(source.name, source.file, encoding), form.fixed)
        return _table(source, replace(form, encoding=encoding), header, rows, wanted)
    delimiter = form.delimiter or _delimiter(source, encoding, form, wanted)
    sample = _sample(source, encoding, delimiter)
    header = _header(source.name, sample, form, wanted)
    is_open, width = ends_open(source.file), len(header.names)
    rows = delimited_rows(text_lines(source.name, source.file, encoding), delimiter)
    rows = checked_rows(rows, delimiter, width, ends_open=is_open)
    table = _table(source, replace(form, encoding=encoding, delimiter=delimiter), header, rows, wanted)
    if is_open and any(width - 1 in places for places in header.columns.values()):
        table.warnings.append(
            f"The last line of {source.name} has no end; look whether it, and its last cell, is whole."
        )
    return table


def _sheet_table(
    source: Source, form: TableForm, wanted: Wanted, sheets: Mapping[str, Iterator[Row]]
) -> Table:
    if form.sheet is not None and form.sheet not in sheets:
        raise InputError(
            f"{source.name} has no sheet {form.sheet!r}; it has: {', '.join(sheets)}.", reason="missing_sheet"
        )
    found: dict[str, tuple[list[Row], Iterator[Row]]] = {}
    for name in [form.sheet] if form.sheet else sheets:
        rows = sheets[name]
        sample = list(itertools.islice(rows, SEARCHED + 1))
        if form.sheet or _best(sample, form, wanted) is not None:
            found[name] = (sample, rows)
    if len(found) > 1:
        raise InputError(
            f"{source.name} has several sheets with known columns: {', '.join(found)}; say which with --sheet.",
            reason="ambiguous_sheet",
        )
    (name, (sample, rows)) = next(iter(found.items()), ("", ([], iter(()))))
    header = _header(source.name, sample, form, wanted)
    return _table(source, replace(form, sheet=name), header, itertools.chain(sample, rows), wanted)


def _table(source: Source, form: TableForm, header: Header, rows: Iterator[Row], wanted: Wanted) -> Table:
    table = Table(source, form, header, iter(()), [], [])
    return replace(table, records=_records(rows, table, wanted))


def _sample(source: Source, encoding: str, delimiter: str) -> list[Row]:
    lines = text_lines(source.name, source.file, encoding)
    return list(itertools.islice(delimited_rows(lines, delimiter), SEARCHED + 1))


def _delimiter(source: Source, encoding: str, form: TableForm, wanted: Wanted) -> str:
    """The delimiter under which the most columns are known; where none is, the one that gives rows of one width."""
    samples = {delimiter: _sample(source, encoding, delimiter) for delimiter in DELIMITERS}
    scores = {
        delimiter: len(header.columns)
        for delimiter, sample in samples.items()
        if (header := _best(sample, form, wanted)) is not None and header.columns
    }
    best = [delimiter for delimiter, score in scores.items() if score == max(scores.values())]
    if len(best) == len(DELIMITERS):  # a header of one column
        best = [one for one in best if all(len(row.cells) <= 1 for row in samples[one])][:1] or best
    if not best:
        best = [
            one
            for one, sample in samples.items()
            if len({width_of(row.cells) for row in sample} - {0, 1}) == 1
        ]
    if len(best) == 1:
        return best[0]
    words = "none of ; , tab | fits" if not best else f"{' and '.join(map(repr, best))} are possible"
    if not best and not wanted.columns:
        _header(source.name, samples[DELIMITERS[0]], form, wanted)
    raise InputError(
        f"{source.name}: what divides its columns cannot be told ({words}); say it with --delimiter.",
        reason="delimiter_unknown",
    )


def _best(sample: Sequence[Row], form: TableForm, wanted: Wanted) -> Header | None:
    by_name = {plain(said): name for name, said in wanted.columns.items() if isinstance(said, str)}
    return find_header(sample, lambda name: by_name.get(name) or wanted.recognise(name), form.header_row)


def _header(name: str, sample: Sequence[Row], form: TableForm, wanted: Wanted) -> Header:
    header = _best(sample, form, wanted)
    if header is None and wanted.columns and all(isinstance(said, int) for said in wanted.columns.values()):
        header = Header(0, (), {})
    if header is None:
        first = next((row for row in sample if width_of(row.cells)), None)
        found = ", ".join(shown(cell) for cell in first.cells if not is_blank(cell)) if first else "nothing"
        raise InputError(
            f"{name}: no column has a known name (its first row: {found[:200]}). Name one of them "
            f"{' or '.join(wanted.keys)}, or say which is which with --column FIELD=NAME.",
            reason="no_header",
        )
    header = chosen_columns(header, wanted.columns, name)
    refuse_ambiguous(header, wanted.repeated, name)
    return header


def _records(rows: Iterator[Row], table: Table, wanted: Wanted) -> Iterator[Record]:
    header, hidden = table.header, []
    titles = tuple(plain(name) for name in header.names)
    for row in itertools.islice(rows, header.rows, None):
        why = _why_skipped(row, header, titles, wanted)
        if why is None:
            hidden += [row.number] if row.hidden else []
            yield _record(row, header)
        elif why:
            table.skipped.append((row.number, why))
    if hidden:
        table.warnings.append(
            f"{len(hidden)} hidden rows were read like the others (the first is row {hidden[0]}); delete in the file "
            "what is not meant."
        )


def _why_skipped(row: Row, header: Header, titles: tuple[str, ...], wanted: Wanted) -> str | None:
    """None for a row that is read, "" for an empty one, else why it is left out."""
    if row.fault is not None:
        return None
    if not width_of(row.cells):
        return ""
    if titles and tuple(plain(shown(cell)) for cell in row.cells)[: len(titles)] == titles:
        return "header_again"
    if _is_total(row, header, wanted):
        return "totals"
    return None


_TOTAL = re.compile(
    r"(sub ?|gran |grand )?(totale|totali|total|totals|tot|somma|sum)( [a-z]+){0,2}( \d+){0,3}"
)


def _is_total(row: Row, header: Header, wanted: Wanted) -> bool:
    """Totals under the rows: a cell says so, and nothing else names an order, a document or a shipment."""
    if not any(isinstance(cell, str) and _TOTAL.fullmatch(plain(cell)) for cell in row.cells):
        return False
    places = [place for name in wanted.keys for place in header.columns.get(name, ())]
    keys = [row.cells[place] for place in places if place < len(row.cells)]
    return all(is_blank(cell) or _TOTAL.fullmatch(plain(shown(cell))) for cell in keys)


def _record(row: Row, header: Header) -> Record:
    if row.fault is None and header.names and width_of(row.cells) > len(header.names):
        words = (
            f"The row has {width_of(row.cells)} cells under {len(header.names)} columns; does a text hold "
            "what divides the columns?"
        )
        row = replace(row, fault=Fault("too_many_cells", words, shown(row.cells[-1])))
    cells = {name: _joined(row.cells, places) for name, places in header.columns.items()}
    return Record(row, cells)


def _joined(cells: Sequence[Cell], places: Sequence[int]) -> Cell:
    found = [cells[place] for place in places if place < len(cells) and not is_blank(cells[place])]
    if not found:
        return EMPTY
    fault = next((cell for cell in found if isinstance(cell, Fault)), None)
    return found[0] if len(found) == 1 else fault or ";".join(map(shown, found))
