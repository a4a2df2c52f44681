"""``fbridge inbox``: files that were put into a folder, for schedulers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.cli.shipment_and_tracking_files import report_text
from fbridge.cli.spoken import because
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.office.imports.report import ImportReport
    from fbridge.office.inbox import InboxResult


@click.group(cls=Group)
def inbox() -> None:
    """Take the files that an ERP and a courier's program put into a folder."""


@inbox.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--manifest", "on_manifest", is_flag=True, help="Put shipments on their carriers' manifests.")
@click.option(
    "--unknown-order",
    type=click.Choice(["refuse", "external"]),
    default="refuse",
    show_default=True,
    help="Rows of no order: refuse them, or make external parcels.",
)
@click.option("--store", help="Of the order numbers, where the rows do not say.")
@click.option("--carrier", help="Of the rows that do not say.")
@click.option("--year", type=click.IntRange(2000, 2099), help="Of the documents that have no date.")
@click.option("--strict", is_flag=True, help="Refuse numbers that are odd for their carrier.")
@click.option(
    "--settle",
    type=click.FloatRange(0, 600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="So long a file has to stay as it is before it counts as whole.",
)
@pass_session
def run(
    session: Session, /, folder: Path, on_manifest: bool, unknown_order: str, settle: float, **said: Any
) -> ExitCode:
    """Take the files in FOLDER/shipments and FOLDER/tracking, once.

    A folder in those that is called like a map holds the files of that source. Files that were taken whole go to
    FOLDER/done, those with refused rows to FOLDER/errors, with the rows to be mended; reports to FOLDER/out.
    """
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column
    from fbridge.office.imports.shipments import ShipmentOptions
    from fbridge.office.imports.tracking import TrackingOptions
    from fbridge.office.inbox import InboxOptions, run_inbox

    options = InboxOptions(
        shipments=ShipmentOptions(on_manifest=on_manifest, unknown_order=unknown_order, **said),
        tracking=TrackingOptions(**said),
        settle=settle,
    )
    results = run_inbox(session.bridge, folder, options, _texts)
    columns: list[Column[InboxResult]] = [
        Column("File", lambda one: one.file),
        Column("Result", lambda one: one.outcome),
        Column("What", lambda one: because(one.reason, one.words), wraps=True),
    ]
    code = ExitCode.OK if all(one.outcome == "done" for one in results) else ExitCode.SOME_FAILED
    return show_items(session, results, columns, empty=f"No file waits in {folder}.", code=code)


def _texts(report: ImportReport) -> dict[str, str]:
    from fbridge.jsonable import jsonable

    return {".json": json.dumps(jsonable(report), indent=1) + "\n", ".txt": report_text(report)}
