"""``fbridge office``: the page of the office, and who may use it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.office_token import token
from fbridge.cli.office_user import user
from fbridge.cli.session import Session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.office_web.serving import Place

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(cls=Group, invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8484, show_default=True, help="0: a free one.")
@click.option("--behind-proxy", metavar="ADDRESS", help="A proxy with TLS, whose forwarded headers count.")
@click.option("--certificate", type=FILE, help="A certificate in PEM form, for TLS without a proxy.")
@click.option("--key", type=FILE, help="Its key, where that stands in a file of its own.")
@click.option(
    "--name", "names", multiple=True, help="What browsers call the page from other machines; repeatable."
)
@click.pass_context
def office(
    context: click.Context,
    host: str,
    port: int,
    behind_proxy: str | None,
    certificate: Path | None,
    key: Path | None,
    names: tuple[str, ...],
) -> ExitCode | None:
    """Serve the page of the office until Ctrl-C: the day, orders and manifests in a browser.

    Whoever uses it signs in: fbridge office user add NAME. Programs use the HTTP API beside it, each with a token:
    fbridge office token add NAME. By default both can be reached from this machine only.
    """
    if context.invoked_subcommand is not None:
        return None
    from fbridge.office_web.serving import Place

    place = Place(
        host=host, port=port, proxy=behind_proxy or "", names=names, certificate=certificate, key=key
    )
    session = context.find_object(Session) or Session()
    session.log_where_asked_for()  # a group that runs by itself is no Command, which does that
    return _serve(session, place)


def _serve(session: Session, place: Place) -> ExitCode:
    from fbridge.cli.output import say
    from fbridge.office_web.serving import serve

    def announce(url: str) -> None:
        if session.json:
            _told_to_programs(session, url)
            return
        click.echo(f"The page of the office answers at {url} until Ctrl-C.")
        if not session.bridge.accounts.list():
            say(
                session,
                "Nobody can sign in yet; the first account: fbridge office user add NAME --role manager",
            )

    with suppress(KeyboardInterrupt):
        serve(session.bridge, place, ready=announce)
    say(session, "The page is closed.")
    return ExitCode.OK


def _told_to_programs(session: Session, url: str) -> None:
    import sys

    from fbridge.cli.answers import OfficeServed
    from fbridge.cli.output import show_data

    show_data(session, OfficeServed(url=url))
    sys.stdout.flush()  # who reads a pipe waits for this line


office.add_command(token)
office.add_command(user)
