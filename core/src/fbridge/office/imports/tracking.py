"""``tracking import``: the numbers of a courier's file for the shipments that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fbridge.office.imports.columns import KEYS, TRACKING_FIELDS, recogniser
from fbridge.office.imports.file_import import FileImport, ImportOptions
from fbridge.office.imports.report import ImportReport
from fbridge.office.imports.row_groups import Group
from fbridge.office.imports.row_schemas import Problem, TrackingRowSchema, read_row
from fbridge.office.tables.cells import EMPTY, Cell, Fault, Record, is_blank, shown
from fbridge.office.tables.reading import Wanted
from fbridge.shipping.meant import Meant
from fbridge.shipping.tracking_intake import NumbersWish

if TYPE_CHECKING:
    from fbridge.bridge import Bridge


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingOptions(ImportOptions):
    """``adds``: the numbers come beside those that a shipment has, in place of replacing them."""

    adds: bool = False


def import_tracking(bridge: Bridge, file: Path, options: TrackingOptions) -> ImportReport:
    """Read a file and give the shipments that it names their numbers; a bad row stops no other.

    All rows of a shipment go in together or not at all. The same file again changes nothing.
    Raises InputError where the file as a whole cannot be read, ConfigError for a map.
    """
    wanted = Wanted(
        recognise=recogniser(TRACKING_FIELDS),
        keys=KEYS,
        repeated=("tracking",),
        columns=options.map.columns,
    )
    work: FileImport[Meant] = FileImport(bridge, file, options, wanted)
    with work.opened() as table:
        schema = TrackingRowSchema(options.map)
        for record in table.records:
            values, problem = read_row(schema, with_reference(record.cells, options.map.reference))
            _gather(work, record, values, problem)
        taken = bridge.intake.numbers(
            work.wishes(partial(_wish, adds=options.adds)),
            plan=options.plan,
            allow_shared=options.allow_shared,
            strict=options.strict,
        )
        return work.report(taken)


def with_reference(cells: Mapping[str, Cell], reference: str) -> Mapping[str, Cell]:
    """The cells with our reference as what the map says that it is: a shipment's number, a document, an order."""
    given = cells.get("reference", EMPTY)
    if not reference or is_blank(given) or not is_blank(cells.get(reference, EMPTY)):
        return cells
    rest = {name: cell for name, cell in cells.items() if name != "reference"}
    if reference == "shipment" and not isinstance(given, Fault):
        given = f"S{shown(given).upper().removeprefix('S').lstrip('0')}"
    return rest | {reference: given}


def _gather(work: FileImport[Meant], record: Record, values: dict[str, Any], problem: Problem | None) -> None:
    if problem is None and record.row.fault is None and not values.get("tracking"):
        problem = Problem(reason="no_number", words="The row has no tracking number.", field="tracking")
    document = work.document_of(values)
    if isinstance(document, Problem):
        document, problem = None, problem or document
    meant = Meant(
        order=values.get("order", ""),
        store=work.store_of(values),
        shipment=values.get("shipment", ""),
        reference=values.get("reference", ""),
        document=document,
    )
    work.add(meant, record, values, problem)


def _wish(group: Group[Meant], *, adds: bool) -> NumbersWish:
    return NumbersWish(
        meant=group.key,
        numbers=tuple(row.values["tracking"] for row in group.rows),
        carrier=group.carrier,
        parcels=group.one("parcels"),
        adds=adds,
    )
