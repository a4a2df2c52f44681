"""``fbridge fetch``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.harmless_text import several_lines
from fbridge.cli.session import Session, pass_session
from fbridge.cli.when import When, when
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fbridge.orders.fetch import FetchResult


_MOST_NAMED = 10
_NEEDED_AFTER = ("fbridge.cli.output", "fbridge.listeners.listeners")


@click.command(cls=Command)
@click.argument("stores", nargs=-1, metavar="[STORE]...")
@click.option("--since", type=when, metavar="DATE", help="Read again all that changed since then.")
@click.option(
    "--audit",
    "sweep",
    is_flag=True,
    help="Read all orders once, or those that changed --since; name what fetches missed and what was deleted.",
)
@pass_session
def fetch(session: Session, stores: tuple[str, ...], since: When | None, sweep: bool) -> ExitCode:
    """Download the orders that are new or changed, from all stores or from those named.

    It can be stopped at any time: what was fetched is kept, and the next run goes on from there. Orders that could
    not be read are read again; the exit code is 1 while there are any that nobody has set aside.

    With --audit the store's orders are read once whole, in as many requests as a first fetch takes, and held against
    what is stored: what no fetch had brought is fetched, and what the store has no more counts as cancelled from then
    on. The exit code is 1 where there was any such order.
    """
    if sweep:
        from fbridge.cli.fetch_audit import audit

        return audit(session, stores, session.moment(since))
    from fbridge.cli.loading_meanwhile import loading_meanwhile
    from fbridge.cli.progress import fetch_progress

    bridge, moment = session.bridge, session.moment(since)
    with fetch_progress(session) as progress, loading_meanwhile(*_NEEDED_AFTER):
        results = bridge.fetch(stores, since=moment, progress=progress)
    code = _show(session, results)
    _tell(session, results)
    return code


def _show(session: Session, results: tuple[FetchResult, ...]) -> ExitCode:
    from fbridge.cli.output import combined_code, show_items
    from fbridge.cli.tables import Column

    columns: list[Column[FetchResult]] = [
        Column("Store", lambda result: result.store),
        Column("Orders", lambda result: result.orders, right=True),
        Column("New", lambda result: result.new, right=True),
        Column("Changed", lambda result: result.changed, right=True),
        Column("Unreadable", lambda result: result.unreadable or "", right=True),
        Column("Problem", lambda result: result.error or "", wraps=True),
    ]
    return show_items(
        session,
        results,
        columns,
        empty="There is no store yet. Next: fbridge store add NAME",
        next_step=_next_step(results),
        code=combined_code([code_of(result) for result in results]),
    )


def code_of(result: FetchResult) -> ExitCode:
    """How the fetch from one store ended."""
    if result.error:
        return result.error.exit_code
    return ExitCode.SOME_FAILED if result.unreadable else ExitCode.OK


def _next_step(results: tuple[FetchResult, ...]) -> str:
    failed = [result.store for result in results if result.error]
    if failed:
        return f"fbridge store check {failed[0]}"
    unreadable = any(result.unreadable for result in results)
    return "fbridge orders list --unreadable" if unreadable else "fbridge orders list --ready"


def _tell(session: Session, results: tuple[FetchResult, ...]) -> None:
    from fbridge.cli.output import say

    for result in results:
        if result.error and not session.json and not sys.stdout.isatty():  # on a terminal the table tells it
            click.echo(several_lines(f"{result.store}: {result.error}"), err=True)
    for line in lines_after(results):
        say(session, line)


def lines_after(results: tuple[FetchResult, ...]) -> Iterator[str]:
    """What is told below the table: notes, and the orders that were left out."""
    for result in results:
        yield from (f"{result.store}: {note}" for note in result.notes)
        for order in result.rejected[:_MOST_NAMED]:
            name = order.number or f"with the id {order.remote_id}"
            yield f"{result.store}: order {name} was left out: {order.reason}"
        if len(result.rejected) > _MOST_NAMED:
            yield f"{result.store}: {len(result.rejected) - _MOST_NAMED} more orders were left out"
