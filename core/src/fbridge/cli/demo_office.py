"""``fbridge demo --office``: the evening for a browser."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.bridge import Bridge
    from fbridge.cli.session import Session
    from fbridge.demo.evening import Evening
    from fbridge.demo.office import ReadyOffice


def play_in_browser(session: Session, bridge: Bridge, evening: Evening, *, port: int) -> ExitCode:
    """Serve the page of the demo's own home until Ctrl-C. Raises InputError, PluginMissingError."""
    from fbridge.demo.office import ready_office
    from fbridge.office_web.serving import Place, serve

    if not session.json:
        click.echo("A store is opened, and its orders are fetched ...")
    ready = ready_office(bridge, evening)
    with suppress(KeyboardInterrupt):
        serve(bridge, Place(port=port), ready=lambda url: _announce(session, ready, url))
    if not session.json:
        click.echo("\nThe page is closed, and the store with all that was played is gone.")
    return ExitCode.OK


def _announce(session: Session, ready: ReadyOffice, url: str) -> None:
    if session.json:
        from fbridge.cli.answers import DemoServed
        from fbridge.cli.output import show_data

        show_data(session, DemoServed(url=url, user=ready.user, password=ready.password))
        sys.stdout.flush()  # who reads a pipe waits for this line
        return
    click.echo(
        f"The page answers at {url} until Ctrl-C. Your own settings are not touched.\n"
        f"  user      {ready.user}\n"
        f"  password  {ready.password}\n"
        f"{ready.orders_ready} orders can leave. Files to drop on its page Files:\n"
        f"  {ready.documents}  the ERP's documents\n"
        f"  {ready.numbers}  the courier's numbers, afterwards"
    )
