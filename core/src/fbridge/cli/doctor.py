"""``fbridge doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, home_at, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.doctor.looks import Look


@click.command(cls=Command)
@click.option("--no-stores", is_flag=True, help="Ask no store.")
@click.option(
    "--bundle",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write a ZIP file for a bug report, without secrets, hosts and names.",
)
@pass_session
def doctor(session: Session, no_stores: bool, file: Path | None) -> ExitCode:
    """Look at the whole installation: versions, folders, plugins, database, backups, and each store.

    Nothing is sent to a store but reads, and nothing is changed. The exit code is 1 where something needs somebody.
    """
    from fbridge.cli.answers import Examined
    from fbridge.cli.atomic_file import replaced_bytes
    from fbridge.cli.output import say, show_data
    from fbridge.doctor.examination import bundle, examine
    from fbridge.settings import find_home

    home = home_at(session.home) or find_home()
    found = examine(home, with_stores=not no_stores)
    if file is not None:
        replaced_bytes(file, bundle(home, found))
        say(session, f"Written: {file}")
    bad = [look for look in found.looks if not look.ok]
    return show_data(
        session,
        Examined(looks=found.looks, well=found.well, bundle=str(file) if file else None),
        *map(_line, [*bad, *(look for look in found.looks if look.ok)]),
        f"{len(bad)} of {len(found.looks)} looks need somebody." if bad else "All is well.",
        next_step=next((look.next_step for look in bad if look.next_step), ""),
        code=ExitCode.SOME_FAILED if bad else ExitCode.OK,
    )


def _line(look: Look) -> str:
    """No table, for a table asks the settings for the time zone, and so opens the database."""
    from fbridge.cli.spoken import told

    mark = " " if look.ok else "!"
    step = f" ({look.next_step})" if look.next_step else ""
    return f"{mark} {look.about} {look.name}: {told(look.words)}{step}"
