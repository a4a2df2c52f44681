"""``fbridge db``: the database."""

from __future__ import annotations

from pathlib import Path

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, home_at, pass_session
from fbridge.exit_codes import ExitCode


@click.group(cls=Group)
def db() -> None:
    """Upgrade and back up the database."""


@db.command()
@pass_session
def upgrade(session: Session) -> ExitCode:
    """Bring the database to this version of fbridge; SQLite does it by itself, after a copy."""
    from fbridge.bridge import Bridge
    from fbridge.cli.output import show_data

    Bridge.upgrade_database(home_at(session.home))
    return show_data(session, {"upgraded": True}, "The database is up to date.", next_step="fbridge status")


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@pass_session
def backup(session: Session, file: Path | None) -> ExitCode:
    """Copy the database while it is in use [beside it, with the time in its name]."""
    from fbridge.cli.output import show_data

    made = session.bridge.backup(file)
    return show_data(session, {"file": str(made)}, f"The copy is {made}.")
