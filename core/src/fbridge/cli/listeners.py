"""``fbridge listeners``: local plugins that are told what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.argument_types import EVENT
from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.cli.tables import Column
    from fbridge.listeners.listeners import ListenerRow
    from fbridge.listeners.telling import ListenerTold

_NONE = "No listener is installed (docs/listeners.md)."


@click.group(cls=Group)
def listeners() -> None:
    """Local plugins that are told what happened (docs/listeners.md)."""


@listeners.command("list")
@pass_session
def list_(session: Session) -> ExitCode:
    """List the listeners: how far each was told, what waits for it, and what is wrong.

    A listener that is found for the first time is told what happens from then on. The exit code is 1 when one did not
    take an event, or is not installed here any more.
    """
    from fbridge.cli.displayed import Words
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column

    found = session.bridge.listeners.list()
    columns: list[Column[ListenerRow]] = [
        Column("Listener", lambda one: one.name),
        Column("Package", lambda one: one.package or Words("not installed")),
        Column("Told up to event", lambda one: one.after, right=True),
        Column("Told at", lambda one: one.told_at),
        Column("Waiting", lambda one: one.untold or "", right=True),
        Column("Waiting since", lambda one: one.waiting_since),
        Column("What is wrong", lambda one: Words(one.fault), wraps=True),
    ]
    wrong = [one for one in found if one.fault or not one.package]
    steps = [one.next_step for one in (*wrong, *(one for one in found if one.untold))]
    return show_items(
        session,
        found,
        columns,
        empty=_NONE,
        next_step=next(iter(steps), ""),
        code=ExitCode.SOME_FAILED if wrong else ExitCode.OK,
    )


@listeners.command()
@click.argument("names", nargs=-1, metavar="[LISTENER]...")
@click.option("--due", is_flag=True, help="Leave out those that failed a short while ago.")
@click.option(
    "--patience",
    type=click.IntRange(1, 3600),
    metavar="SECONDS",
    help="A listener that takes longer for one event hangs [`listener_seconds`, else 30].",
)
@pass_session
def run(session: Session, names: tuple[str, ...], due: bool, patience: int | None) -> ExitCode:
    """Tell the listeners, or those named, what they were not told yet.

    Commands do this by themselves when they have changed something; so this is for a scheduler, and after a listener
    was mended. The exit code is 1 when one did not take an event: it is told that one again the next time.
    """
    from fbridge.cli.displayed import Words
    from fbridge.cli.output import show_items
    from fbridge.cli.tables import Column

    done = session.bridge.listeners.run(names, due=due, patience=patience)
    columns: list[Column[ListenerTold]] = [
        Column("Listener", lambda one: one.name),
        Column("Told", lambda one: one.told, right=True),
        Column("Up to event", lambda one: one.after, right=True),
        Column("Result", lambda one: one.outcome),
        Column("Why", lambda one: Words(one.words), wraps=True),
    ]
    empty = "No listener is due." if due else _NONE
    step = next((one.next_step for one in done if one.next_step), "")
    return show_items(session, done, columns, empty=empty, next_step=step, code=_code(done))


def _code(done: tuple[ListenerTold, ...]) -> ExitCode:
    from fbridge.listeners.telling import Outcome

    outcomes = {one.outcome for one in done}
    if outcomes & {Outcome.FAILED, Outcome.NOT_INSTALLED}:
        return ExitCode.SOME_FAILED
    return ExitCode.BUSY if Outcome.BUSY in outcomes else ExitCode.OK


@listeners.command("set")
@click.argument("name", metavar="LISTENER")
@click.option(
    "--since",
    type=EVENT,
    metavar="ID",
    help="Tell it next what happened after this event; 0 for everything [what happens from now on].",
)
@pass_session
def set_(session: Session, name: str, since: int | None) -> ExitCode:
    """Tell a listener next what happened after an event: to repeat, to pass over what it cannot take, to rename it.

    Events with their ids: fbridge events
    """
    from fbridge.cli.output import show_data
    from fbridge.listeners.positions import next_step

    found = session.bridge.listeners.set(name, since)
    words = f"{name} is told next what happened after event {found.after}."
    return show_data(session, found, words, next_step=next_step(found.name))


@listeners.command()
@click.argument("name", metavar="LISTENER")
@pass_session
def forget(session: Session, name: str) -> ExitCode:
    """Forget a listener that is not installed any more."""
    from fbridge.cli.answers import Removed
    from fbridge.cli.output import show_data

    gone = session.bridge.listeners.forget(name)
    return show_data(session, Removed(removed=gone), f"The listener {gone} is forgotten.")
