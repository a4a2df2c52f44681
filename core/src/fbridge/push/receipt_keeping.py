"""Receipts are kept as they come: those between which nothing was asked of the store in one commit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, Timer
from typing import Any

from sqlalchemy.engine import Connection

from fbridge.models.fulfillments import Baseline, Fulfillment, Receipt, ShipmentReceipt
from fbridge.models.problems import GONE_FROM_STORE
from fbridge.models.push import LedgerRow, Standing
from fbridge.models.states import Effect, MailEffect, Outcome, PushState
from fbridge.models.transitions import Mover
from fbridge.orders.pushed import keep_pushed
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.storage import lock_orders
from fbridge.push import ledger
from fbridge.push.attempts import Finished, finish_attempts, receipt_changes
from fbridge.push.compare import as_taken
from fbridge.push.decide import grounds_of
from fbridge.push.mails import AT_REST, known_of_another, mail_columns
from fbridge.push.receipts import (
    ACKNOWLEDGED,
    CORRECTION_DUE,
    SENT_WITHOUT_NUMBER,
    NextState,
    ReceiptCheck,
    next_state,
)
from fbridge.push.run_state import Group, PushRun
from fbridge.push.undone import NOT_TAKEN

LONGEST_KEPT_BACK = 0.1
"""Seconds that a receipt waits for others at most, whatever its adapter is at."""


@dataclass(slots=True)
class Entry:
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


@dataclass(frozen=True, slots=True)
class _Came:
    entry: Entry
    receipt: Receipt
    good: tuple[ShipmentReceipt, ...]


class ReceiptKeeper:
    """Commits the receipts of a chunk before the store sees another request (``StoreHttp.before_request``).

    A slow disk would else make a store wait that answers for fifty orders at once. What is committed late by a dead
    process is unconfirmed, as if the answer had been lost. ``open_entries`` are those without a receipt, by the
    platform's order id. Used by the thread that pulls the receipts, and by those of the adapter.
    """

    def __init__(self, run: PushRun, open_entries: dict[str, Entry]) -> None:
        self._run = run
        self._open = open_entries
        self._check = ReceiptCheck.of([entry.fulfillment for entry in open_entries.values()])
        self._came: list[_Came] = []
        self._lock = Lock()
        self._timer: Timer | None = None
        self._fault: BaseException | None = None

    def take(self, receipt: Receipt) -> None:
        """Judge a receipt; what can be believed of it is committed with those that follow at once."""
        good, fault = self._check.accept(receipt)
        if fault:
            self._run.faults.append(f"plugin {self._run.opened.adapter.platform.key} gave {fault}")
        entry = self._open.get(receipt.order_id)
        if entry is None or not good:
            return
        with self._lock:
            self._came.append(_Came(entry, receipt, good))
            if self._timer is None:
                self._timer = Timer(LONGEST_KEPT_BACK, self._flush_late)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Commit what came. Raises what went wrong, again and again: then nothing more may be asked of the store."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._fault is not None:
                raise self._fault
            came, self._came = self._came, []
            if not came:
                return
            try:
                self._keep(came)
            except BaseException as fault:
                self._fault = fault
                self._run.opened.exchanges.begin(self._open)
                raise

    def _flush_late(self) -> None:
        try:
            self.flush()
        except BaseException:  # noqa: BLE001 - it is raised where the run goes on
            return

    def _keep(self, came: Sequence[_Came]) -> None:
        run, order_ids = self._run, [one.entry.order_id for one in came]
        with run.context.database.write() as connection:
            run.turn.verify(connection)
            lock_orders(connection, order_ids)
            unit = _Unit.of(run, connection, came)
            for one in came:
                keys = run.opened.exchanges.keep(connection, one.receipt.order_id)
                for receipt in one.good:
                    unit.record(one.entry, receipt, keys)
            unit.close()
            keep_pushed(
                connection, [(one.entry.order_id, one.entry.fulfillment, one.receipt) for one in came]
            )
            refresh_open_quantity(connection, order_ids, may_grow=False)
        for one in came:
            self._close(one)

    def _close(self, one: _Came) -> None:
        for receipt in one.good:
            del one.entry.attempts[one.entry.rows.pop(receipt.shipment_id).shipment_id]
        if not one.entry.attempts:
            del self._open[one.receipt.order_id]
        self._run.done += 1
        self._run.tell(f"order {one.entry.fulfillment.number}")


@dataclass(slots=True)
class _Unit:
    """One write unit: what is read for all, and what is written at its end in one statement each."""

    run: PushRun
    connection: Connection
    now: datetime
    standings: dict[int, Standing]
    wanted: dict[int, int]
    told: list[ledger.Told] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)

    @classmethod
    def of(cls, run: PushRun, connection: Connection, came: Sequence[_Came]) -> _Unit:
        keys = [one.entry.rows[part.shipment_id].shipment_id for one in came for part in one.good]
        # Held before the wanted revision is read, so that no wish comes between.
        standings = ledger.standings(connection, keys)
        return cls(run, connection, run.now(), standings, ledger.wanted_revisions(connection, keys))

    def close(self) -> None:
        ledger.tell_all(self.connection, self.told, at=self.now)
        finish_attempts(self.connection, self.finished, at=self.now)

    def record(self, entry: Entry, receipt: ShipmentReceipt, exchange_ids: Collection[int]) -> None:
        row = entry.rows[receipt.shipment_id]
        after = next_state(receipt, tries=row.tries + 1, settle=self.run.policy.settle, now=self.now)
        changes = receipt_changes(receipt, row)
        if row.shipment_id in entry.unnumbered:
            changes["effect_tracking"] = Effect.NOT_DONE
        if receipt.outcome is Outcome.PREPARED:
            changes["tries"], self.run.again = row.tries, True
        if after.state in ACKNOWLEDGED:
            changes |= {
                "acknowledged_revision": receipt.revision,
                "unconfirmed_since": None,
                "baseline": None,
            }
            changes["tries"] = 0
            changes |= as_taken(entry.fulfillment.order, row)
            changes |= self._mail_after(entry, row, receipt, changes["effect_mail"])
            after = self._with_what_came_meanwhile(entry, row, receipt.revision, after)
        elif after.state is PushState.UNCONFIRMED:
            changes["unconfirmed_since"] = self.now
        if after.state is PushState.REFUSED:
            order = entry.fulfillment.order
            changes["refused_on"] = grounds_of(row, order, self.run.policy) if receipt.rests_on else ""
            if receipt.reason == GONE_FROM_STORE:
                changes |= NOT_TAKEN
        self._move(row, after, changes)
        self.finished.append(Finished.by(entry.attempts[row.shipment_id], receipt, tuple(exchange_ids)))

    def _mail_after(
        self, entry: Entry, row: LedgerRow, receipt: ShipmentReceipt, effect: MailEffect
    ) -> dict[str, Any]:
        """What somebody else has shipped makes no mail of ours; what was promised else is missing until it left."""
        planned = row.mail_planned or row.shipment_id in entry.mails
        if receipt.outcome is Outcome.DONE_ELSEWHERE and row.missing_mail is None:
            return AT_REST
        if row.shipment_id in entry.mails:
            effect = known_of_another(row.mail, receipt.effects.mail)
        told = mail_columns(effect, planned=planned, known=row.missing_mail, told=receipt.words, now=self.now)
        if told.get("mail_missing_since") and row.missing_mail is None:
            self.told.append((row.shipment_id, "mail.missing", told["mail_words"]))
        return {"effect_mail": effect, **told}

    def _with_what_came_meanwhile(
        self, entry: Entry, row: LedgerRow, revision: int, after: NextState
    ) -> NextState:
        if self.wanted[row.shipment_id] != revision:
            return CORRECTION_DUE
        if row.shipment_id in entry.unnumbered:
            words = "sent without its number, because its carrier is not mapped"
            return NextState(state=after.state, reason=SENT_WITHOUT_NUMBER, words=words)
        return after

    def _move(self, row: LedgerRow, after: NextState, changes: dict[str, Any]) -> None:
        """Wishes that came in while it was on its way have raised the version; the answer counts all the same."""
        found = ledger.move(
            self.connection,
            row.shipment_id,
            expected=Standing(PushState.SENDING, self.standings[row.shipment_id].version),
            to=after.state,
            by=Mover.RUN,
            reason=after.reason,
            words=after.words,
            at=self.now,
            next_at=after.next_at,
            quiet=True,
            **changes,
        )
        if found is None:
            self.told.append((row.shipment_id, f"push.{after.state}", after.words or after.reason))
