"""``fbridge worker``: fetch and push from any number of computers, over one PostgreSQL (docs/workers.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fbridge.cli.tables import Column
    from fbridge.workers.status import StoreWork, WorkerSeen, WorkersReport

_AT_ONCE, _MOST_AT_ONCE = 4, 16


@click.group(cls=Group, invoke_without_command=True)
@click.option("--store", "stores", metavar="STORE", multiple=True, help="Only this store [all]; repeatable.")
@click.option(
    "--at-once",
    type=click.IntRange(1, _MOST_AT_ONCE),
    default=_AT_ONCE,
    show_default=True,
    metavar="N",
    help="How many tasks it works side by side.",
)
@click.option("--once", is_flag=True, help="End when nothing is due, instead of waiting for more.")
@click.pass_context
def worker(context: click.Context, stores: tuple[str, ...], at_once: int, once: bool) -> ExitCode | None:
    """Work for all stores until Ctrl-C: fetch each by its own schedule, push what was handed over.

    Any number may run, on any number of computers with the same PostgreSQL. SIGTERM or Ctrl-C lets each task end at
    its next safe place; a second one ends it at once, and others pick its tasks up.
    """
    if context.invoked_subcommand is not None:
        return None
    from fbridge.cli.answers import WorkerEnded
    from fbridge.cli.output import say, show_data

    session = context.find_object(Session) or Session()
    session.log_where_asked_for()  # a group that runs by itself is no Command, which does that
    session.bridge.workers.run(
        stores, at_once=at_once, once=once, home=session.home, tell=lambda sentence: say(session, sentence)
    )
    return show_data(session, WorkerEnded(), "The worker has ended.")


@worker.command()
@pass_session
def status(session: Session) -> ExitCode:
    """Show who is at work, what waits, and how the last task of each store ended.

    The exit code is 1 while no worker is at work, or the last task of a store went wrong.
    """
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Table

    report = session.bridge.workers.status()
    wrong = [one for one in report.work if one.fault]
    steps = ["fbridge worker"] * (not report.alive) + [one.next_step for one in wrong]
    return show_data(
        session,
        report,
        Table(_worker_columns(), report.workers) if report.workers else "No worker is at work.",
        *([Table(_work_columns(), report.work)] if report.work else []),
        *_left_out(report),
        next_step=next(iter(steps), "fbridge status"),
        code=ExitCode.SOME_FAILED if steps else ExitCode.OK,
    )


def _worker_columns() -> list[Column[WorkerSeen]]:
    from fbridge.cli.displayed import Words
    from fbridge.cli.tables import Column

    return [
        Column("Worker", lambda one: one.id, right=True),
        Column("Computer", lambda one: one.host),
        Column("Process", lambda one: one.process or "", right=True),
        Column("Since", lambda one: one.started_at),
        Column("State", lambda one: Words("at work" if one.alive else "gives no sign of life")),
        Column("Stores", lambda one: len(one.stores), right=True),
        Column("Tasks", lambda one: one.tasks or "", right=True),
    ]


def _work_columns() -> list[Column[StoreWork]]:
    from fbridge.cli.tables import Column

    return [
        Column("Store", lambda one: one.store),
        Column("Task", lambda one: one.kind),
        Column("Running", lambda one: one.running or "", right=True),
        Column("Waiting", lambda one: one.waiting or "", right=True),
        Column("Next at", lambda one: one.next_at),
        Column("Last ended", lambda one: one.ended_at),
        Column("What is wrong", lambda one: one.fault, wraps=True),
    ]


def _left_out(report: WorkersReport) -> Iterable[str]:
    for one in report.workers:
        for store, why in one.left_out.items():
            yield f"{one.host} leaves {store} to others: {why}"
