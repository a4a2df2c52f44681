"""The whole story of an order or a shipment, in plain words (docs/architecture.md, promise 5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import NotFoundError
from fbridge.history.story import (
    AttemptRow,
    EventRow,
    ExchangeRow,
    OrderSeen,
    read_attempts,
    read_events,
    read_orders_seen,
)
from fbridge.models.shipments import Shipment
from fbridge.orders.unreadable import UnreadableOrder, cannot_be_read, load_unreadable
from fbridge.push.concerns import concerns_of
from fbridge.push.next_steps import ways_out
from fbridge.references import find_order, find_shipment, shipment_labelled, unreadable_meant
from fbridge.shipping.returned_goods import return_steps
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.tables import rejected_orders, shipment_numbers, shipments

_TOLD_BY_THE_ATTEMPT = "push.sending"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One thing that happened. ``http`` holds the exchanges of an attempt, redacted as kept.

    ``who`` is the account or token that did it, "" for what a store did, or somebody at the terminal.
    """

    at: datetime
    what: str
    words: str
    http: tuple[ExchangeRow, ...] = ()
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that is known: of what, line by line in the order of time, where it stands, and what is next."""

    subject: str
    lines: tuple[StoryLine, ...]
    standing: tuple[str, ...]
    next_steps: tuple[str, ...]


def explain(context: Context, ref: str) -> Story:
    """Tell the story of an order (``1001``), a shipment (``S12``) or a tracking number.

    Raises NotFoundError with near matches, InputError where the reference is ambiguous.
    """
    with context.database.read() as connection:
        found, order_ids, unread = _meant(connection, ref)
        keys = [one.id for one in found]
        seen = read_orders_seen(connection, order_ids)
        remote = {(one.store, one.remote_id) for one in seen} | {(one.store, one.remote_id) for one in unread}
        unread = unread or _unread_of(connection, remote)
        happened = read_events(connection, order_ids, keys, remote)
        tries = read_attempts(connection, keys)
        concerns = concerns_of(connection, [one.id for one in found if one.shipped_at is None])
    lines = [
        StoryLine(
            at=order.first_seen_at,
            what="fetched",
            words=f"order {order.label} was fetched for the first time; version {order.version} is kept now, "
            f"read as {order.remote_status!r}",
        )
        for order in seen
    ]
    answered = {(attempt.shipment_id, attempt.finished_at) for attempt in tries}
    lines += [
        _event_line(event)
        for event in happened
        if event.kind != _TOLD_BY_THE_ATTEMPT
        and not (event.kind.startswith("push.") and (event.shipment_id, event.at) in answered)
    ]
    lines += [line for attempt in tries for line in _attempt_lines(attempt)]
    return Story(
        subject=_subject(ref, found, [one.label for one in seen] or [one.ref for one in unread]),
        lines=tuple(sorted(lines, key=lambda line: line.at)),
        standing=(
            *(f"order {order.label} is marked: {doubt.words}" for order in seen for doubt in order.doubts),
            *(_unread_standing(one, context.timezone) for one in unread),
            *(_standing(one) for one in found),
        ),
        next_steps=tuple(dict.fromkeys(_next_steps(found, seen, unread, concerns))),
    )


def _next_steps(
    found: Sequence[Shipment],
    seen: Sequence[OrderSeen],
    unread: Sequence[UnreadableOrder],
    concerns: Collection[int],
) -> Iterator[str]:
    for order_unread in unread:
        yield from _unread_steps(order_unread)
    for one in found:
        if one.came_back:
            yield from return_steps(one)
        if one.push:
            yield from ways_out(one, one.push)
    yield from (
        f"fbridge manifest ship {one.manifest} --force {one.label}"
        for one in found
        if one.id in concerns and one.manifest
    )
    for order in seen:
        if order.doubts and order.open_quantity:
            yield f"fbridge shipment create {order.label} --allow-marked"


def _meant(
    connection: Connection, ref: str
) -> tuple[tuple[Shipment, ...], set[int], tuple[UnreadableOrder, ...]]:
    """The shipments and orders that are meant, or the order that was never read."""
    try:
        found = _shipments_meant(connection, ref)
    except NotFoundError:
        never_read = unreadable_meant(connection, ref)
        if never_read is None:
            raise
        return (), set(), (never_read,)
    if found:
        return found, {one.order_id for one in found if one.order_id}, ()
    order_ids = {find_order(connection, ref)}
    return load_shipments(connection, shipments.c.order_id.in_(order_ids)), order_ids, ()


def _unread_of(connection: Connection, remote: Collection[tuple[str, str]]) -> tuple[UnreadableOrder, ...]:
    """Those of these orders that were read before and cannot be read now."""
    columns = rejected_orders.c
    return tuple(
        order
        for store, remote_id in sorted(remote)
        for order in load_unreadable(connection, columns.store == store, columns.remote_id == remote_id)
    )


def _unread_standing(order: UnreadableOrder, timezone: ZoneInfo) -> str:
    since = order.first_seen_at.astimezone(timezone)
    kept = "; what was read of it before is kept" if order.known else ""
    tried = f"tried {order.tries} times" if order.tries > 1 else "tried once"
    if order.gone:
        then = "it is left alone"
    elif order.set_aside_at is None:
        then = "the fetches read it again"
    else:
        why = f" ({order.set_aside_reason})" if order.set_aside_reason else ""
        then = f"it is set aside{why}"
    return (
        f"{order.ref}: {cannot_be_read(order.reason)}, since {since:%Y-%m-%d %H:%M}, {tried}; {then}{kept}."
    )


def _unread_steps(order: UnreadableOrder) -> tuple[str, ...]:
    if order.set_aside_at:
        return (f"fbridge orders bring-back {order.ref}",)
    return (f"fbridge fetch {order.store}", f"fbridge orders set-aside {order.ref}")


def _shipments_meant(connection: Connection, ref: str) -> tuple[Shipment, ...]:
    """By tracking number, else by label, document or UUID; none where an order is meant."""
    carrying = sa.select(shipment_numbers.c.shipment_id).where(shipment_numbers.c.number == ref.strip())
    if by_number := load_shipments(connection, shipments.c.id.in_(carrying)):
        return by_number
    if (key := shipment_labelled(connection, ref)) is not None:
        return load_shipments(connection, shipments.c.id == key)
    try:
        find_order(connection, ref)
    except NotFoundError as no_order:
        try:
            return load_shipments(connection, shipments.c.id == find_shipment(connection, ref))
        except NotFoundError:
            raise no_order from None
    return ()


def _event_line(event: EventRow) -> StoryLine:
    label = f"S{event.shipment_id}" if event.shipment_id else ""
    words = event.words if event.words.startswith(label) else f"{label}: {event.words}"
    return StoryLine(at=event.at, what=event.kind, words=words, who=event.who)


def _attempt_lines(attempt: AttemptRow) -> Iterator[StoryLine]:
    label = f"S{attempt.shipment_id}"
    revision = f" in revision {attempt.revision}" if attempt.revision > 1 else ""
    asked = f"is sent to the store{revision}"
    if attempt.asks_mail or attempt.takes_back:
        asked = f"the store is asked {'for its mail again' if attempt.asks_mail else 'to take it back'}"
    yield StoryLine(at=attempt.started_at, what="attempt", words=f"{label}: {asked}")
    if attempt.finished_at is None:
        return
    words = ": ".join(part for part in (attempt.reason, attempt.words) if part)
    yield StoryLine(
        at=attempt.finished_at,
        what="answer",
        words=f"{label}: {attempt.outcome} ({words})",
        http=attempt.exchanges,
    )


def _subject(ref: str, found: Sequence[Shipment], orders: Sequence[str]) -> str:
    names = [f"order {label}" for label in orders] + [f"shipment {one.label}" for one in found]
    return f"{ref}: {', '.join(names)}"


def _standing(shipment: Shipment) -> str:
    numbers = ", ".join(shipment.numbers) or "no number"
    where = f"on manifest {shipment.manifest}" if shipment.manifest else "on no manifest"
    head = f"{shipment.label} ({shipment.carrier.code}, {numbers}) is {where}"
    if shipment.push is None:
        return f"{head}; it belongs to no store order and is never pushed."
    push = shipment.push
    reason = push.words.rstrip(".") or push.reason.replace("_", " ")
    said = push.missing_mail is not None and not push.missing_mail.beside(reason)
    told = "" if said or reason == push.state else f": {reason}"
    held = (
        ""
        if push.acknowledged_revision in (None, shipment.revision)
        else (f"; the store holds revision {push.acknowledged_revision} of {shipment.revision}")
    )
    mail = f"; {push.missing_mail.words.rstrip('.')}" if push.missing_mail else ""
    return f"{head}; towards its store it is {push.state}{told}{held}{mail}."
