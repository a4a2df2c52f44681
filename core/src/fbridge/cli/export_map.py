"""``fbridge export``: maps that tell what other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.argument_types import COUNT
from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.office.exports.maps import ExportMap, MapField


@click.group(cls=Group)
def export() -> None:
    """Tell what other programs read: a courier's, or an ERP.

    The files themselves are written by fbridge manifest export MANIFEST --for MAP, by fbridge orders export --map MAP
    and by fbridge shipment export --map MAP.
    """


@export.command("map")
@click.argument("name")
@click.option("--like", "example", metavar="EXAMPLE", help="Make it a copy of this example, to be mended.")
@pass_session
def map_(session: Session, name: str, example: str | None) -> ExitCode:
    """Check a map and show what it writes; with --like, make it of an example first.

    A map is a small file that is mended by hand (docs/files.md). `fbridge export list` names the examples.
    """
    from fbridge.office.exports.maps import ExportMaps

    maps = ExportMaps(session.bridge.context.settings)
    made = maps.save_example(name, example) if example else maps.get(name)
    return _show(session, made, str(maps.path(name)))


@export.command("list")
@pass_session
def list_(session: Session) -> ExitCode:
    """List the saved maps and the examples."""
    from fbridge.cli.answers import SavedMap
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column
    from fbridge.office.exports.maps import ExportMaps, examples

    maps = ExportMaps(session.bridge.context.settings)
    found = [SavedMap(name=name, kind="map", path=str(maps.path(name))) for name in maps.names()]
    found += [SavedMap(name=name, kind="example", path="") for name in examples()]
    columns: list[Column[SavedMap]] = [
        Column("Name", lambda one: one.name),
        Column("", lambda one: one.kind),
        Column("Path", lambda one: one.path),
    ]
    return show_items(session, found, columns, empty="", next_step="fbridge export map NAME --like EXAMPLE")


@export.command()
@click.option("--limit", type=COUNT, default=50, show_default=True, metavar="N", help="At most so many.")
@pass_session
def batches(session: Session, limit: int) -> ExitCode:
    """List the batches of `orders export --new` and `shipment export --new`, the newest first."""
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column
    from fbridge.history.export_batches import Batch, list_batches

    columns: list[Column[Batch]] = [
        Column("Batch", lambda one: one.name),
        Column("Made", lambda one: one.made_at),
        Column(
            "", lambda one: "" if one.finished_at else "not finished: the next run repeats it", wraps=True
        ),
    ]
    found = list_batches(session.bridge.context, limit)
    return show_items(
        session, found, columns, empty="No batch. The first is made by: fbridge orders export --new"
    )


_WRITTEN_BY = {
    "courier": "fbridge manifest export MANIFEST --for {name} -o FILE",
    "orders": "fbridge orders export --map {name} -o FILE",
    "shipments": "fbridge shipment export --map {name} -o FILE",
}


def _show(session: Session, made: ExportMap, path: str) -> ExitCode:
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Column, Facts, Table

    columns: list[Column[MapField]] = [
        Column("Column", lambda one: one.heading),
        Column("Holds", lambda one: one.field or repr(one.text)),
        Column("Width", lambda one: one.width or "", right=True),
        Column("", lambda one: "may be cut" if one.cut else "", wraps=True),
    ]
    facts = Facts(
        [
            ("Path", path),
            ("For", made.what),
            ("Form", made.form),
            ("Encoding", made.encoding),
            ("Dates", made.dates),
        ]
    )
    parts = [
        Table(columns, part) for part in (made.head, made.fields, made.parcel_records, made.tail) if part
    ]
    return show_data(session, made, facts, *parts, next_step=_WRITTEN_BY[made.what].format(name=made.name))
