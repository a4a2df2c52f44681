"""A shipment is taken back from its store: recorded before the store is asked, and never half told.

It works inside the store's turn, as a push does. The order is read first, and only what it shows is asked for; so
whatever became of an earlier try, doing it again does what is left. After a lost answer the store settles first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import BusyError, FbridgeError, InputError, NotSent, RefusedError, UnreachableError
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage
from fbridge.models.problems import UNDONE_IN_PART
from fbridge.models.push import LedgerRow, Standing
from fbridge.models.shipments import Shipment
from fbridge.models.states import Outcome, PushState
from fbridge.models.transitions import Mover
from fbridge.models.undo import Undo, UndoReceipt
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.storage import load_orders, lock_orders
from fbridge.orders.unreadable import ORDER_UNREADABLE, cannot_be_read
from fbridge.push import ledger
from fbridge.push.attempts import NOT_SENT, begin_attempt, finish_attempt
from fbridge.push.freshness import READ_TOO_OLD, too_old, why_older
from fbridge.push.judge import snapshot
from fbridge.push.policy import load_policy
from fbridge.push.recover import LONGEST_GAP
from fbridge.push.rows import load_rows_of_orders
from fbridge.push.run_state import PushRun
from fbridge.push.turn import push_turn
from fbridge.push.undo_plan import UndoPlan, plan_of, refuse_undo, undo_of
from fbridge.shipping.shipment_rows import load_shipment
from fbridge.shipping.shipment_rules import needs_taking_back
from fbridge.shipping.withdrawing import set_free
from fbridge.storage.tables import attempts
from fbridge.stores.open_store import open_store, with_fresh_facts, with_known_facts

NO_ANSWER = "no answer told whether the store took it back"


def plan_taking_back(context: Context, shipment: Shipment, *, status: str = "") -> UndoPlan:
    """What taking this shipment back would do; the order is read on its store, and nothing is changed.

    ``status``: the order's own word afterwards, where a person says it. Raises: InputError where it cannot be taken
    back as it stands; UnreachableError where the order cannot be read; whatever opening the store raises.
    """
    _refuse_untold(shipment)
    with open_store(context, _store_of(shipment)) as closed:
        opened = with_known_facts(context, closed)
        rows = _rows(context, shipment)
        row = _row_of(rows, shipment)
        refuse_undo(row, rows)
        page = opened.read_orders((row.remote_order_id,))
        with context.database.read() as connection:
            known = load_orders(connection, [row.order_id])[row.order_id]
        order = next((one for one in page.orders if one.remote_id == row.remote_order_id), None)
        order = _good(row, page, order, why_older(order, known, _shown(rows)) if order else "")
        undo = undo_of(row, rows, order, load_policy(context, opened), status=status)
        return plan_of(opened, row, undo)


def take_back(
    context: Context, shipment: Shipment, *, plan: UndoPlan | None = None, status: str = ""
) -> Shipment:
    """Take it back from its store and withdraw it; with ``plan`` only what that shows is done.

    What has no answer stays ``undoing``: the same again, once the store has settled, reads the order and goes on.

    Raises: InputError (``plan_changed``, ``not_possible_here``, ``still_settling`` ...), BusyError, RefusedError with
    the store's own words, UnreachableError where nothing was done; whatever opening the store raises.
    """
    _refuse_untold(shipment)
    with (
        open_store(context, _store_of(shipment)) as opened,
        push_turn(context.database, opened.name, context.lock_folder, context.now) as turn,
    ):
        opened.store.http.before_write = turn.verify
        ready = with_fresh_facts(context, opened)
        run = PushRun(context, ready, turn, load_policy(context, ready), {}, Event())
        return TakingBack(run, shipment, plan, status).take_back()


def _store_of(shipment: Shipment) -> str:
    if shipment.store is None:
        raise InputError(f"{shipment.label} is an external parcel; no store knows it.", reason="external")
    return shipment.store


def _refuse_untold(shipment: Shipment) -> None:
    if shipment.withdrawn_at is None and not needs_taking_back(shipment):
        raise InputError(
            f"No store shows anything of {shipment.label}; it needs no more than: "
            f"fbridge shipment withdraw {shipment.label}",
            reason="not_told",
        )


def _rows(context: Context, shipment: Shipment) -> tuple[LedgerRow, ...]:
    with context.database.read() as connection:
        return load_rows_of_orders(connection, [shipment.order_id or 0])


def _row_of(rows: Sequence[LedgerRow], shipment: Shipment) -> LedgerRow:
    row = next((one for one in rows if one.shipment_id == shipment.id), None)
    if row is None:
        raise InputError(f"{shipment.label} is withdrawn already.", reason="withdrawn")
    return row


def _shown(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """What was begun to be taken back may be gone already, which is no sign of an old read."""
    return [row for row in rows if row.undo_from is None]


def _good(row: LedgerRow, page: OrderPage, order: Order | None, older: str) -> Order:
    """The order as read, where something may rest on it."""
    unread = {one.remote_id: one.reason for one in page.rejected}
    if row.remote_order_id in unread:
        words = cannot_be_read(unread[row.remote_order_id])
        raise UnreachableError(f"Nothing was taken back: {words}.", reason=ORDER_UNREADABLE)
    if order is None:
        raise InputError(
            f"The store has no order {row.order_number} any more, so nothing of {row.label} can be taken back there. "
            f"What can be done: fbridge explain {row.label}",
            reason="order_missing",
        )
    if older:
        raise UnreachableError(
            f"Nothing was taken back: {too_old(older)}. Try again later.", reason=READ_TOO_OLD
        )
    return order


@dataclass(slots=True)
class TakingBack:
    """One shipment, while this process has its store's turn."""

    run: PushRun
    shipment: Shipment
    approved: UndoPlan | None
    status: str
    goes_on: bool = False
    """An earlier try may have taken a part of it back, whatever becomes of this one."""

    def take_back(self) -> Shipment:
        """Read the order, ask for what it still shows, and withdraw the shipment."""
        rows = _rows(self.run.context, self.shipment)
        row = _row_of(rows, self.shipment)
        refuse_undo(row, rows)
        self.goes_on = row.state is PushState.UNDOING
        self._wait_until_settled(row)
        order = self._read(row, rows)
        undo = undo_of(row, rows, order, self.run.policy, status=self.status)
        plan = plan_of(self.run.opened, row, undo)
        self._refuse_another(plan, row)
        row, attempt = self._claim(row, asks=bool(plan.steps))
        if attempt is None:
            return self._withdraw(row, None, f"withdrawn; {_nothing_asked(plan)}")
        return self._take(row, attempt, plan, self.ask(row, attempt, undo))

    def _wait_until_settled(self, row: LedgerRow) -> None:
        """A store goes on working after an answer was lost: what it shows proves nothing until then."""
        if not self.goes_on:
            return
        started = sa.select(sa.func.max(attempts.c.started_at)).where(
            attempts.c.shipment_id == row.shipment_id, attempts.c.takes_back.is_(True)
        )
        with self.run.context.database.read() as connection:
            last = connection.execute(started).scalar_one()
        left = (last + self.run.policy.settle - self.run.now()).total_seconds() if last else 0
        if left > 0:
            raise InputError(
                f"The store may still be at work on {row.label}; try again in {left:.0f} s: "
                f"fbridge shipment withdraw {row.label}",
                reason="still_settling",
            )

    def _read(self, row: LedgerRow, rows: tuple[LedgerRow, ...]) -> Order:
        order = self._read_once(row, rows)
        if not self.goes_on:
            return order
        self.run.pause(min(self.run.policy.settle / 6, LONGEST_GAP))
        again = self._read_once(row, rows)
        if snapshot(order) != snapshot(again):
            raise UnreachableError(
                f"The store is still at work on order {row.order_number}; nothing was taken back yet. Try again: "
                f"fbridge shipment withdraw {row.label}",
                reason="store_still_changing",
            )
        return again

    def _read_once(self, row: LedgerRow, rows: tuple[LedgerRow, ...]) -> Order:
        reading = self.run.read([rows])
        order = next((one for one in reading.page.orders if one.remote_id == row.remote_order_id), None)
        return _good(row, reading.page, order, reading.older.get(row.remote_order_id, ""))

    def _refuse_another(self, plan: UndoPlan, row: LedgerRow) -> None:
        if plan.refused:
            raise InputError(plan.refused, reason="not_possible_here")
        approved = self.approved
        if approved is None:
            return
        if approved.fingerprint != plan.fingerprint and not (self.goes_on and approved.covers(plan)):
            raise InputError(
                f"What taking {row.label} back would do has changed since it was shown; nothing was taken back. Look "
                f"at it again: fbridge shipment withdraw {row.label} --plan",
                reason="plan_changed",
            )

    def _claim(self, row: LedgerRow, *, asks: bool) -> tuple[LedgerRow, int | None]:
        """Commit that the store is asked, before it sees anything; where a person was quicker, that stands."""
        now = self.run.now()
        with self.run.context.database.write() as connection:
            self.run.turn.verify(connection)
            origin = row.undo_from if self.goes_on else row.state
            found = ledger.move(
                connection,
                row.shipment_id,
                expected=row.standing,
                to=PushState.UNDOING,
                by=Mover.PERSON,
                reason="undoing",
                words=NO_ANSWER,
                at=now,
                quiet=True,
                undo_from=origin,
            )
            if found is not None:
                raise InputError(
                    f"Somebody has acted on {row.label} at this moment; nothing was taken back. Look at it again: "
                    f"fbridge shipment withdraw {row.label} --plan",
                    reason="plan_changed",
                )
            key = None
            if asks:
                key = begin_attempt(connection, row, epoch=self.run.turn.epoch, at=now, takes_back=True)
        return replace(row, state=PushState.UNDOING, undo_from=origin), key

    def ask(self, row: LedgerRow, attempt: int, undo: Undo) -> UndoReceipt:
        """Ask the store. What raises leaves it ``undoing``, unless the adapter says that nothing was asked."""
        run = self.run
        run.opened.exchanges.begin([row.remote_order_id])
        try:
            return run.opened.adapter.undo_fulfillment(run.opened.store, undo)
        except NotSent as stop:
            cause = stop.__cause__ if isinstance(stop.__cause__, FbridgeError) else stop
            if row.remote_order_id not in stop.order_ids:
                self.close(row, attempt, str(Outcome.UNCONFIRMED), stop.reason, NO_ANSWER)
            elif self.goes_on:
                self.close(row, attempt, NOT_SENT, stop.reason, str(stop))
            else:
                self.go_back(row, attempt, NOT_SENT, stop.reason, str(stop))
            raise cause from None
        except BusyError:
            raise  # overtaken: whoever has the turn now goes on with it
        except BaseException as stop:
            reason = stop.reason if isinstance(stop, FbridgeError) else "interrupted"
            self.close(row, attempt, str(Outcome.UNCONFIRMED), reason, NO_ANSWER)
            raise

    def _take(self, row: LedgerRow, attempt: int, plan: UndoPlan, receipt: UndoReceipt) -> Shipment:
        outcome, words = receipt.outcome, receipt.words or receipt.reason
        if outcome is Outcome.DONE:
            stays = f": {'; '.join(plan.stays)}" if plan.stays else ""
            return self._withdraw(row, attempt, f"withdrawn; taken back from its store{stays}")
        if outcome in _NOTHING_DONE and not (receipt.begun or self.goes_on):
            told = NOT_SENT if outcome is Outcome.RETRY else str(outcome)
            self.go_back(row, attempt, told, receipt.reason, words)
            error = RefusedError if outcome is Outcome.REFUSED else UnreachableError
            raise error(f"The store did not take {row.label} back: {words}", reason=receipt.reason)
        if outcome is Outcome.REFUSED:
            self.close(row, attempt, str(outcome), receipt.reason, receipt.words, partly=True)
            raise RefusedError(
                f"The store took only a part of {row.label} back, and refused the rest: {words}. What can be done: "
                f"fbridge explain {row.label}",
                reason=UNDONE_IN_PART,
            )
        kept = str(Outcome.RETRY if outcome is Outcome.RETRY else Outcome.UNCONFIRMED)
        self.close(row, attempt, kept, receipt.reason, words)
        with self.run.context.database.read() as connection:
            return load_shipment(connection, row.shipment_id)

    def _withdraw(self, row: LedgerRow, attempt: int | None, words: str) -> Shipment:
        """Its goods are free in the same commit; what the store shows of them is read once more afterwards."""
        now = self.run.now()
        with self.run.context.database.write() as connection:
            self._hold(connection, row)
            if attempt is not None:
                self._finish(connection, row, attempt, str(Outcome.DONE), "taken_back", "")
            set_free(connection, load_shipment(connection, row.shipment_id), at=now, words=words)
        if attempt is not None:
            self._read_what_is_left(row)
        with self.run.context.database.read() as connection:
            return load_shipment(connection, row.shipment_id)

    def _read_what_is_left(self, row: LedgerRow) -> None:
        """So that its goods can be shipped again at once; where that fails, the next fetch brings it."""
        rows = _rows(self.run.context, self.shipment)
        try:
            page = self.run.opened.read_orders((row.remote_order_id,))
        except FbridgeError:
            return
        with self.run.context.database.write() as connection:
            self.run.turn.verify(connection)
            known = load_orders(connection, [row.order_id])[row.order_id]
            fresh = [one for one in page.orders if not why_older(one, known, rows)]
            self.run.keep(connection, fresh)
            refresh_open_quantity(connection, [row.order_id])

    def go_back(self, row: LedgerRow, attempt: int, outcome: str, reason: str, words: str) -> None:
        """Nothing was taken back: it stands where it stood, unless something else is wanted since."""
        with self.run.context.database.write() as connection:
            self._hold(connection, row)
            self._finish(connection, row, attempt, outcome, reason, words)
            now_wanted = load_shipment(connection, row.shipment_id).revision
            origin = row.undo_from or PushState.SENT
            if origin in _AT_REST and now_wanted != row.revision:
                origin = PushState.READY
            code = UNDONE_IN_PART if origin is PushState.NEEDS_ATTENTION else "not_taken_back"
            told = f"the store did not take it back: {words}"
            self._move(connection, row, PushState.UNDOING, origin, code, told, undo_from=None)

    def close(
        self, row: LedgerRow, attempt: int, outcome: str, reason: str, words: str, *, partly: bool = False
    ) -> None:
        """It stays ``undoing`` with what is known; what was refused in part needs a person."""
        to = PushState.NEEDS_ATTENTION if partly else PushState.UNDOING
        told = f"the store took only a part of it back: {words}" if partly else words
        with self.run.context.database.write() as connection:
            self._hold(connection, row)
            self._finish(connection, row, attempt, outcome, reason, words)
            self._move(connection, row, PushState.UNDOING, to, UNDONE_IN_PART if partly else reason, told)

    def _hold(self, connection: Connection, row: LedgerRow) -> None:
        self.run.turn.verify(connection)
        lock_orders(connection, [row.order_id])
        ledger.standings(connection, [row.shipment_id])

    def _finish(
        self, connection: Connection, row: LedgerRow, attempt: int, outcome: str, reason: str, words: str
    ) -> None:
        exchanges = self.run.opened.exchanges.keep(connection, row.remote_order_id)
        finish_attempt(
            connection,
            attempt,
            at=self.run.now(),
            outcome=outcome,
            reason=reason,
            words=words,
            exchange_ids=exchanges,
        )

    def _move(
        self,
        connection: Connection,
        row: LedgerRow,
        source: PushState,
        to: PushState,
        reason: str,
        words: str,
        **changes: Any,
    ) -> None:
        """Wishes that came in meanwhile have raised the version; the answer counts all the same."""
        (standing,) = ledger.standings(connection, [row.shipment_id]).values()
        now: datetime = self.run.now()
        ledger.move(
            connection,
            row.shipment_id,
            expected=Standing(source, standing.version),
            to=to,
            by=Mover.PERSON,
            reason=reason,
            words=words,
            at=now,
            quiet=to is PushState.UNDOING,
            **changes,
        )


def _nothing_asked(plan: UndoPlan) -> str:
    stays = "; ".join(plan.stays)
    return (
        f"nothing more can be taken back from its store: {stays}"
        if stays
        else "its store shows nothing of it"
    )


_NOTHING_DONE = frozenset({Outcome.REFUSED, Outcome.RETRY})
_AT_REST = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE})
