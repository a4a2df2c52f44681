"""``fbridge tracking``: late and corrected numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.argument_types import COUNT
from fbridge.cli.command_classes import Group
from fbridge.cli.questions import confirm
from fbridge.cli.session import Session, pass_session
from fbridge.cli.shipment_and_tracking_files import file_argument, import_options, options_of, show_report
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.errors import FbridgeError
    from fbridge.models.shipments import Shipment


@click.group(cls=Group)
def tracking() -> None:
    """Set tracking numbers that came late, or were wrong."""


@tracking.command("set")
@click.argument("ref", metavar="SHIPMENT")
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--carrier", help="The parcels went with another carrier.")
@click.option("--parcels", type=COUNT, help="How many boxes.")
@click.option("--allow-shared", is_flag=True, help="Although another shipment has the same number.")
@pass_session
def set_(session: Session, /, ref: str, numbers: tuple[str, ...], **options: Any) -> ExitCode:
    """Give a shipment its tracking numbers, in place of those it had.

    SHIPMENT is S12, a document number, or the number of an order with one shipment. A store that was told
    already hears of the new numbers with the next push. Without a NUMBER those it has stay. Where one number stands
    for several boxes, say how many with --parcels.
    """
    from fbridge.errors import InputError

    shipments = session.bridge.shipments
    try:
        one = shipments.set_tracking(ref, numbers, **options)
    except InputError as error:
        count = shipments.get(ref).parcels if _may_stand_for_all(session, error) else 0
        if not count or not confirm(f"{_of_all(numbers, count)} Is that right?"):
            raise
        one = shipments.set_tracking(ref, numbers, **options | {"parcels": count})
    return _show(session, one)


@tracking.command("add")
@click.argument("ref", metavar="SHIPMENT")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@click.option("--parcels", type=COUNT, help="How many boxes there are in all.")
@click.option("--allow-shared", is_flag=True, help="Although another shipment has the same number.")
@pass_session
def add(session: Session, /, ref: str, numbers: tuple[str, ...], **options: Any) -> ExitCode:
    """Give a shipment further tracking numbers, beside those it has.

    One that it has already changes nothing. A store that was told already hears of the new ones with the next push.
    """
    return _show(session, session.bridge.shipments.add_tracking(ref, numbers, **options))


def _show(session: Session, one: Shipment) -> ExitCode:
    from fbridge.cli.output import show_data
    from fbridge.cli.shipment_views import next_step, shipment_facts

    return show_data(session, one, shipment_facts(one), next_step=next_step(one))


@tracking.command("import")
@file_argument
@click.option("--add", "adds", is_flag=True, help="Keep the numbers that a shipment has, and add these.")
@import_options
@pass_session
def import_(session: Session, /, file: Path, **said: Any) -> ExitCode:
    """Take the numbers out of the courier's file: CSV, XLSX, XLS, ODS, JSON, NDJSON, `-` for standard input.

    A row names its shipment by document, our reference, shipment or order: columns called so in English or
    Italian. Good rows go in, refused ones are written to a file beside it. The same file again changes nothing.
    """
    from fbridge.office.imports.tracking import TrackingOptions, import_tracking

    options = options_of(session, TrackingOptions, said)
    report = import_tracking(session.bridge, file, options)
    return show_report(session, report, next_step="fbridge push --plan")


def _may_stand_for_all(session: Session, error: FbridgeError) -> bool:
    from fbridge.shipping.shipments import FEWER_NUMBERS

    return session.may_ask and error.reason == FEWER_NUMBERS


def _of_all(numbers: tuple[str, ...], count: int) -> str:
    return f"{' '.join(numbers)} will be all that these {count} parcels travel under."
