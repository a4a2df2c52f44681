"""``fbridge purge``."""

from __future__ import annotations

from datetime import timedelta

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.questions import confirm
from fbridge.cli.session import Session, pass_session
from fbridge.cli.when import span
from fbridge.exit_codes import ExitCode


@click.command(cls=Command)
@click.option("--older-than", type=span, metavar="SPAN", required=True, help="Such as 365d or 26w.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def purge(session: Session, older_than: timedelta, yes: bool) -> ExitCode:
    """Forget personal data of old orders, and old HTTP exchanges.

    Names, addresses, phones, mails and notes go; numbers, quantities and what was pushed stay, so nothing is
    ever sent twice. An order with a shipment that is not at rest keeps its data until it is.
    """
    from fbridge.cli.output import show_data

    if not yes and session.may_ask:
        if not confirm(f"Forget the personal data of orders unchanged for {older_than.days} days?"):
            raise click.Abort
    elif not yes:
        raise click.UsageError("Nobody can be asked here; say --yes.")
    purged = session.bridge.purge(older_than)
    words = (
        f"Forgotten: the personal data of {purged.orders} orders and {purged.external_parcels} external parcels, "
        f"and {purged.exchanges} HTTP exchanges."
    )
    return show_data(session, purged, words)
