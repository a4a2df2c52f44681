"""What the imports share: options, the rows gathered into what they mean, the report, the refused rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fbridge.errors import InputError
from fbridge.models.results import Outcome, Taken
from fbridge.office.imports.documents import DocumentCell
from fbridge.office.imports.maps import ImportMap
from fbridge.office.imports.refused_rows import write_refused
from fbridge.office.imports.report import ImportReport, RowResult, counted
from fbridge.office.imports.row_groups import Group, ReadRow, RowGroups
from fbridge.office.imports.row_schemas import Problem
from fbridge.office.tables.cells import Record
from fbridge.office.tables.headers import plain
from fbridge.office.tables.reading import Table, Wanted, open_table
from fbridge.shipping.meant import DocumentMeant

if TYPE_CHECKING:
    from fbridge.bridge import Bridge

_NO_ROW = "There is no row under the names of the columns."
MOST_ROWS = 250_000
"""Rows of one file that go in."""
K = TypeVar("K")
W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What somebody says about a file: its map, store and year where the rows do not; ``plan`` writes nothing.

    Refused rows are written to ``refused_folder``, else beside the file. One of more than ``most_rows`` is refused.
    """

    map: ImportMap = field(default_factory=ImportMap)
    plan: bool = False
    store: str | None = None
    carrier: str | None = None
    year: int | None = None
    allow_shared: bool = False
    strict: bool = False
    refused_folder: Path | None = None
    most_rows: int = MOST_ROWS


class FileImport(Generic[K]):
    """One file on its way in."""

    def __init__(self, bridge: Bridge, file: Path, options: ImportOptions, wanted: Wanted) -> None:
        self._file, self._options, self._wanted = file, options, wanted
        self._groups: RowGroups[K] = RowGroups()
        self._count = 0
        self._asked: list[K] = []
        self._refused: dict[K, Problem] = {}
        self._table: Table | None = None
        carriers = bridge.carriers.list()
        self._carriers = {plain(one.name): one.code for one in carriers}
        self._carriers |= {plain(one.code): one.code for one in carriers}
        self._carriers |= {plain(said): code for said, code in options.map.carriers.items()}
        self._stores = {plain(said): name for said, name in options.map.stores.items()}

    @contextmanager
    def opened(self) -> Iterator[Table]:
        """The file as a table. Raises InputError, ConfigError."""
        with open_table(self._file, self._options.map.form, self._wanted) as table, self._groups:
            self._table = table
            yield table

    def add(self, key: K, record: Record, values: Mapping[str, Any], problem: Problem | None) -> None:
        """Put a row to those that mean the same; one that cannot be read stands for itself.

        Raises InputError where there are too many of them; nothing has gone in then.
        """
        if record.row.fault is not None:
            fault = record.row.fault
            problem = Problem(reason=fault.reason, words=fault.words, value=fault.shown)
        self._count += 1
        if self._count > self._options.most_rows:
            raise InputError(
                f"{self._file} has more than {self._options.most_rows} rows, the most that go in at once; divide it.",
                reason="file_too_large",
            )
        self._groups.add(key, ReadRow(record, values, problem, self.carrier_of(values)))

    def wishes(self, make: Callable[[Group[K]], W | Problem]) -> Iterator[W]:
        """What is wished for by each group without a fault, one after the other; ``make`` may find one yet."""
        for group in self._groups:
            made = group.problem or make(group)
            if isinstance(made, Problem):
                self._refused[group.key] = made
            else:
                self._asked.append(group.key)
                yield made

    def store_of(self, values: Mapping[str, Any]) -> str | None:
        """The store that the row names, in the map's words or its own name; else what was said for all."""
        said = values.get("store")
        return self._stores.get(plain(said), said) if said else self._options.store

    def carrier_of(self, values: Mapping[str, Any]) -> str | None:
        """The carrier's code, from its code or name, or the map's word for it; else what was said for all."""
        said = values.get("carrier")
        return self._carriers.get(plain(said), said) if said else self._options.carrier

    def document_of(self, values: Mapping[str, Any]) -> DocumentMeant | Problem | None:
        """The document that a row names, with its year where the row, or whoever imports it, says one."""
        cell: DocumentCell | None = values.get("document")
        if cell is None:
            return None
        days = (cell.date, values.get("document_date"), values.get("date") or values.get("departure"))
        years = {day.year for day in days[:2] if day} | {
            year for year in (cell.year, values.get("year")) if year
        }
        if not years and days[2] is not None:
            years = {days[2].year}
        if len(years) > 1:
            words = f"The row has the years {' and '.join(map(str, sorted(years)))} for one document."
            return Problem(reason="year_disagrees", words=words, field="document")
        return DocumentMeant(
            number=cell.number,
            series=cell.series or values.get("series"),
            source=cell.source or values.get("source") or self._options.map.source or None,
            year=years.pop() if years else self._options.year,
        )

    def report(self, taken: Iterable[Taken]) -> ImportReport:
        """What became of each row, in the sequence of the file, by what became of each wish.

        Refused rows are written to a file of their own.
        """
        assert self._table is not None  # noqa: S101 - opened before
        of_key = dict(zip(self._asked, taken, strict=True))
        told = [
            (place, self._told(row, self._refused.get(group.key), of_key.get(group.key)))
            for group in self._groups
            for row, place in zip(group.rows, group.places, strict=True)
        ]
        told.sort(key=itemgetter(0))
        rows = tuple(result for _, result in told)
        refused = [(place, result) for place, result in told if result.outcome is Outcome.REFUSED]
        return ImportReport(
            file=str(self._file),
            plan=self._options.plan,
            rows=rows,
            skipped=tuple(self._table.skipped),
            ignored=self._table.header.ignored,
            warnings=(*self._table.warnings, *([] if rows else [_NO_ROW])),
            refused_file=self._write(refused) if refused and not self._options.plan else None,
            counts=counted(rows),
        )

    def _write(self, refused: Sequence[tuple[int, RowResult]]) -> Path:
        assert self._table is not None  # noqa: S101 - opened before
        table, folder = self._table, self._options.refused_folder
        rows = ((self._groups.row(place).record, result.words) for place, result in refused)
        beside = folder / self._file.name if folder else self._file
        return write_refused(beside, table.source.kind, table.form, table.header.names, rows)

    def _told(self, row: ReadRow, of_group: Problem | None, taken: Taken | None) -> RowResult:
        problem = row.problem or of_group
        order, document = str(row.values.get("order", "")), self.document_of(row.values)
        named = {
            "row": row.record.row.number,
            "order": order,
            "document": "" if document is None or isinstance(document, Problem) else str(document),
        }
        if problem is not None or taken is None:
            problem = problem or Problem(reason="not_taken", words="The row was not taken.")
            words = (
                problem.words if row.problem else f"{problem.words} (Another row of the same has this fault.)"
            )
            return RowResult(
                **named,  # type: ignore[arg-type]
                outcome=Outcome.REFUSED,
                reason=problem.reason,
                words=words,
                column=self._column(problem.field),
                value=problem.value,
            )
        return RowResult(
            **named,  # type: ignore[arg-type]
            outcome=taken.outcome,
            reason=taken.reason,
            words=taken.words,
            column=self._column(taken.field) if taken.field else "",
            labels=taken.labels,
            warnings=taken.warnings,
        )

    def _column(self, field_name: str) -> str:
        """The column's name as it stands in the file."""
        assert self._table is not None  # noqa: S101 - opened before
        header = self._table.header
        places = header.columns.get(field_name, ())
        return next((header.names[place] for place in places if place < len(header.names)), field_name)
