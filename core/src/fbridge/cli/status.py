"""``fbridge status``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.displayed import Words
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import because, told
from fbridge.exit_codes import ExitCode
from fbridge.models.standing_words import DAY_WORDS
from fbridge.models.states import PushState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from fbridge.cli.tables import Block, Column
    from fbridge.push.status import StatusReport
    from fbridge.push.status_items import StatusItem
    from fbridge.push.store_days import DayLine, StoreDay


@click.command(cls=Command)
@click.option(
    "--check",
    is_flag=True,
    help="One line in place of the page, for the health check of a container or a monitor.",
)
@pass_session
def status(session: Session, check: bool) -> ExitCode:
    """Show the day of each store (its last fetch, its open orders by age, what is stuck), every shipment that is not
    at rest, what is prepared and still in the house, the orders that cannot be read, and what workers do not get
    done; each with the next step.

    The exit code is 1 when something is overdue or needs a person, so that a scheduler can tell. How long what may
    last is in the settings, under [status].
    """
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Table
    from fbridge.models.status_words import status_sentences

    report = session.bridge.status()
    shown = report.items[:_MOST_ITEMS] if session.looked_at else report.items
    blocks: list[Block[Any]] = [Table(day_columns(), days(report.stores))] if report.stores else []
    blocks += [Table(_item_columns(), shown)] if shown else []
    blocks += [*_more_items(len(report.items) - len(shown)), *status_sentences(report, told)]
    urgent = [item for item in report.items if item.overdue or item.state == PushState.NEEDS_ATTENTION]
    needed = urgent or report.orders_marked or report.overdue or report.courier_changes or report.restored
    code = ExitCode.SOME_FAILED if needed else ExitCode.OK
    if check:
        blocks = [
            "Something is overdue or needs a person."
            if needed
            else "Nothing is overdue, and nothing needs a person."
        ]
    return show_data(session, report, *blocks, next_step=_next_step(report, urgent), code=code)


_MOST_ITEMS = 30
"""On a terminal; a program gets all."""


def _item_columns() -> list[Column[StatusItem]]:
    from fbridge.cli.tables import Column

    return [
        Column("Store", lambda item: item.store),
        Column("Shipment", lambda item: item.shipment),
        Column("Order", lambda item: item.order_number),
        Column("State", lambda item: item.state, state=lambda item: item.state),
        Column("For", lambda item: item.age, right=True),
        Column("", lambda item: Words("overdue" if item.overdue else "")),
        Column("Why", lambda item: because(item.reason, item.words), wraps=True),
        Column("Next step", lambda item: item.next_step, wraps=True),
    ]


def _more_items(count: int) -> Iterator[str]:
    if count > 0:
        yield f"{count} more are not at rest: fbridge shipment list"


@dataclass(frozen=True, slots=True)
class _DayRow:
    """``what`` is words or a shipment's state."""

    store: str
    what: object
    count: int | None
    age: timedelta | None
    overdue: bool
    next_step: str


def days(stores: Sequence[StoreDay]) -> Iterator[_DayRow]:
    """Each store's last fetch, and then its lines."""
    for day in stores:
        what = Words("last fetch" if day.fetched_at else "never fetched")
        yield _DayRow(day.store, what, None, day.fetch_age, day.fetch_overdue, day.next_step)
        for line in day.lines:
            yield _DayRow(day.store, _kind(line), line.count, line.age, line.overdue, line.next_step)


def _kind(line: DayLine) -> object:
    return Words(DAY_WORDS[line.what]) if line.what in DAY_WORDS else PushState(line.what)


def _state_of(row: _DayRow) -> PushState | None:
    return row.what if isinstance(row.what, PushState) else None


def day_columns() -> list[Column[_DayRow]]:
    """What stands of each."""
    from fbridge.cli.tables import Column

    return [
        Column("Store", lambda row: row.store),
        Column("What", lambda row: row.what, wraps=True, state=_state_of),
        Column("How many", lambda row: row.count, right=True),
        Column("For", lambda row: row.age, right=True),
        Column("", lambda row: Words("overdue" if row.overdue else "")),
        Column("Next step", lambda row: row.next_step, wraps=True),
    ]


def _next_step(report: StatusReport, urgent: list[StatusItem]) -> str:
    still = next((one for one in report.worker_faults if one.overdue), None)
    if still and not urgent:  # what waits for a worker waits for nothing else
        return still.next_step
    first = next(iter(urgent), next(iter(report.items), None))
    unread = next((one for one in report.unreadable if one.count), None)
    if first and not (unread and unread.overdue and not urgent):
        return first.next_step
    if report.orders_marked:
        return "fbridge orders list --marked"
    if unread:
        return unread.next_step
    steps = [one.next_step for one in report.restored]
    steps += [one.next_step for one in report.courier_changes]
    steps += [one.next_step for one in report.listeners]
    steps += [one.next_step for one in report.worker_faults]
    steps += [one.next_step for one in (report.in_the_house.loose if report.in_the_house else ())]
    steps += [one.next_step for one in (report.came_back.items if report.came_back else ())]
    if steps:
        return steps[0]
    return "fbridge manifest list --state preparing" if report.manifests_preparing else "fbridge fetch"
