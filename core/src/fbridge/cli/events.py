"""``fbridge events``."""

from __future__ import annotations

import json

import click

from fbridge.cli.argument_types import COUNT, EVENT
from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode


@click.command(cls=Command)
@click.option(
    "--since",
    type=EVENT,
    default=0,
    metavar="ID",
    help="After this event [the first].",
)
@click.option("--limit", type=COUNT, metavar="N", help="At most so many.")
@pass_session
def events(session: Session, since: int, limit: int | None) -> ExitCode:
    """Write what happened to orders, shipments, manifests and pushes: one JSON object a line, oldest first.

    A program that follows keeps the id of the last line that it has dealt with, and asks with --since from there:
    nothing is missed, and what it did not keep comes again. Orders from before `orders_from` are not told.
    """
    from fbridge.cli.output import write_envelope
    from fbridge.jsonable import jsonable

    found = session.bridge.events(since, limit)
    if session.json:
        with session.answering():
            write_envelope(found)
        return ExitCode.OK
    for event in found:
        click.echo(json.dumps(jsonable(event)))
    return ExitCode.OK
