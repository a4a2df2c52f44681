"""``fbridge import``: maps that tell how the files of a source are written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.argument_types import by_name, name_and_value
from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.cli.shipment_and_tracking_files import file_argument, form_options, map_of
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.office.imports.map_making import MapProposal, SampleRow


@click.group("import", cls=Group)
def import_() -> None:
    """Tell how the files of an ERP or a courier are written.

    The files themselves are read by fbridge shipment import FILE and fbridge tracking import FILE.
    """


@import_.command("map")
@click.argument("name")
@file_argument
@click.option(
    "--for",
    "what",
    type=click.Choice(["shipments", "tracking"]),
    default="shipments",
    show_default=True,
    help="What its files hold.",
)
@click.option("--source", help="Who numbers the documents, such as ERP.")
@click.option(
    "--document-form", help='How a document is written, such as "DDT {number}/{series} del {date}".'
)
@click.option("--weight-unit", type=click.Choice(["kg", "g"]), help="Of weights without a unit [kg].")
@click.option(
    "--reference", type=click.Choice(["shipment", "document", "order"]), help="What our reference is."
)
@click.option("--header-row", type=click.IntRange(min=1), help="Where the columns' names stand [found out].")
@click.option(
    "--fixed",
    type=name_and_value,
    callback=by_name,
    multiple=True,
    metavar="FIELD=START,WIDTH",
    help="A column of a file without delimiters, counted from 1; repeatable.",
)
@click.option("--plan", "--dry-run", is_flag=True, help="Show what would be read; save nothing.")
@form_options
@pass_session
def map_(session: Session, /, name: str, file: Path, what: str, plan: bool, **said: Any) -> ExitCode:
    """Make a map from a sample FILE, and show what would be read with it.

    It is saved as a small file that can be mended by hand, and is used with `--map NAME`. A map that is there is
    added to.
    """
    from fbridge.office.imports.map_making import propose_map
    from fbridge.office.imports.maps import Maps

    maps = Maps(session.bridge.context.settings.home.maps)
    maps.path(name)
    said["fixed"] = {field: _place(place) for field, place in said["fixed"].items()}
    if said["map_name"] is None and name in maps.names():
        said["map_name"] = name
    proposal = propose_map(file, map_of(session, **said), what, name)
    if not plan:
        maps.save(name, proposal.values)
        proposal = replace(proposal, path=maps.path(name))
    return _show(session, proposal, what)


@import_.command("list")
@pass_session
def list_(session: Session) -> ExitCode:
    """List the saved maps."""
    from fbridge.cli.answers import SavedMap
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column
    from fbridge.office.imports.maps import Maps

    maps = Maps(session.bridge.context.settings.home.maps)
    found = [SavedMap(name=name, kind="map", path=str(maps.path(name))) for name in maps.names()]
    columns: list[Column[SavedMap]] = [
        Column("Name", lambda one: one.name),
        Column("Path", lambda one: one.path),
    ]
    return show_items(session, found, columns, empty="No map. One is made with: fbridge import map NAME FILE")


def _place(text: str) -> list[int]:
    start, _, width = text.partition(",")
    if not (start.strip().isdigit() and width.strip().isdigit()):
        raise click.UsageError(f"--fixed: {text!r} is not START,WIDTH such as 11,20.")
    return [int(start), int(width)]


def _show(session: Session, proposal: MapProposal, what: str) -> ExitCode:
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Block, Column, Facts, Table

    def column(field: str) -> Column[SampleRow]:
        return Column(field, lambda row: row.values.get(field, ""))

    fields = list(dict.fromkeys(field for row in proposal.rows for field in row.values))
    columns: list[Column[SampleRow]] = [
        Column("Row", lambda row: row.row, right=True),
        *map(column, fields),
        Column("Problem", lambda row: row.problem, wraps=True),
    ]
    facts = {name: value for name, value in proposal.values.items() if not isinstance(value, dict)}
    blocks: list[Block[Any]] = [Facts(facts.items()), Table(columns, proposal.rows)]
    if proposal.ignored:
        blocks.append(f"Columns that nothing is read from: {', '.join(proposal.ignored)}.")
    if proposal.path:
        blocks.append(f"Saved as {proposal.path}.")
    command = "tracking import" if what == "tracking" else "shipment import"
    return show_data(
        session, proposal, *blocks, next_step=f"fbridge {command} FILE --map {proposal.name} --plan"
    )
