"""``fbridge status``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.displayed import Words
from fbridge.cli.session import Session, pass_session
from fbridge.cli.spoken import because
from fbridge.exit_codes import ExitCode
from fbridge.models.states import PushState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from fbridge.cli.tables import Block, Column
    from fbridge.push.status import InTheHouse, ListenerBehind, StatusReport, UnreadableStatus
    from fbridge.push.status_items import StatusItem
    from fbridge.push.store_days import DayLine, StoreDay
    from fbridge.shipping.courier_exports import CourierChange
    from fbridge.shipping.returned_goods import CameBack


@click.command(cls=Command)
@click.option(
    "--check",
    is_flag=True,
    help="One line in place of the page, for the health check of a container or a monitor.",
)
@pass_session
def status(session: Session, check: bool) -> ExitCode:
    """Show the day of each store (its last fetch, its open orders by age, what is stuck), every shipment that is not
    at rest, what is prepared and still in the house, and the orders that cannot be read; each with the next step.

    The exit code is 1 when something is overdue or needs a person, so that a scheduler can tell. How long what may
    last is in the settings, under [status].
    """
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Table

    report = session.bridge.status()
    shown = report.items[:_MOST_ITEMS] if session.looked_at else report.items
    blocks: list[Block[Any]] = [Table(day_columns(), days(report.stores))] if report.stores else []
    blocks += [Table(_item_columns(), shown)] if shown else []
    blocks += [*_more_items(len(report.items) - len(shown)), *_sentences(report)]
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
    return Words(_KINDS[line.what]) if line.what in _KINDS else PushState(line.what)


_KINDS = {
    "open_orders": "open orders",
    "open_orders_1d": "open orders of over a day",
    "open_orders_3d": "open orders of over 3 days",
    "open_orders_7d": "open orders of over a week",
    "drifted": "otherwise on the store",
    "missing_mail": "mail missing",
}


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


def _sentences(report: StatusReport) -> Iterator[str]:
    counts = [f"{number} {state.replace('_', ' ')}" for state, number in report.counts.items() if number]
    if counts:
        yield f"Shipments: {', '.join(counts)}."
    yield from _not_as_it_should_be(report)
    yield from _house_words(report.in_the_house)
    yield from _courier_words(report.courier_changes)
    yield from _returned_words(report.came_back)
    if report.manifests_preparing:
        yield f"Manifests in preparation: {report.manifests_preparing}."
    if report.orders_marked:
        yield f"Orders that are marked, for somebody to look at: {report.orders_marked}."
    yield from (f"Store {notice.store}: {notice.words}" for notice in report.notices)
    for one in report.restored:
        yield (
            f"Store {one.store}: the database was put back from a backup; shipments that it calls sent and that are "
            f"not compared yet: {one.shipments}. {one.next_step}"
        )
    for unread in report.unreadable:
        yield _unreadable_words(unread)
    yield from map(_listener_words, report.listeners)
    if (
        not report.items
        and not report.orders_marked
        and not any(unread.count for unread in report.unreadable)
        and not report.in_the_house
        and not report.came_back
        and not report.courier_changes
        and not report.restored
        and not report.listeners
    ):
        yield "Everything is at rest."


def _not_as_it_should_be(report: StatusReport) -> Iterator[str]:
    """What the stores have taken, and is not at rest all the same."""
    from fbridge.cli.displayed import age

    if report.missing_mails:
        oldest = f", the oldest for {age(report.missing_mails.age)}"
        yield f"Mails to customers that did not leave, or may not have: {report.missing_mails.count}{oldest}."
    if report.drifted:
        yield f"Shipments that their store shows otherwise than it took them: {report.drifted}."


_MOST_LOOSE = 10


def _house_words(house: InTheHouse | None) -> Iterator[str]:
    """How much is prepared and has not left, and what no carrier will take as things stand."""
    from fbridge.cli.displayed import age

    if house is None:
        return
    overdue = " (overdue)" if house.overdue else ""
    yield f"Shipments in the house: {house.count}, the oldest for {age(house.age)}{overdue}."
    for one in house.loose[:_MOST_LOOSE]:
        order = f", order {one.order_number}" if one.order_number else ""
        what = "was left behind" if one.left_behind else "is on no manifest"
        told = ", though its store was told that it left" if one.told else ""
        yield f"  {one.shipment} ({one.carrier}{order}) {what}{told}: {one.next_step}"
    more = len(house.loose) - _MOST_LOOSE
    if more > 0:
        yield f"  {more} more are on no manifest: fbridge shipment list"


def _returned_words(back: CameBack | None) -> Iterator[str]:
    """What came back, each with its kind, its age and what can be done."""
    from fbridge.cli.displayed import age
    from fbridge.cli.shipment_views import return_words

    if back is None:
        return
    overdue = " (overdue)" if back.overdue else ""
    yield f"Came back: {len(back.items)}, the oldest for {age(back.age)}{overdue}."
    for one in back.items[:_MOST_LOOSE]:
        order = f", order {one.order_number}" if one.order_number else ""
        what = return_words(one.kind, one.reason)
        yield f"  {one.shipment} ({one.carrier}{order}) {what}, for {age(one.age)}: {one.next_step}"
    more = len(back.items) - _MOST_LOOSE
    if more > 0:
        yield f"  {more} more came back: fbridge shipment list --returned"


def _courier_words(changes: Sequence[CourierChange]) -> Iterator[str]:
    """What a courier's program was told, and is otherwise since."""
    if changes:
        yield f"Not as the courier's program was told: {len(changes)}."
    for one in changes[:_MOST_LOOSE]:
        order = f", order {one.order_number}" if one.order_number else ""
        yield f"  {one.shipment} ({one.carrier}{order}) {one.what}: {one.next_step}"
    if len(changes) > _MOST_LOOSE:
        yield f"  {len(changes) - _MOST_LOOSE} more: fbridge status --json"


def _unreadable_words(unread: UnreadableStatus) -> str:
    """``Orders of shop that cannot be read: 2, the oldest for 3 h; 1 more is set aside.``"""
    from fbridge.cli.displayed import age

    oldest = f", the oldest for {age(unread.age)}" if unread.age is not None else ""
    overdue = " (overdue)" if unread.overdue else ""
    more = f"; set aside: {unread.set_aside}" if unread.set_aside else ""
    return f"Orders of {unread.store} that cannot be read: {unread.count}{oldest}{overdue}{more}."


def _listener_words(one: ListenerBehind) -> str:
    """``Listener audit was not told everything, for 3 h (overdue): it raised ...: fbridge listeners run audit``"""
    from fbridge.cli.displayed import age

    why = f"; {one.fault}" if one.fault else ""
    return f"Listener {one.listener} was not told everything, for {age(one.age)}{why}: {one.next_step}"


def _next_step(report: StatusReport, urgent: list[StatusItem]) -> str:
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
    steps += [one.next_step for one in (report.in_the_house.loose if report.in_the_house else ())]
    steps += [one.next_step for one in (report.came_back.items if report.came_back else ())]
    if steps:
        return steps[0]
    return "fbridge manifest list --state preparing" if report.manifests_preparing else "fbridge fetch"
