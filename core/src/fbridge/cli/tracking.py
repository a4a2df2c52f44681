"""``fbridge tracking``: late and corrected numbers."""

from __future__ import annotations

from typing import Any

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode


@click.group(cls=Group)
def tracking() -> None:
    """Set tracking numbers that came late, or were wrong."""


@tracking.command("set")
@click.argument("ref", metavar="SHIPMENT")
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--carrier", help="The parcels went with another carrier.")
@click.option("--parcels", type=click.IntRange(min=1), help="How many boxes.")
@click.option("--allow-shared", is_flag=True, help="Although another shipment has the same number.")
@pass_session
def set_(session: Session, /, ref: str, numbers: tuple[str, ...], **options: Any) -> ExitCode:
    """Give a shipment its tracking numbers, in place of those it had.

    SHIPMENT is S12, a document number, or the number of an order with one shipment. A store that was told
    already hears of the new numbers with the next push. Without a NUMBER those it has stay.
    """
    from fbridge.cli.output import show_data
    from fbridge.cli.shipment_views import next_step, shipment_facts

    one = session.bridge.shipments.set_tracking(ref, numbers, **options)
    return show_data(session, one, shipment_facts(one), next_step=next_step(one))
