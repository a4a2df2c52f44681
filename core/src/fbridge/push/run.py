"""The push: every shipment that has left reaches its store, once (docs/architecture.md, "The life of a push").

A store is worked in rounds: first what is unconfirmed is read and judged, then what is due is sent in chunks.
While answers were lost and the store needs only a moment to settle, the run waits for it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from fbridge.context import Context
from fbridge.errors import FbridgeError, InputError, PluginError, RefusedError
from fbridge.history.purge import drop_old_exchanges
from fbridge.models.parts import in_parts
from fbridge.models.problems import HELD_BACK
from fbridge.models.push import DUE, LOST, LedgerRow
from fbridge.models.shipments import MissingMail, PushStatus, Shipment
from fbridge.models.states import MailEffect, PushState
from fbridge.orders.storage import load_orders
from fbridge.orders.unreadable import ORDER_UNREADABLE
from fbridge.push import ledger
from fbridge.push.decide import GOES_OUT, Allowed, is_lifted
from fbridge.push.guards import PushScope, refuse_stopped
from fbridge.push.plan import PushPlan, StorePlan, make_plan, plan_store
from fbridge.push.policy import load_policy
from fbridge.push.receipts import LONGEST_WAIT
from fbridge.push.recover import check_chunk, check_due_at
from fbridge.push.restored import note_lost_tries, take_for_lost
from fbridge.push.rows import load_orders_in_work, load_rows
from fbridge.push.run_state import Group, PushProgress, PushRun
from fbridge.push.send import note_waiting, send_chunk
from fbridge.push.turn import push_turn, refuse_while_pushing
from fbridge.push.verify import StoreVerified, verify_restored
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.tables import MOST_KEYS, shipments
from fbridge.stores.each_store import for_each_store
from fbridge.stores.open_store import open_store, with_fresh_facts

log = logging.getLogger("fbridge.push")

MOST_ROUNDS = 6
LEEWAY = timedelta(seconds=5)
LONGEST_RETRY_WAIT = timedelta(seconds=20)
EQUAL_FAULTS = 10
OF_THE_ORDER = frozenset({"order_cancelled", "order_missing", ORDER_UNREADABLE})
"""Reasons that say something of the order, however many orders have them, and nothing of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushItem:
    """Where one shipment stands after a push run that touched it."""

    store: str
    shipment: str
    order_number: str
    state: PushState
    reason: str
    words: str
    numbers: tuple[str, ...]
    next_at: datetime | None
    mail: MailEffect = MailEffect.NOT_SENT
    missing_mail: MissingMail | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePush:
    """What a run did on one store, and the error that ended it early, if one did. ``compared``: nothing was sent,
    and what was sent before a restored backup was looked at."""

    store: str
    items: tuple[PushItem, ...] = ()
    error: FbridgeError | None = None
    compared: StoreVerified | None = None


def push_store(
    context: Context,
    name: str,
    *,
    scope: PushScope | None = None,
    plan: StorePlan | None = None,
    approved: Mapping[int, Allowed] | None = None,
    now: datetime | None = None,
    progress: Callable[[PushProgress], None] | None = None,
    stop: Event | None = None,
) -> StorePush:
    """Push what is due on one store. An error or ``stop`` ends the run between chunks; what was done is told.

    The plan is made anew inside the store's turn, as of ``now``: with ``plan`` nothing is sent where it differs.
    With ``approved``, what an earlier plan allowed by order key, nothing is done that it did not show as well; the
    guards held that plan. A run never does more than it shows.
    """
    run: PushRun | None = None
    error: FbridgeError | None = None
    try:
        with (
            open_store(context, name) as opened,
            push_turn(context.database, name, context.lock_folder, context.now) as turn,
        ):
            opened.store.http.before_write = turn.verify
            ready = with_fresh_facts(context, opened)
            scope = scope or PushScope()
            policy = load_policy(context, ready, scope)
            planned = plan_store(context, ready, policy, scope, now=now or context.now())
            _refuse_another_plan(name, plan, planned.plan)
            allowed = planned.allowed
            if approved is None:
                refuse_stopped(name, planned.plan.stops)
            else:
                allowed = {key: allowed[key].within(one) for key, one in approved.items() if key in allowed}
            run = PushRun(context, ready, turn, policy, allowed, stop or Event(), progress=progress)
            run.most_changed = opened.settings.guards.but(scope.guards).most_changed
            _work(run)
    except FbridgeError as caught:
        error = caught
    _tell_what_people_did(run)
    _log_run(name, run, error)
    drop_old_exchanges(context, timedelta(days=context.settings.exchange_days))
    return StorePush(store=name, items=_items(context, run), error=error or _plugin_fault(run))


def push_stores(
    context: Context,
    names: Sequence[str],
    scope: PushScope,
    *,
    approved: PushPlan | None = None,
    only_if: str | None = None,
    progress: Callable[[PushProgress], None] | None = None,
) -> tuple[StorePush, ...]:
    """Push what is due on these stores, side by side, where the plan of it is still the one that was approved.

    Raises: InputError (``plan_changed``), BusyError.
    """
    unplanned = approved.unplanned if approved else ()
    names = [name for name in names if name not in {one.store for one in unplanned}]
    # What was approved was made a moment ago, by what could be asked then.
    plan = make_plan(context, names, scope, now=approved.made_at if approved else None, ask=approved is None)
    for store in plan.stores:
        refuse_while_pushing(context.database, store.store, context.lock_folder)
    refuse_another(plan, approved.fingerprint if only_if is None and approved else only_if)
    of_stores = {one.store: one for one in plan.stores}
    pushed = for_each_store(
        "push",
        list(of_stores),
        lambda name, stop: push_store(
            context,
            name,
            scope=scope,
            plan=of_stores[name],
            now=plan.made_at,
            progress=progress,
            stop=stop,
        ),
    )
    looked = verify_restored(context, names, progress) if scope.manifest is None else ()
    return (
        *pushed,
        *(StorePush(store=one.store, error=one.error) for one in (*unplanned, *plan.unplanned)),
        *(StorePush(store=one.store, error=one.error, compared=one) for one in looked),
    )


def refuse_another(plan: PushPlan, wanted: str | None) -> None:
    """Raises: InputError where the plan is not the one of this fingerprint any more; None is any."""
    if wanted is not None and wanted != plan.fingerprint:
        raise InputError(
            f"The plan has changed ({wanted} is now {plan.fingerprint}); nothing was sent. "
            "Look at it again: fbridge push --plan",
            reason="plan_changed",
        )


def _refuse_another_plan(name: str, approved: StorePlan | None, current: StorePlan) -> None:
    if approved is not None and approved.fingerprint != current.fingerprint:
        raise InputError(
            f"What is to be told to store {name!r} has changed since the plan was shown; nothing was sent to it. "
            "Look at it again: fbridge push --plan",
            reason="plan_changed",
        )


def _tell_what_people_did(run: PushRun | None) -> None:
    """What the plan showed and a person changed before the run came to it is told as well."""
    if run is None:
        return
    planned = {key: version for order in run.allowed.values() for key, version in order.versions.items()}
    with run.context.database.read() as connection:
        versions = ledger.versions(connection, planned)
    run.touched.update(dict.fromkeys(key for key in planned if versions.get(key) != planned[key]))


def _log_run(name: str, run: PushRun | None, error: FbridgeError | None) -> None:
    touched = len(run.touched) if run else 0
    if error:
        log.warning("push to %s ended early after %d shipments: %s", name, touched, error)
    elif touched:
        log.info("push to %s: %d shipments", name, touched)


def _work(run: PushRun) -> None:
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        ledger.mend_times(connection, run.name, at=run.now(), longest=LONGEST_WAIT)
        ledger.adopt_dead_claims(connection, run.name, at=run.now())
    groups = _groups(run)
    lost = [row for group in groups for row in group if row.in_backup and row.state in LOST]
    note_lost_tries(run, lost)
    changed = _lift_refusals(run, groups) or bool(lost)
    held_back: FbridgeError | None = None
    for _ in range(MOST_ROUNDS):
        run.again = False
        if changed:
            groups = _groups(run)
        if take_for_lost(
            run, [row for group in groups for row in group if row.in_doubt and row.state in DUE]
        ):
            groups = _groups(run)
        if _check_due(run, groups):
            groups = _groups(run)
        if not run.faults:  # what a plugin gave wrong receipts for is checked, and not sent again by it
            held_back = _send_due(run, groups)
        changed = True
        if not (run.again or _wait_until_settled(run)):
            break
    if held_back is not None:
        raise held_back


def _lift_refusals(run: PushRun, groups: Sequence[Group]) -> bool:
    """What was refused for a state that is another now is due again, as the plan showed it; tells whether any is."""
    refused = [group for group in groups if any(row.state is PushState.REFUSED for row in group)]
    with run.context.database.read() as connection:
        orders = load_orders(connection, [group[0].order_id for group in refused])
    any_lifted = False
    for group in refused:
        order = orders[group[0].order_id]
        lifted = [row for row in group if is_lifted(row, order, run.policy) and run.allows(row)]
        if lifted:
            words = f"what it was refused for has changed ({lifted[0].words})"
            run.move_all(lifted, PushState.READY, reason="refusal_lifted", words=words)
            any_lifted = True
    return any_lifted


def _groups(run: PushRun) -> list[Group]:
    """The orders of the plan in which something is unfinished."""
    with run.context.database.read() as connection:
        in_work = load_orders_in_work(connection, run.name)
    return [group for key, group in in_work.items() if key in run.allowed]


def _check_due(run: PushRun, groups: Sequence[Group]) -> bool:
    """Check what it is time for; tells whether there was any."""
    now = run.now()
    due = [group for group in groups if (at := check_due_at(run, group)) and at <= now]
    for chunk in in_parts(due, run.opened.adapter.platform.batch_size):
        check_chunk(run, chunk)
    return bool(due)


def _send_due(run: PushRun, groups: Sequence[Group]) -> FbridgeError | None:
    """Send what is due. Gives why the rest waits, where a request has no answer: the store settles first."""
    due = _due(run, groups)
    run.total = run.done + len(due)
    recent: deque[tuple[PushState, str, str]] = deque(maxlen=EQUAL_FAULTS)
    for chunk in in_parts(due, run.opened.adapter.platform.batch_size):
        if run.stop.is_set():
            return None
        try:
            send_chunk(run, chunk)
        except FbridgeError as error:
            if error.reason != HELD_BACK:
                raise
            return error
        _stop_on_equal_faults(run, chunk, recent)
    return None


def _due(run: PushRun, groups: Sequence[Group]) -> list[Group]:
    """The orders with something to send and nothing unconfirmed; the others get their reason noted."""
    with run.context.database.read() as connection:
        orders = load_orders(connection, [group[0].order_id for group in groups])
    due = []
    for group in groups:
        decisions = run.decide(group, orders[group[0].order_id])
        goes = any(decision.action in GOES_OUT for decision in decisions.values())
        if goes and not any(row.in_doubt or row.state is PushState.UNDOING for row in group):
            due.append(group)
        elif not goes:
            note_waiting(run, group, decisions)
    return due


def _stop_on_equal_faults(
    run: PushRun, chunk: Sequence[Group], recent: deque[tuple[PushState, str, str]]
) -> None:
    """The same fault again and again is the store's, not the orders': stop and say so."""
    with run.context.database.read() as connection:
        rows = load_rows(connection, [row.shipment_id for group in chunk for row in group if row.outstanding])
    recent.extend((row.state, row.reason, row.words) for row in rows if row.reason not in OF_THE_ORDER)
    faults = {PushState.REFUSED, PushState.RETRY}
    if len(recent) == EQUAL_FAULTS and len(set(recent)) == 1 and recent[0][0] in faults:
        _, reason, words = recent[0]
        raise RefusedError(
            f"Store {run.name!r} gave the same answer {EQUAL_FAULTS} times in a row ({words or reason}); "
            "nothing more was sent. Mend the cause and push again.",
            reason="equal_faults",
        )


def _wait_until_settled(run: PushRun) -> bool:
    """Wait for the next check or retry, when it is near; tells whether another round is worth while."""
    now = run.now()
    groups = _groups(run)
    near = [
        at
        for group in groups
        if (at := check_due_at(run, group)) and at - now < 2 * run.policy.settle + LEEWAY
    ]
    near += [
        at
        for group in groups
        for row in group
        if (at := _retry_at(row)) and run.allows(row) and at - now < _longest_wait(run, row)
    ]
    if not near:
        return False
    pause = min(near) - now
    if pause > timedelta(0):
        run.tell(f"waiting {pause.total_seconds():.0f} s for the store to settle")
        run.pause(pause)
    return not run.stop.is_set()


def _longest_wait(run: PushRun, row: LedgerRow) -> timedelta:
    """For what was held back until the store has settled, as long as that is waited for anyway."""
    return 2 * run.policy.settle + LEEWAY if row.reason == HELD_BACK else LONGEST_RETRY_WAIT


def _retry_at(row: LedgerRow) -> datetime | None:
    return row.next_at if row.state is PushState.RETRY else None


def _items(context: Context, run: PushRun | None) -> tuple[PushItem, ...]:
    """Where all that was touched stands now, also what a person has taken out of the run meanwhile."""
    if run is None or not run.touched:
        return ()
    with context.database.read() as connection:
        found = [
            one
            for part in in_parts(sorted(run.touched), MOST_KEYS)
            for one in load_shipments(connection, shipments.c.id.in_(part))
        ]
    return tuple(_item(one, one.push) for one in found if one.push)


def _item(one: Shipment, push: PushStatus) -> PushItem:
    return PushItem(
        store=one.store or "",
        shipment=one.label,
        order_number=one.order_number,
        state=push.state,
        reason=push.reason,
        words=push.words,
        numbers=one.numbers,
        next_at=push.next_at,
        mail=push.effects.mail,
        missing_mail=push.missing_mail,
    )


def _plugin_fault(run: PushRun | None) -> PluginError | None:
    if run is None or not run.faults:
        return None
    return PluginError(
        f"{run.faults[0]}; this is a bug in the plugin, and what it did not report is unconfirmed.",
        reason="bad_receipt",
    )
