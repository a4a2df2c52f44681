"""The checks of a push: what is unconfirmed is read on the store until it is quiet, and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from fbridge.models.orders import Order
from fbridge.models.push import LedgerRow
from fbridge.models.states import Effect, MadeBy, MailEffect, PushState
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.storage import lock_orders
from fbridge.orders.unreadable import ORDER_UNREADABLE, cannot_be_read
from fbridge.push.attempts import last_words
from fbridge.push.compare import as_taken
from fbridge.push.decide import TAKEN_BY_STORE, Action, build_fulfillment, completes, decide
from fbridge.push.doubt import Doubt, first_absence, gone, look_again, not_read
from fbridge.push.freshness import ORDER_MISSING, READ_TOO_OLD, too_old
from fbridge.push.judge import Proof, Verdict, judge, snapshot
from fbridge.push.mails import mail_columns
from fbridge.push.receipts import CORRECTION_DUE, MOST_TRIES, TRIED_TOO_OFTEN, tried_too_often
from fbridge.push.restored import UNEXPLAINED
from fbridge.push.rows import load_order
from fbridge.push.run_state import Group, PushRun
from fbridge.push.unexplained import after_restore, unexplained

LONGEST_GAP = timedelta(seconds=5)


def check_chunk(run: PushRun, groups: Sequence[Group]) -> None:
    """Read these orders twice; where both reads agree, judge what is unconfirmed on them."""
    run.tell(f"reading {len(groups)} orders whose last answer was lost")
    first = run.read(groups)
    before = {order.remote_id: snapshot(order) for order in first.page.orders}
    run.pause(min(run.policy.settle / 6, LONGEST_GAP))
    second = run.read(groups)
    orders = {order.remote_id: order for order in second.page.orders}
    older = {**first.older, **second.older}
    unread = second.unread
    for group in groups:
        remote_id = group[0].remote_order_id
        order = orders.get(remote_id)
        if remote_id in unread:
            _look_again(run, group, ORDER_UNREADABLE, cannot_be_read(unread[remote_id]), doubt_of=not_read)
        elif order is None:
            words = "the store has no such order any more; whether it took the shipment cannot be told"
            _look_again(run, group, ORDER_MISSING, words, doubt_of=gone)
        elif order.remote_id in older:
            _look_again(run, group, READ_TOO_OLD, too_old(older[order.remote_id]))
        elif before.get(order.remote_id) != snapshot(order):
            words = "the store is still working on the order; it is read again"
            _look_again(run, group, "store_still_changing", words)
        else:
            _judge_group(run, group, order)


def unconfirmed(group: Group) -> list[LedgerRow]:
    """The shipments of an order whose last answer never came."""
    return [row for row in group if row.state in (PushState.SENDING, PushState.UNCONFIRMED)]


def check_due_at(run: PushRun, group: Group) -> datetime | None:
    """When the order may be checked; None where nothing on it is unconfirmed."""
    due = [
        decision.next_at
        for row in unconfirmed(group)
        if (decision := decide(row, run.policy, completes_order=False, now=run.now())).action is Action.CHECK
        and decision.next_at
    ]
    return max(due, default=None)


def _look_again(
    run: PushRun, group: Group, reason: str, words: str, *, doubt_of: Callable[..., Doubt] = look_again
) -> None:
    run.touch(unconfirmed(group))
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        for row in unconfirmed(group):
            doubt = doubt_of(row, reason, words, settle=run.policy.settle, now=run.now())
            _stay_in_doubt(run, connection, row, doubt)


def _stay_in_doubt(run: PushRun, connection: Connection, row: LedgerRow, doubt: Doubt) -> None:
    run.move(
        connection,
        row,
        PushState.NEEDS_ATTENTION if doubt.lasting else PushState.UNCONFIRMED,
        reason=doubt.reason,
        words=doubt.words,
        next_at=None if doubt.lasting else doubt.next_at,
        looks=doubt.looks,
        absent_since=doubt.absent_since,
    )


def _judge_group(run: PushRun, group: Group, order: Order) -> None:
    """Judge what is still unconfirmed: a person may have adopted it, or wished for another number, meanwhile."""
    run.touch(unconfirmed(group))
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        lock_orders(connection, [group[0].order_id])
        rows = load_order(connection, group[0].order_id)
        for row, verdict, complete in _verdicts(run, rows, order):
            doubt = first_absence(row, verdict, settle=run.policy.settle, now=run.now())
            if doubt:
                _stay_in_doubt(run, connection, row, doubt)
                continue
            state, reason, changes = _consequence(row, verdict, complete=complete)
            if verdict.proof is Proof.THERE:
                changes |= as_taken(order, row)
            changes |= _mail_changes(row, verdict, asked=run.policy.accepts_mail, now=run.now())
            changes["checked_epoch"] = run.turn.epoch
            words = verdict.words
            if state is PushState.READY and verdict.proof is Proof.ABSENT and row.tries >= MOST_TRIES:
                state, reason = PushState.NEEDS_ATTENTION, TRIED_TOO_OFTEN
                words = tried_too_often(row.tries, last_words(connection, row.shipment_id))
            run.move(connection, row, state, reason=reason, words=words, **changes)
        refresh_open_quantity(connection, [group[0].order_id])


def _verdicts(run: PushRun, rows: Group, order: Order) -> Iterator[tuple[LedgerRow, Verdict, bool]]:
    """What the store proves of each unconfirmed shipment, in the revision that was sent."""
    open_rows = unconfirmed(rows)
    left = [row.as_tried() if row in open_rows else row for row in rows if row in open_rows or _held(row)]
    complete = completes(order.lines, left)
    wanted = {s.id: s for s in build_fulfillment(order, left, {}, run.policy).shipments}
    strange = unexplained(order, build_fulfillment(order, rows, {}, run.policy).shipments)
    for row in open_rows:
        verdict = judge(
            wanted[row.uuid],
            order,
            siblings=[one for key, one in wanted.items() if key != row.uuid],
            completes_order=complete,
            notify=run.policy.accepts_mail,
        )
        yield (
            row,
            after_restore(verdict, strange, tried=row.baseline is not None) if row.unchecked else verdict,
            complete,
        )


def _held(row: LedgerRow) -> bool:
    return row.state in TAKEN_BY_STORE or row.acknowledged_revision is not None


def _consequence(
    row: LedgerRow, verdict: Verdict, *, complete: bool
) -> tuple[PushState, str, dict[str, Any]]:
    changes: dict[str, Any] = {"unconfirmed_since": None, "absent_since": None, "looks": 0}
    if verdict.remote_ids:
        changes["remote_ids"] = list(verdict.remote_ids)
    if verdict.proof is Proof.THERE:
        tried = row.as_tried()
        changes |= {
            "acknowledged_revision": tried.revision,
            "baseline": None,
            "tries": 0,
            "made_by": MadeBy.US,
            "effect_shipment": Effect.DONE,
            "effect_tracking": Effect.DONE if tried.numbers else Effect.NOT_DONE,
            "effect_status": Effect.DONE if complete else Effect.NOT_DONE,
        }
        if tried.revision != row.revision:
            return PushState.READY, CORRECTION_DUE.reason, changes
        return PushState.SENT, "found_on_store", changes
    if verdict.proof is Proof.UNEXPLAINED:
        return PushState.NEEDS_ATTENTION, UNEXPLAINED, changes
    if verdict.proof is Proof.UNPROVABLE:
        return PushState.NEEDS_ATTENTION, "unprovable", changes
    if verdict.proof is Proof.PARTLY_THERE:
        return PushState.READY, "finish_what_is_there", changes
    if row.acknowledged_revision is None:
        changes |= _NOTHING_DONE
    return PushState.READY, "proved_absent", changes


_NOTHING_DONE: dict[str, Any] = {
    "claimed_at": None,
    **dict.fromkeys(("effect_shipment", "effect_tracking", "effect_status"), Effect.NOT_DONE),
}


def _mail_changes(row: LedgerRow, verdict: Verdict, *, asked: bool, now: datetime) -> dict[str, Any]:
    """What the store's trace tells of the mail. Without one a promised mail stays in doubt, and is missing."""
    effect = _mail_known(row, verdict, asked=asked)
    changes: dict[str, Any] = {"effect_mail": effect}
    if verdict.proof is Proof.THERE:
        told = "the answer of the store was lost" if effect is MailEffect.UNCONFIRMED else ""
        changes |= mail_columns(effect, planned=row.mail_planned, known=row.missing_mail, told=told, now=now)
    return changes


def _mail_known(row: LedgerRow, verdict: Verdict, *, asked: bool) -> MailEffect:
    if row.mail is MailEffect.SENT or verdict.mailed:
        return MailEffect.SENT
    if verdict.mailed is False:
        return MailEffect.NOT_SENT
    if verdict.proof is Proof.THERE and asked and not row.mail_planned:
        return MailEffect.UNKNOWABLE  # whatever asked for it, a plan of this database did not
    if verdict.proof is Proof.ABSENT and row.mail is MailEffect.UNCONFIRMED:
        return MailEffect.NOT_SENT
    return row.mail
