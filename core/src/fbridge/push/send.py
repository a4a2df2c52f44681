"""One chunk of a push: read, claim and commit, send, and commit each receipt before the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from fbridge.adapterkit.adopting import left_to_others, not_added
from fbridge.errors import BusyError, FbridgeError, NotSent, PluginError
from fbridge.models.fulfillments import Baseline, Fulfillment, Receipt, ShipmentReceipt
from fbridge.models.orders import Order
from fbridge.models.problems import GONE_FROM_STORE
from fbridge.models.push import DUE, LedgerRow, Standing
from fbridge.models.states import Effect, MailEffect, OrderStatus, Outcome, PushState
from fbridge.models.transitions import Mover
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.storage import keep_pushed, lock_orders
from fbridge.orders.unreadable import ORDER_UNREADABLE, cannot_be_read
from fbridge.push import ledger
from fbridge.push.attempts import NOT_SENT, finish_attempt, receipt_changes
from fbridge.push.compare import as_taken
from fbridge.push.decide import GOES_OUT, MAY_GO_OUT, Decision, build_fulfillment, grounds_of, leaving
from fbridge.push.freshness import ORDER_MISSING, READ_TOO_OLD, SEND_AS_READ, too_old
from fbridge.push.judge import take_baseline
from fbridge.push.mails import AT_REST, mail_columns, promised
from fbridge.push.plan import previews_of
from fbridge.push.receipts import (
    ACKNOWLEDGED,
    CORRECTION_DUE,
    SENT_WITHOUT_NUMBER,
    NextState,
    ReceiptCheck,
    next_state,
)
from fbridge.push.restored import held_after_restore
from fbridge.push.run_state import Group, PushRun, Reading
from fbridge.push.undone import NOT_TAKEN

LONGEST_OLD = timedelta(hours=1)
SHORTEST_WAIT = timedelta(seconds=1)
NO_ANSWER = "no answer told what became of it"


@dataclass(slots=True)
class _Entry:
    """One order of the chunk: what is sent, what that rests on, and the claims that wait for a receipt."""

    fulfillment: Fulfillment
    group: Group
    rows: dict[str, LedgerRow]
    baseline: Baseline
    unnumbered: frozenset[int]
    mails: frozenset[int] = frozenset()
    attempts: dict[int, int] = field(default_factory=dict)

    @property
    def order_id(self) -> int:
        """The order's key in fbridge's database."""
        return self.group[0].order_id


def send_chunk(run: PushRun, groups: Sequence[Group]) -> None:
    """Send these orders. Raises what ended the chunk early, after its claims were explained."""
    entries = _claim(run, _within_plan(run, list(_prepare(run, groups, run.read_to_send(groups)))))
    if entries:
        _send(run, entries)


def _prepare(run: PushRun, groups: Sequence[Group], reading: Reading) -> Iterator[_Entry]:
    orders = {order.remote_id: order for order in reading.page.orders}
    unread = reading.unread
    for group in groups:
        remote_id = group[0].remote_order_id
        if remote_id in unread:
            # Nothing was sent, so nothing is to prove: the next run reads it again, and status tells for how long.
            words = cannot_be_read(unread[remote_id])
            run.move_all(_due(group), PushState.RETRY, reason=ORDER_UNREADABLE, words=words)
        elif remote_id not in orders:
            _missing(run, _due(group))
        elif remote_id in reading.older and not any(row.reason == SEND_AS_READ for row in group):
            _hold_back(run, _due(group), reading.older[remote_id])
        elif orders[remote_id].status is OrderStatus.CANCELLED:
            order = orders[remote_id]
            words = f"the order is {order.remote_status!r} on the store"
            run.move_all(
                _due(group), PushState.REFUSED, reason="order_cancelled", words=words, rests_on=order
            )
        elif not held_after_restore(run, group, orders[remote_id]):
            entry = _entry(run, group, orders[remote_id])
            if entry:
                yield entry


def _due(group: Group) -> list[LedgerRow]:
    return [row for row in group if row.outstanding and row.state in DUE]


def _hold_back(run: PushRun, rows: Sequence[LedgerRow], why: str) -> None:
    """Nothing is sent by an old page; where no newer one comes for long, a person looks."""
    now = run.now()
    since = min((row.since for row in rows if row.reason == READ_TOO_OLD), default=now)
    if now - since < LONGEST_OLD:
        next_at = now + max(run.policy.settle, SHORTEST_WAIT)
        run.move_all(rows, PushState.RETRY, reason=READ_TOO_OLD, words=too_old(why), next_at=next_at)
    else:
        run.move_all(rows, PushState.NEEDS_ATTENTION, reason=READ_TOO_OLD, words=too_old(why))


def _missing(run: PushRun, rows: Sequence[LedgerRow]) -> None:
    """A lagging replica or a filter may hide an order: gone is what two reads, a settle time apart, do not show."""
    now, settle = run.now(), max(run.policy.settle, SHORTEST_WAIT)
    lacking = [row.since for row in rows if row.state is PushState.RETRY and row.reason == ORDER_MISSING]
    if lacking and now - min(lacking) >= settle:
        words = "the store has no such order any more"
        run.move_all(rows, PushState.REFUSED, reason=ORDER_MISSING, words=words)
    else:
        words = "the store does not show the order; it is looked for once more before it counts as gone"
        run.move_all(rows, PushState.RETRY, reason=ORDER_MISSING, words=words, next_at=now + settle)


def _entry(run: PushRun, group: Group, order: Order) -> _Entry | None:
    decisions = run.decide(group, order)
    sent = {key: one for key, one in decisions.items() if one.action in GOES_OUT}
    note_waiting(run, group, decisions)
    if not sent:
        return None
    sent = _without_left_to_others(run, group, order, sent)
    if not sent:
        return None
    rows = leaving(group, sent)
    return _Entry(
        fulfillment=build_fulfillment(order, rows, sent, run.policy),
        group=group,
        rows={row.uuid: row for row in rows if row.shipment_id in sent},
        baseline=take_baseline(order),
        unnumbered=frozenset(key for key, decision in sent.items() if not decision.with_numbers),
    )


def _without_left_to_others(
    run: PushRun, group: Group, order: Order, sent: Mapping[int, Decision]
) -> dict[int, Decision]:
    """Less the corrections of what left with another carrier by another hand: no store is told of them (C14)."""
    rows = leaving(group, sent)
    fulfillment = build_fulfillment(order, rows, sent, run.policy)
    names = {one.id: left_to_others(one, fulfillment) for one in fulfillment.outstanding}
    refused = {row.shipment_id: row for row in rows if names.get(row.uuid)}
    for row in refused.values():
        name = names[row.uuid]
        problem = not_added(run.policy.codes.get(name, name))
        run.move_all([row], PushState.REFUSED, reason=problem.reason, words=problem.words, rests_on=order)
    return {key: one for key, one in sent.items() if key not in refused}


def _within_plan(run: PushRun, entries: list[_Entry]) -> list[_Entry]:
    """Those that do no more than the plan showed, now that their orders were read; the others wait for a new one."""
    previews = previews_of(run.opened, [entry.fulfillment for entry in entries])
    kept = []
    for entry in entries:
        preview = previews.get(entry.fulfillment.order_id) or run.plain_preview(
            entry.group, entry.fulfillment
        )
        outgrown = run.allowed[entry.order_id].outgrown_by(preview)
        if outgrown:
            run.move_all(entry.rows.values(), PushState.WAITING, reason="plan_outgrown", words=outgrown)
        else:
            entry.mails = promised(list(entry.rows.values()), len(preview.mails))
            kept.append(entry)
    return kept


def note_waiting(run: PushRun, group: Group, decisions: Mapping[int, Decision]) -> None:
    """Let the ledger say why shipments wait; states that mean more than waiting stay."""
    news = [
        (row, decision)
        for row in group
        if (decision := decisions.get(row.shipment_id)) and _waits_otherwise(row, decision)
    ]
    if not news:
        return
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        for row, decision in news:
            run.move(
                connection,
                row,
                PushState.WAITING,
                reason=decision.reason,
                words=decision.words,
                next_at=decision.next_at,
            )


def _waits_otherwise(row: LedgerRow, decision: Decision) -> bool:
    """Whether it waits, and the ledger does not say so yet."""
    if decision.action in MAY_GO_OUT or row.state not in (PushState.READY, PushState.WAITING):
        return False
    known = (row.state, row.reason, row.words, row.next_at)
    return known != (PushState.WAITING, decision.reason, decision.words, decision.next_at)


def _claim(run: PushRun, entries: list[_Entry]) -> list[_Entry]:
    """Commit ``sending`` for all. An order on which a person has acted meanwhile is left out: a sibling that was
    left behind changes what becomes of the whole order."""
    now = run.now()
    kept = []
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        found = ledger.standings(connection, [row.shipment_id for entry in entries for row in entry.group])
        for entry in entries:
            changed = [row for row in entry.group if found.get(row.shipment_id) != row.standing]
            run.touch(changed or entry.rows.values())
            if changed:
                continue
            rows = list(entry.rows.values())
            entry.attempts = ledger.claim(
                connection, rows, entry.baseline, epoch=run.turn.epoch, at=now, mails=entry.mails
            )
            kept.append(entry)
    return kept


def _send(run: PushRun, entries: list[_Entry]) -> None:
    open_entries = {entry.fulfillment.order_id: entry for entry in entries}
    run.opened.exchanges.begin(open_entries)
    fulfillments = [entry.fulfillment for entry in entries]
    check = ReceiptCheck.of(fulfillments)
    try:
        receipts = run.opened.adapter.push_fulfillment(run.opened.store, fulfillments)
        with closing(receipts):
            for receipt in receipts:
                _take(run, receipt, check, open_entries)
    except NotSent as stop:
        _not_sent(run, [e for key, e in open_entries.items() if key in stop.order_ids], stop)
        _without_receipt(
            run, [e for key, e in open_entries.items() if key not in stop.order_ids], "no_receipt"
        )
        raise (stop.__cause__ if isinstance(stop.__cause__, FbridgeError) else stop) from None
    except BusyError:
        raise  # overtaken: whoever has the turn now explains these claims
    except BaseException as stop:
        reason = stop.reason if isinstance(stop, FbridgeError) else "interrupted"
        words = str(stop) if isinstance(stop, PluginError) else NO_ANSWER
        _without_receipt(run, list(open_entries.values()), reason, words)
        raise
    _without_receipt(run, list(open_entries.values()), "no_receipt")


def _take(run: PushRun, receipt: Receipt, check: ReceiptCheck, open_entries: dict[str, _Entry]) -> None:
    good, fault = check.accept(receipt)
    if fault:
        run.faults.append(f"plugin {run.opened.adapter.platform.key} gave {fault}")
    entry = open_entries.get(receipt.order_id)
    if entry is None:
        return
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        lock_orders(connection, [entry.order_id])
        keys = run.opened.exchanges.keep(connection, receipt.order_id)
        for one in good:
            _record(run, connection, entry, one, keys)
        keep_pushed(connection, entry.order_id, entry.fulfillment, receipt)
        refresh_open_quantity(connection, [entry.order_id], may_grow=False)
    for one in good:
        del entry.attempts[entry.rows.pop(one.shipment_id).shipment_id]
    if not entry.attempts:
        del open_entries[receipt.order_id]
    run.done += 1
    run.tell(f"order {entry.fulfillment.number}")


def _record(
    run: PushRun, connection: Connection, entry: _Entry, receipt: ShipmentReceipt, exchange_ids: list[int]
) -> None:
    row, now = entry.rows[receipt.shipment_id], run.now()
    # Held before the wanted revision is read, so that no wish comes between.
    (standing,) = ledger.standings(connection, [row.shipment_id]).values()
    after = next_state(receipt, tries=row.tries + 1, settle=run.policy.settle, now=now)
    changes = receipt_changes(receipt, row.mail)
    if row.shipment_id in entry.unnumbered:
        changes["effect_tracking"] = Effect.NOT_DONE
    if receipt.outcome is Outcome.PREPARED:
        changes["tries"], run.again = row.tries, True
    if after.state in ACKNOWLEDGED:
        changes |= {"acknowledged_revision": receipt.revision, "unconfirmed_since": None, "baseline": None}
        changes["tries"] = 0
        changes |= as_taken(entry.fulfillment.order, row)
        changes |= _mail_after(connection, entry, row, receipt, changes["effect_mail"], now)
        after = _with_what_came_meanwhile(connection, entry, row, receipt.revision, after)
    elif after.state is PushState.UNCONFIRMED:
        changes["unconfirmed_since"] = now
    if after.state is PushState.REFUSED:
        order = entry.fulfillment.order
        changes["refused_on"] = grounds_of(row, order, run.policy) if receipt.rests_on else ""
        if receipt.reason == GONE_FROM_STORE:
            changes |= NOT_TAKEN
    _move_claimed(run, connection, row, standing.version, after, changes)
    finish_attempt(
        connection,
        entry.attempts[row.shipment_id],
        at=now,
        outcome=str(receipt.outcome),
        reason=receipt.reason,
        words=receipt.words,
        receipt=receipt,
        exchange_ids=exchange_ids,
    )


def _mail_after(
    connection: Connection,
    entry: _Entry,
    row: LedgerRow,
    receipt: ShipmentReceipt,
    effect: MailEffect,
    now: datetime,
) -> dict[str, Any]:
    """What somebody else has shipped makes no mail of ours; what was promised else is missing until it left."""
    planned = row.mail_planned or row.shipment_id in entry.mails
    if receipt.outcome is Outcome.DONE_ELSEWHERE and row.missing_mail is None:
        return AT_REST
    told = mail_columns(effect, planned=planned, known=row.missing_mail, told=receipt.words, now=now)
    if told.get("mail_missing_since") and row.missing_mail is None:
        ledger.tell(connection, row.shipment_id, "mail.missing", told["mail_words"], at=now)
    return told


def _with_what_came_meanwhile(
    connection: Connection, entry: _Entry, row: LedgerRow, revision: int, after: NextState
) -> NextState:
    if ledger.wanted_revision(connection, row.shipment_id) != revision:
        return CORRECTION_DUE
    if row.shipment_id in entry.unnumbered:
        words = "sent without its number, because its carrier is not mapped"
        return NextState(state=after.state, reason=SENT_WITHOUT_NUMBER, words=words)
    return after


def _move_claimed(
    run: PushRun,
    connection: Connection,
    row: LedgerRow,
    version: int,
    after: NextState,
    changes: dict[str, Any],
) -> None:
    """Wishes that came in while it was on its way have raised the version; the answer counts all the same."""
    ledger.move(
        connection,
        row.shipment_id,
        expected=Standing(PushState.SENDING, version),
        to=after.state,
        by=Mover.RUN,
        reason=after.reason,
        words=after.words,
        at=run.now(),
        next_at=after.next_at,
        **changes,
    )


def _not_sent(run: PushRun, entries: Sequence[_Entry], stop: FbridgeError) -> None:
    """Provably not sent: ready again, as if never tried."""
    _close(run, entries, PushState.READY, stop.reason, f"not sent: {stop}")


def _without_receipt(run: PushRun, entries: Sequence[_Entry], reason: str, words: str = NO_ANSWER) -> None:
    """Nobody knows: unconfirmed."""
    _close(run, entries, PushState.UNCONFIRMED, reason, words)


def _close(run: PushRun, entries: Sequence[_Entry], state: PushState, reason: str, words: str) -> None:
    if not entries:
        return
    now = run.now()
    settle = ledger.mark_unconfirmed if state is PushState.UNCONFIRMED else ledger.unclaim
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        for entry in entries:
            exchange_ids = run.opened.exchanges.keep(connection, entry.fulfillment.order_id)
            settle(connection, entry.attempts, reason=reason, words=words, at=now)
            for attempt_id in entry.attempts.values():
                finish_attempt(
                    connection,
                    attempt_id,
                    at=now,
                    outcome=NOT_SENT if state is PushState.READY else str(state),
                    reason=reason,
                    words=words,
                    exchange_ids=exchange_ids,
                )
            run.done += 1
