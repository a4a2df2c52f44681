"""``fbridge office user``: who may sign in on the page of the office."""

from __future__ import annotations

import sys

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import told
from fbridge.errors import InputError
from fbridge.exit_codes import ExitCode

_FROM_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
_MOST_READ = 1000


@click.group(cls=Group)
def user() -> None:
    """Who may sign in on the page of the office."""


@user.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["clerk", "manager"]),
    default="clerk",
    show_default=True,
    help="A clerk does the daily work, a manager decides as well.",
)
@_FROM_STDIN
@pass_session
def add(session: Session, name: str, role: str, password_stdin: bool) -> ExitCode:
    """Make an account; its password is asked for."""
    from fbridge.cli.output import show_data
    from fbridge.models.accounts import Role

    made = session.bridge.accounts.add(name, Role(role), _password(session, from_stdin=password_stdin))
    words = told(f"Account {made.name} is added.")
    return show_data(session, made, words, next_step="fbridge office")


@user.command("list")
@pass_session
def list_(session: Session) -> ExitCode:
    """List the accounts."""
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column
    from fbridge.models.accounts import Account

    columns: list[Column[Account]] = [
        Column("Name", lambda one: one.name),
        Column("Role", lambda one: one.role),
        Column("Made at", lambda one: one.created_at),
        Column("Switched off", lambda one: "yes" if one.is_off else ""),
    ]
    empty = "There is no account yet: fbridge office user add NAME --role manager"
    return show_items(session, session.bridge.accounts.list(), columns, empty=empty)


@user.command()
@click.argument("name")
@pass_session
def remove(session: Session, name: str) -> ExitCode:
    """Take an account away; who uses it is signed out at once."""
    from fbridge.cli.answers import Removed
    from fbridge.cli.output import show_data

    gone = session.bridge.accounts.remove(name)
    return show_data(session, Removed(removed=gone.name), told(f"Account {gone.name} is removed."))


@user.command()
@click.argument("name")
@_FROM_STDIN
@pass_session
def password(session: Session, name: str, password_stdin: bool) -> ExitCode:
    """Give an account another password; who uses it is signed out at once."""
    from fbridge.cli.output import show_data

    changed = session.bridge.accounts.set_password(name, _password(session, from_stdin=password_stdin))
    return show_data(session, changed, told(f"Account {changed.name} has another password."))


@user.command()
@click.argument("name")
@click.argument("role", type=click.Choice(["clerk", "manager"]))
@pass_session
def role(session: Session, name: str, role: str) -> ExitCode:
    """Let an account do more, or less; who uses it is signed out at once."""
    from fbridge.cli.output import show_data
    from fbridge.models.accounts import Role

    changed = session.bridge.accounts.set_role(name, Role(role))
    return show_data(session, changed, told(f"Account {changed.name} is {changed.role} now."))


@user.command()
@click.argument("name")
@pass_session
def off(session: Session, name: str) -> ExitCode:
    """Let nobody sign in with an account, and keep it; who uses it is signed out at once."""
    from fbridge.cli.output import show_data

    changed = session.bridge.accounts.switch_off(name)
    return show_data(session, changed, told(f"Account {changed.name} is switched off."))


@user.command()
@click.argument("name")
@pass_session
def on(session: Session, name: str) -> ExitCode:
    """Let an account that was switched off sign in again."""
    from fbridge.cli.output import show_data

    changed = session.bridge.accounts.switch_on(name)
    return show_data(session, changed, told(f"Account {changed.name} is switched on."))


def _password(session: Session, *, from_stdin: bool) -> str:
    """From a program, or asked twice of a person; never from the command line, which others on the machine see."""
    if from_stdin:
        return sys.stdin.readline(_MOST_READ).rstrip("\r\n")
    if not session.may_ask:
        raise InputError(
            "Nobody is there to ask for the password; give it with --password-stdin.", reason="no_password"
        )
    text: str = click.prompt(
        told("Password"), hide_input=True, confirmation_prompt=told("Once more"), err=True
    )
    return text
