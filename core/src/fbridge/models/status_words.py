"""What a report of everything that is not at rest says in sentences, beside its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from fbridge.models.standing_words import OPEN_ORDERS, age, return_words

if TYPE_CHECKING:
    from fbridge.push.status import InTheHouse, ListenerBehind, StatusReport, UnreadableStatus
    from fbridge.shipping.courier_exports import CourierChange
    from fbridge.shipping.returned_goods import CameBack

Told = Callable[[str], str]
"""Translates."""
_MOST_LOOSE = 10


def status_sentences(report: StatusReport, speak: Told) -> Iterator[str]:
    """The rest of a report, line by line, in English but for its ages: what speaks to people translates it."""
    counts = [f"{number} {state.replace('_', ' ')}" for state, number in report.counts.items() if number]
    if counts:
        yield f"Shipments: {', '.join(counts)}."
    yield from _not_as_it_should_be(report, speak)
    yield from _house_words(report.in_the_house, speak)
    yield from _courier_words(report.courier_changes)
    yield from _returned_words(report.came_back, speak)
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
        yield _unreadable_words(unread, speak)
    yield from (_listener_words(one, speak) for one in report.listeners)
    for fault in report.worker_faults:
        yield f"Workers, {fault.kind} of {fault.store}: {speak(fault.words)}: {fault.next_step}"
    if (
        not report.items
        and not any(line.what not in OPEN_ORDERS for day in report.stores for line in day.lines)
        and not report.orders_marked
        and not any(unread.count for unread in report.unreadable)
        and not report.in_the_house
        and not report.came_back
        and not report.courier_changes
        and not report.restored
        and not report.listeners
        and not report.worker_faults
    ):
        yield "Everything is at rest."


def _not_as_it_should_be(report: StatusReport, speak: Told) -> Iterator[str]:
    """What the stores have taken, and is not at rest all the same."""
    if report.missing_mails:
        oldest = f", the oldest for {age(report.missing_mails.age, speak)}"
        yield f"Mails to customers that did not leave, or may not have: {report.missing_mails.count}{oldest}."
    if report.drifted:
        yield f"Shipments that their store shows otherwise than it took them: {report.drifted}."


def _house_words(house: InTheHouse | None, speak: Told) -> Iterator[str]:
    """How much is prepared and has not left, and what no carrier will take as things stand."""
    if house is None:
        return
    overdue = " (overdue)" if house.overdue else ""
    yield f"Shipments in the house: {house.count}, the oldest for {age(house.age, speak)}{overdue}."
    for one in house.loose[:_MOST_LOOSE]:
        order = f", order {one.order_number}" if one.order_number else ""
        what = "was left behind" if one.left_behind else "is on no manifest"
        told = ", though its store was told that it left" if one.told else ""
        yield f"  {one.shipment} ({one.carrier}{order}) {what}{told}: {one.next_step}"
    more = len(house.loose) - _MOST_LOOSE
    if more > 0:
        yield f"  {more} more are on no manifest: fbridge shipment list"


def _returned_words(back: CameBack | None, speak: Told) -> Iterator[str]:
    """What came back, each with its kind, its age and what can be done."""
    if back is None:
        return
    overdue = " (overdue)" if back.overdue else ""
    yield f"Came back: {len(back.items)}, the oldest for {age(back.age, speak)}{overdue}."
    for one in back.items[:_MOST_LOOSE]:
        order = f", order {one.order_number}" if one.order_number else ""
        what = return_words(one.kind, one.reason)
        yield f"  {one.shipment} ({one.carrier}{order}) {what}, for {age(one.age, speak)}: {one.next_step}"
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


def _unreadable_words(unread: UnreadableStatus, speak: Told) -> str:
    """``Orders of shop that cannot be read: 2, the oldest for 3 h; 1 more is set aside.``"""
    oldest = f", the oldest for {age(unread.age, speak)}" if unread.age is not None else ""
    overdue = " (overdue)" if unread.overdue else ""
    more = f"; set aside: {unread.set_aside}" if unread.set_aside else ""
    return f"Orders of {unread.store} that cannot be read: {unread.count}{oldest}{overdue}{more}."


def _listener_words(one: ListenerBehind, speak: Told) -> str:
    """``Listener audit was not told everything, for 3 h (overdue): it raised ...: fbridge listeners run audit``"""
    why = f"; {speak(one.fault)}" if one.fault else ""
    return f"Listener {one.listener} was not told everything, for {age(one.age, speak)}{why}: {one.next_step}"
