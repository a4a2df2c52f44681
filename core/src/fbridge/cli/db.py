"""``fbridge db``: the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, home_at, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.storage.check import DatabaseReport, StoreAfterRestore
    from fbridge.storage.maintenance import Maintenance

_NEXT_PUSH = "The next push looks up on the stores what may have been sent."
_BACKUP_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(cls=Group)
def db() -> None:
    """Check, back up and restore the database."""


@db.command()
@pass_session
def upgrade(session: Session) -> ExitCode:
    """Bring the database to this version of fbridge; SQLite does it by itself, after a copy."""
    from fbridge.cli.answers import Upgraded
    from fbridge.cli.output import show_data

    _maintenance(session).upgrade()
    return show_data(session, Upgraded(), "The database is up to date.", next_step="fbridge status")


@db.command()
@click.argument("file", type=_BACKUP_FILE, required=False)
@pass_session
def backup(session: Session, file: Path | None) -> ExitCode:
    """Copy the database while it is in use [beside it, with the time in its name].

    A file that is there already is never replaced.
    """
    from fbridge.cli.answers import Copied
    from fbridge.cli.output import show_data

    made = session.bridge.backup(file)
    return show_data(session, Copied(file=str(made)), f"The copy is {made}.")


@db.command()
@click.argument("file", type=_BACKUP_FILE, required=False)
@click.option(
    "--done", is_flag=True, help="It was put back by other means, such as pg_restore; only take note of it."
)
@pass_session
def restore(session: Session, file: Path | None, done: bool) -> ExitCode:
    """Put a backup in the place of the database, and keep the old one.

    What the backup calls unsent is looked up on the stores by the next push before anything is sent.
    """
    if (file is None) is not done:
        raise click.UsageError("Name the backup FILE, or say --done where it was put back by other means.")
    if file is None:
        return _take_note(session)
    from fbridge.cli.answers import Restored
    from fbridge.cli.output import show_data

    restored = _maintenance(session).restore(file)
    kept = f" The former one is {restored.kept}." if restored.kept else ""
    words = f"{restored.backup} is the database now.{kept} {_NEXT_PUSH}"
    data = Restored(database=str(restored.database), kept=str(restored.kept) if restored.kept else None)
    return show_data(session, data, words, next_step="fbridge push")


def _take_note(session: Session) -> ExitCode:
    from fbridge.cli.answers import Noted
    from fbridge.cli.output import show_data

    session.bridge.mark_restored()
    return show_data(session, Noted(), f"Noted. {_NEXT_PUSH}", next_step="fbridge push")


@db.command()
@pass_session
def create(session: Session) -> ExitCode:
    """Begin anew with an empty database where the former one is gone."""
    from fbridge.cli.answers import Created
    from fbridge.cli.output import show_data

    _maintenance(session).create()
    return show_data(session, Created(), "There is a new, empty database.", next_step="fbridge fetch")


@db.command()
@pass_session
def check(session: Session) -> ExitCode:
    """Tell whether the database is sound and has room, and what a restore left to be looked up."""
    from fbridge.cli.output import show_data

    report = _maintenance(session).check()
    code = ExitCode.OK if report.sound else ExitCode.CONFIGURATION
    return show_data(session, report, "\n".join(_told(report)), code=code)


def _told(report: DatabaseReport) -> list[str]:
    lines = [problem.words for problem in report.problems]
    if report.sound:
        room = f", {_mebibytes(report.size)} of it, {_mebibytes(report.free)} free" if report.size else ""
        lines.append(f"The database {report.database} is sound (schema {report.schema}{room}).")
    return lines + [_after_restore(store) for store in report.restored]


def _after_restore(store: StoreAfterRestore) -> str:
    when = f"{store.noticed_at:%Y-%m-%d %H:%M} UTC" if store.noticed_at else "not noticed by a push yet"
    return (
        f"Store {store.store}: restored from a backup ({when}); {store.unchecked} shipments are looked up before "
        "they are sent."
    )


def _mebibytes(size: int | None) -> str:
    return f"{(size or 0) / 2**20:.1f} MiB"


def _maintenance(session: Session) -> Maintenance:
    from fbridge.bridge import Bridge

    return Bridge.maintenance(home_at(session.home))
