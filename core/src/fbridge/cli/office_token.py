"""``fbridge office token``: programs that may use the HTTP API."""

from __future__ import annotations

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import told
from fbridge.exit_codes import ExitCode
from fbridge.models.api_tokens import SCOPES


@click.group(cls=Group)
def token() -> None:
    """Programs that may use the HTTP API, each with a token of its own."""


@token.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([one.value for one in SCOPES]),
    multiple=True,
    default=["read"],
    show_default=True,
    help="What it is good for; repeatable.",
)
@pass_session
def add(session: Session, name: str, scopes: tuple[str, ...]) -> ExitCode:
    """Make a token for a program, and show it: this once only, for no copy is kept.

    `read` shows everything that is kept, `prepare` changes what has not left, `ship` says that it has left, `push`
    tells stores, `decide` is what a person otherwise decides: force, send again, adopt. `manage` is
    for stores and carriers.
    """
    from fbridge.cli.output import say, show_data
    from fbridge.models.accounts import Right

    made = session.bridge.api_tokens.add(name, [Right(one) for one in scopes])
    say(session, "This is the token; keep it where only the program reads it:")
    return show_data(session, made, made.token)


@token.command("list")
@pass_session
def list_(session: Session) -> ExitCode:
    """List the tokens: what each is good for, and when it was last used."""
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column
    from fbridge.models.api_tokens import ApiToken

    columns: list[Column[ApiToken]] = [
        Column("Name", lambda one: one.name),
        Column("Good for", lambda one: ", ".join(one.scopes)),
        Column("Made at", lambda one: one.created_at),
        Column("Last used", lambda one: one.last_used_at),
    ]
    empty = "There is no token yet: fbridge office token add NAME"
    return show_items(session, session.bridge.api_tokens.list(), columns, empty=empty)


@token.command()
@click.argument("name")
@pass_session
def revoke(session: Session, name: str) -> ExitCode:
    """Take a token away; the program that uses it is refused at once."""
    from fbridge.cli.answers import Removed
    from fbridge.cli.output import show_data

    gone = session.bridge.api_tokens.revoke(name)
    return show_data(session, Removed(removed=gone.name), told(f"Token {gone.name} is revoked."))
