"""One chunk of a push: read, claim and commit, send, and commit each receipt before the next request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta

from fbridge.adapterkit.adopting import left_to_others, not_added
from fbridge.errors import BusyError, FbridgeError, NotSent, PluginError
from fbridge.models.orders import Order
from fbridge.models.push import DUE, LedgerRow
from fbridge.models.states import OrderStatus, PushState
from fbridge.orders.unreadable import ORDER_UNREADABLE, cannot_be_read
from fbridge.push import ledger
from fbridge.push.attempts import NOT_SENT, begin_attempts, finish_attempt
from fbridge.push.decide import GOES_OUT, MAY_GO_OUT, Decision, build_fulfillment, leaving
from fbridge.push.freshness import ORDER_MISSING, READ_TOO_OLD, SEND_AS_READ, too_old
from fbridge.push.judge import take_baseline
from fbridge.push.mails import promised
from fbridge.push.plan import previews_of
from fbridge.push.receipt_keeping import Entry, ReceiptKeeper
from fbridge.push.restored import held_after_restore
from fbridge.push.run_state import Group, PushRun, Reading

LONGEST_OLD = timedelta(hours=1)
SHORTEST_WAIT = timedelta(seconds=1)
NO_ANSWER = "no answer told what became of it"


def send_chunk(run: PushRun, groups: Sequence[Group]) -> None:
    """Send these orders. Raises what ended the chunk early, after its claims were explained."""
    entries = _claim(run, _within_plan(run, list(_prepare(run, groups, run.read_to_send(groups)))))
    if entries:
        _send(run, entries)


def _prepare(run: PushRun, groups: Sequence[Group], reading: Reading) -> Iterator[Entry]:
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


def _entry(run: PushRun, group: Group, order: Order) -> Entry | None:
    decisions = run.decide(group, order)
    sent = {key: one for key, one in decisions.items() if one.action in GOES_OUT}
    note_waiting(run, group, decisions)
    if not sent:
        return None
    sent = _without_left_to_others(run, group, order, sent)
    if not sent:
        return None
    rows = leaving(group, sent)
    return Entry(
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


def _within_plan(run: PushRun, entries: list[Entry]) -> list[Entry]:
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


def _claim(run: PushRun, entries: list[Entry]) -> list[Entry]:
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
            ledger.claim(connection, rows, entry.baseline, epoch=run.turn.epoch, at=now, mails=entry.mails)
            kept.append(entry)
        claimed = [row for entry in kept for row in entry.rows.values()]
        attempts = begin_attempts(connection, claimed, epoch=run.turn.epoch, at=now)
        for entry in kept:
            entry.attempts = {row.shipment_id: attempts[row.shipment_id] for row in entry.rows.values()}
    return kept


def _send(run: PushRun, entries: list[Entry]) -> None:
    open_entries = {entry.fulfillment.order_id: entry for entry in entries}
    run.opened.exchanges.begin(open_entries)
    try:
        _keep_receipts(run, open_entries)
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


def _keep_receipts(run: PushRun, open_entries: dict[str, Entry]) -> None:
    """Ask the adapter; what it told by the time that it breaks off is kept all the same."""
    store, keeper = run.opened.store, ReceiptKeeper(run, open_entries)
    fulfillments = [entry.fulfillment for entry in open_entries.values()]
    store.http.before_request = keeper.flush
    try:
        with closing(run.opened.adapter.push_fulfillment(store, fulfillments)) as receipts:
            for receipt in receipts:
                keeper.take(receipt)
    finally:
        store.http.before_request = _nothing
        keeper.flush()


def _nothing() -> None: ...


def _not_sent(run: PushRun, entries: Sequence[Entry], stop: FbridgeError) -> None:
    """Provably not sent: ready again, as if never tried."""
    _close(run, entries, PushState.READY, stop.reason, f"not sent: {stop}")


def _without_receipt(run: PushRun, entries: Sequence[Entry], reason: str, words: str = NO_ANSWER) -> None:
    """Nobody knows: unconfirmed."""
    _close(run, entries, PushState.UNCONFIRMED, reason, words)


def _close(run: PushRun, entries: Sequence[Entry], state: PushState, reason: str, words: str) -> None:
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
