"""``import map``: a map of one source from a sample of its files, and what would be read with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fbridge.office.imports.columns import KEYS, SHIPMENT_FIELDS, TRACKING_FIELDS, recogniser
from fbridge.office.imports.maps import ImportMap
from fbridge.office.imports.paper_columns import TEXTS
from fbridge.office.imports.row_schemas import RowSchema, ShipmentRowSchema, TrackingRowSchema, read_row
from fbridge.office.tables.cells import Cell, Record, UnreadableError, is_blank, shown
from fbridge.office.tables.forms import DayOrder, TableForm
from fbridge.office.tables.headers import Header
from fbridge.office.tables.reading import Wanted, open_table
from fbridge.office.tables.sources import Kind
from fbridge.office.tables.values import date_of, number_of

SHIPMENTS = "shipments"
TRACKING = "tracking"
_LOOKED_AT = 500
_SHOWN = 10
_NUMBERS = ("quantity", "parcels", "weight", "weight_grams", "cod")
_DATES = ("document_date", "date", "departure")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One row of the sample as it would be read, field by field; ``problem`` where it would be refused."""

    row: int
    values: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapProposal:
    """A map for files like the sample: its ``values`` as they are saved, and what would be read.

    ``path`` is where it is kept, None where it was only shown. ``ignored`` are columns that nothing is read from.
    """

    name: str
    values: Mapping[str, Any]
    rows: tuple[SampleRow, ...]
    ignored: tuple[str, ...] = ()
    path: Path | None = None


def propose_map(file: Path, base: ImportMap, what: str, name: str) -> MapProposal:
    """What the sample tells, with what the ``base`` says above it. Raises InputError where it cannot be read."""
    fields, schema = _kind_of(what)
    wanted = Wanted(
        recognise=recogniser(fields), keys=KEYS, repeated=("tracking", *TEXTS), columns=base.columns
    )
    with open_table(file, base.form, wanted) as table:
        records = list(itertools.islice(table.records, _LOOKED_AT))
        is_text, header = table.source.kind is Kind.TEXT, table.header
        form = replace(
            table.form,
            decimal=base.form.decimal or decimal_of(_cells(records, _NUMBERS)),
            dates=base.form.dates or day_order_of(_cells(records, _DATES)),
        )
    proposed = replace(base, name=name, form=form, columns=_columns(header, base) if not form.fixed else {})
    rows = tuple(_sample_row(record, schema(proposed)) for record in records[:_SHOWN])
    return MapProposal(
        name=name, values=map_values(proposed, is_text=is_text), rows=rows, ignored=header.ignored
    )


def decimal_of(cells: Iterable[Cell]) -> str | None:
    """What marks decimals, where some number can be read in one way only and none in the other."""
    votes = {mark for cell in cells if isinstance(cell, str) for mark in _only_with(cell)}
    return votes.pop() if len(votes) == 1 else None


def _only_with(text: str) -> list[str]:
    with_mark = [mark for mark in (",", ".") if _reads(lambda mark=mark: number_of(text, mark))]
    return with_mark if len(with_mark) == 1 else []


def day_order_of(cells: Iterable[Cell]) -> DayOrder | None:
    """The sequence of a date's parts, where all dates can be read in it and in no other."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str) and not is_blank(cell)]
    fitting = [order for order in DayOrder if all(_reads(lambda t=t, o=order: date_of(t, o)) for t in texts)]
    return fitting[0] if texts and len(fitting) == 1 else None


def _reads(read: Any) -> bool:
    try:
        read()
    except UnreadableError:
        return False
    return True


def _kind_of(what: str) -> tuple[Sequence[str], type[RowSchema]]:
    return (TRACKING_FIELDS, TrackingRowSchema) if what == TRACKING else (SHIPMENT_FIELDS, ShipmentRowSchema)


def _cells(records: Iterable[Record], names: Sequence[str]) -> list[Cell]:
    return [record.cells[name] for record in records for name in names if name in record.cells]


def _columns(header: Header, base: ImportMap) -> dict[str, str | int]:
    """By name; by number where a name is not alone. What may stand in several columns is found by name anyway."""
    found: dict[str, str | int] = dict(base.columns)
    for field, places in header.columns.items():
        if field not in found and len(places) == 1 and places[0] < len(header.names):
            name = header.names[places[0]]
            found[field] = name if header.names.count(name) == 1 and name else places[0] + 1
    return found


def _sample_row(record: Record, schema: RowSchema) -> SampleRow:
    values, problem = read_row(schema, record.cells)
    words = record.row.fault.words if record.row.fault else problem.words if problem else ""
    told = {name: _told(value) for name, value in values.items()}
    return SampleRow(row=record.row.number, values=told, problem=words)


def _told(value: Any) -> str:
    parts = [getattr(value, name, None) for name in ("source", "series", "number", "year", "date")]
    return "/".join(str(part) for part in parts if part) if hasattr(value, "series") else shown(value)


def map_values(map_: ImportMap, *, is_text: bool) -> dict[str, Any]:
    """The map as it is saved; what is not said is left out."""
    form: TableForm = map_.form
    values: dict[str, Any] = {
        "encoding": form.encoding if is_text else None,
        "delimiter": form.delimiter if is_text else None,
        "decimal": form.decimal,
        "dates": str(form.dates) if form.dates else None,
        "sheet": form.sheet,
        "header_row": form.header_row,
        "source": map_.source,
        "document_form": map_.document_form,
        "reference": map_.reference,
        "weight_unit": map_.weight_unit if map_.weight_unit != "kg" else None,
        "columns": dict(map_.columns),
        "carriers": dict(map_.carriers),
        "stores": dict(map_.stores),
        "fixed": {name: list(place) for name, place in form.fixed.items()},
    }
    return {name: value for name, value in values.items() if value}
