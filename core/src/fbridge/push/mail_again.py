"""A missing mail is asked for again: once, recorded before the store sees the request, never twice on a guess.

It works inside the store's turn, as a push does. The order is read first: where the store shows that the mail has
left, or that none did, that counts; else a mail that may have left needs a person's word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from threading import Event

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import FbridgeError, NotSent, PluginError
from fbridge.models.fulfillments import FulfillmentShipment, MailReceipt, MailRequest
from fbridge.models.orders import Order
from fbridge.models.push import LedgerRow
from fbridge.models.states import MailEffect, OrderStatus
from fbridge.orders.unreadable import ORDER_UNREADABLE, cannot_be_read
from fbridge.push import ledger
from fbridge.push.attempts import NOT_SENT, begin_attempt, link_exchanges
from fbridge.push.decide import build_fulfillment, fingerprint
from fbridge.push.freshness import READ_TOO_OLD, too_old
from fbridge.push.mails import Asking, Trace, known_since, mail_columns, may_be_asked, trace_of
from fbridge.push.policy import load_policy
from fbridge.push.rows import group_by_order, load_rows, load_rows_of_orders
from fbridge.push.run_state import Group, PushRun, Reading
from fbridge.push.turn import push_turn
from fbridge.storage.tables import attempts, pushes
from fbridge.stores.open_store import OpenStore, open_store, with_fresh_facts

MAY_HAVE_LEFT = "mail_may_have_left"
NO_ANSWER = "the store was asked for it again, and no answer told what became of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEntry:
    """What asking for the mail of one shipment would mean: ``asking`` is ``freely``, ``confirm`` (it may be a second
    mail) or ``never``, with a stable code and a sentence why. ``since`` and ``version`` tell what that rests on."""

    store: str
    shipment: str
    order_number: str
    asking: Asking
    mail: MailEffect
    reason: str
    words: str
    since: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPlan:
    """The mails that would be asked for. Equal fingerprints mean that nothing they rest on has changed."""

    entries: tuple[MailEntry, ...]

    @property
    def fingerprint(self) -> str:
        """Equal where nothing that it rests on has changed."""
        return fingerprint([asdict(entry) for entry in self.entries])


@dataclass(frozen=True, slots=True, kw_only=True)
class MailItem:
    """What became of one shipment's mail. ``missing``: it is not at rest yet."""

    store: str
    shipment: str
    order_number: str
    mail: MailEffect
    reason: str
    words: str
    missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMails:
    """What was done on one store, and the error that ended it early, if one did."""

    store: str
    items: tuple[MailItem, ...] = ()
    error: FbridgeError | None = None


def plan_mails(context: Context, shipment_ids: Collection[int]) -> MailPlan:
    """What asking for the mails of these shipments would mean; nothing is asked of any store."""
    with context.database.read() as connection:
        rows = load_rows(connection, sorted(shipment_ids))
    plan: list[MailEntry] = []
    for store in dict.fromkeys(row.store for row in rows):
        with open_store(context, store) as opened:
            plan += [_entry(opened, row) for row in rows if row.store == store]
    return MailPlan(entries=tuple(plan))


def _entry(opened: OpenStore, row: LedgerRow) -> MailEntry:
    asking, reason, words = may_be_asked(
        row, accepts_mail=opened.settings.accept_mail, possible=opened.adapter.mails_again
    )
    return MailEntry(
        store=row.store,
        shipment=row.label,
        order_number=row.order_number,
        asking=asking,
        mail=row.mail,
        reason=reason,
        words=words,
        since=row.missing_mail.since if row.missing_mail else None,
        version=row.version,
    )


def ask_stores(
    context: Context, shipment_ids: Collection[int], plan: MailPlan | None, *, even_if_mailed: bool
) -> list[StoreMails]:
    """Ask for the mails of these shipments as the plan shows them, one store after the other."""
    approved = {entry.shipment: entry for entry in (plan or plan_mails(context, shipment_ids)).entries}
    of_stores: dict[str, dict[int, MailEntry]] = {}
    for key in sorted(shipment_ids):
        if entry := approved.get(f"S{key}"):
            of_stores.setdefault(entry.store, {})[key] = entry
    return [
        ask_store(context, name, entries, even_if_mailed=even_if_mailed)
        for name, entries in of_stores.items()
    ]


def ask_store(
    context: Context, name: str, approved: Mapping[int, MailEntry], *, even_if_mailed: bool
) -> StoreMails:
    """Ask one store for these mails, by the keys of their shipments. An error ends it between orders.

    With ``even_if_mailed`` a person accepts that a customer may get a second mail. What is not as the plan showed it
    any more is left as it is, and told.
    """
    items: list[MailItem] = []
    error: FbridgeError | None = None
    try:
        with (
            open_store(context, name) as opened,
            push_turn(context.database, name, context.lock_folder, context.now) as turn,
        ):
            opened.store.http.before_write = turn.verify
            ready = with_fresh_facts(context, opened)
            run = PushRun(context, ready, turn, load_policy(context, ready), {}, Event())
            for group in _groups(context, approved):
                asked = _Asking(run, group, approved, even_if_mailed=even_if_mailed, items=items)
                asked.ask()
    except FbridgeError as caught:
        error = caught
    return StoreMails(store=name, items=tuple(items), error=error)


def _groups(context: Context, shipment_ids: Collection[int]) -> list[Group]:
    """All shipments of each order that one of them belongs to."""
    with context.database.read() as connection:
        asked = load_rows(connection, sorted(shipment_ids))
        rows = load_rows_of_orders(connection, list({row.order_id for row in asked}))
    return list(group_by_order(rows).values())


@dataclass(slots=True)
class _Asking:
    """The mails of one order."""

    run: PushRun
    group: Group
    approved: Mapping[int, MailEntry]
    even_if_mailed: bool
    items: list[MailItem]

    def ask(self) -> None:
        """Read the order, and ask for what may be asked for."""
        rows = [row for row in self.group if row.shipment_id in self.approved]
        rows = list(self._as_approved(rows))
        if not rows:
            return
        order, reason, words = _order_in(self.run.read([self.group]), self.group)
        if order is None:
            for row in rows:
                self._tell(row, reason, words)
            return
        wanted = {one.id: one for one in build_fulfillment(order, self.group, {}, self.run.policy).shipments}
        due = [row for row in rows if self._is_due(row, order)]
        claimed = self._claim(due, order)
        if claimed:
            self._send(order, claimed, wanted)

    def _as_approved(self, rows: Sequence[LedgerRow]) -> Iterator[LedgerRow]:
        for row in rows:
            entry = _entry(self.run.opened, row)
            if entry.asking is Asking.NEVER:
                self._tell(row, entry.reason, entry.words)
            elif entry != self.approved[row.shipment_id]:
                words = "somebody has acted on it since the plan was shown; look at it again"
                self._tell(row, "plan_changed", words)
            else:
                yield row

    def _is_due(self, row: LedgerRow, order: Order) -> bool:
        """Whether it is asked for, after all that the store shows; what is not is told."""
        trace = trace_of(row, order)
        if trace is Trace.GONE:
            words = "the store does not show the shipment any more, so no mail is asked for it"
            self._tell(row, "gone_from_store", words)
        elif trace is Trace.MAILED and not self._went_before(row):
            self._found_mailed(row)
        elif row.mail is MailEffect.UNCONFIRMED and (pause := self._still_settling(row)):
            self._tell(row, "still_settling", pause)
        elif (
            trace is Trace.SILENT
            or self.even_if_mailed
            or self.approved[row.shipment_id].asking is Asking.FREELY
        ):
            return True
        else:
            self._tell(row, MAY_HAVE_LEFT, self.approved[row.shipment_id].words)
        return False

    def _went_before(self, row: LedgerRow) -> bool:
        """Whether one left about earlier numbers: what the store shows of a mail is that one's, perhaps."""
        earlier = sa.select(attempts.c.effects).where(
            attempts.c.shipment_id == row.shipment_id, attempts.c.revision < row.revision
        )
        with self.run.context.database.read() as connection:
            told = connection.scalars(earlier).all()
        return any(effects and effects.get("mail") == MailEffect.SENT for effects in told)

    def _still_settling(self, row: LedgerRow) -> str:
        """A store goes on working after an answer was lost: what it shows, or not, proves nothing until then."""
        started = sa.select(sa.func.max(attempts.c.started_at)).where(
            attempts.c.shipment_id == row.shipment_id
        )
        with self.run.context.database.read() as connection:
            last = connection.execute(started).scalar_one()
        until = last + self.run.policy.settle if last else self.run.now()
        left = (until - self.run.now()).total_seconds()
        return f"the store may still be at work on it; try again in {left:.0f} s" if left > 0 else ""

    def _found_mailed(self, row: LedgerRow) -> None:
        words = "the store shows that it has mailed the customer"
        with self.run.context.database.write() as connection:
            self.run.turn.verify(connection)
            if self._unchanged(connection, row):
                _keep(connection, row, MailEffect.SENT, words, self.run.now())
        self._tell(replace(row, mail=MailEffect.SENT, missing_mail=None), "mailed_already", words)

    def _claim(self, rows: Sequence[LedgerRow], order: Order) -> dict[str, tuple[LedgerRow, int]]:
        """Commit that the mail is asked for, before the store sees it: whatever happens now, it may have left.

        Gives by UUID the shipments with what is known of earlier mails, and their attempts.
        """
        claimed: dict[str, tuple[LedgerRow, int]] = {}
        now, epoch = self.run.now(), self.run.turn.epoch
        with self.run.context.database.write() as connection:
            self.run.turn.verify(connection)
            for row in rows:
                if not self._unchanged(connection, row):
                    self._tell(row, "plan_changed", "somebody has acted on it meanwhile; look at it again")
                    continue
                _keep(connection, row, MailEffect.UNCONFIRMED, NO_ANSWER, now)
                key = begin_attempt(connection, row, epoch=epoch, at=now, asks_mail=True)
                silent = trace_of(row, order) is Trace.SILENT
                before = MailEffect.NOT_SENT if silent else row.mail
                claimed[row.uuid] = (replace(row, mail=before), key)
        return claimed

    def _unchanged(self, connection: Connection, row: LedgerRow) -> bool:
        """Whether the row, kept from others until the write unit ends, stands as it was read."""
        found = ledger.standings(connection, [row.shipment_id]).get(row.shipment_id)
        mail = connection.execute(
            sa.select(pushes.c.effect_mail).where(pushes.c.shipment_id == row.shipment_id)
        ).scalar_one()
        return found == row.standing and mail is row.mail

    def _send(
        self,
        order: Order,
        claimed: dict[str, tuple[LedgerRow, int]],
        wanted: Mapping[str, FulfillmentShipment],
    ) -> None:
        requests = [MailRequest(order=order, shipment=wanted[uuid]) for uuid in claimed]
        self.run.opened.exchanges.begin([order.remote_id])
        faults: list[str] = []
        try:
            receipts = self.run.opened.adapter.mail_again(self.run.opened.store, requests)
            with closing(receipts):
                for receipt in receipts:
                    if receipt.shipment_id in claimed:
                        self._take(*claimed.pop(receipt.shipment_id), receipt, order)
                    else:
                        faults.append(receipt.shipment_id)
        except NotSent as stop:
            asked = {} if order.remote_id in stop.order_ids else claimed
            for uuid, (row, key) in claimed.items():
                mail = MailEffect.UNCONFIRMED if uuid in asked else MailEffect.NOT_SENT
                told = MailReceipt(shipment_id=uuid, mail=mail, reason=stop.reason, words=str(stop))
                self._take(row, key, told, order)
            raise (stop.__cause__ if isinstance(stop.__cause__, FbridgeError) else stop) from None
        except BaseException as stop:
            self._without_receipt(claimed, order, stop)
            raise
        self._without_receipt(claimed, order, None)
        if faults:
            raise PluginError(
                f'The plugin "{self.run.opened.adapter.platform.key}" gave a mail receipt that nobody asked for '
                f"({faults[0]}).",
                reason="bad_receipt",
            )

    def _without_receipt(
        self, claimed: Mapping[str, tuple[LedgerRow, int]], order: Order, stop: BaseException | None
    ) -> None:
        """Nobody knows: it stays as it was claimed, and the attempt is closed."""
        reason = stop.reason if isinstance(stop, FbridgeError) else "no_receipt"
        for uuid, (row, key) in claimed.items():
            told = MailReceipt(shipment_id=uuid, mail=MailEffect.UNCONFIRMED, reason=reason, words=NO_ANSWER)
            self._take(row, key, told, order)

    def _take(self, row: LedgerRow, attempt: int, receipt: MailReceipt, order: Order) -> None:
        effect, now = known_since(row.mail, receipt.mail), self.run.now()
        with self.run.context.database.write() as connection:
            self.run.turn.verify(connection)
            ledger.standings(connection, [row.shipment_id])
            columns = _keep(connection, row, effect, receipt.words or receipt.reason, now)
            connection.execute(
                sa.update(attempts)
                .where(attempts.c.id == attempt)
                .values(
                    finished_at=now,
                    outcome=NOT_SENT if receipt.mail is MailEffect.NOT_SENT else str(receipt.mail),
                    reason=receipt.reason,
                    words=receipt.words,
                )
            )
            link_exchanges(connection, [attempt], self.run.opened.exchanges.keep(connection, order.remote_id))
        words = str(columns.get("mail_words")) or receipt.words
        self._tell(replace(row, mail=effect), receipt.reason, words, missing=effect in _STILL_MISSING)

    def _tell(self, row: LedgerRow, reason: str, words: str, *, missing: bool | None = None) -> None:
        self.items.append(
            MailItem(
                store=row.store,
                shipment=row.label,
                order_number=row.order_number,
                mail=row.mail,
                reason=reason,
                words=words,
                missing=row.missing_mail is not None if missing is None else missing,
            )
        )


_STILL_MISSING = frozenset({MailEffect.NOT_SENT, MailEffect.UNCONFIRMED})


def _order_in(reading: Reading, group: Group) -> tuple[Order | None, str, str]:
    """The order as read, or a stable code and a sentence why no mail about it is asked for."""
    key = group[0].remote_order_id
    order = next((one for one in reading.page.orders if one.remote_id == key), None)
    if key in reading.unread:
        return None, ORDER_UNREADABLE, cannot_be_read(reading.unread[key])
    if order is None:
        return None, "order_missing", "the store has no such order any more"
    if key in reading.older:
        return None, READ_TOO_OLD, too_old(reading.older[key])
    if order.status is OrderStatus.CANCELLED:
        return (
            None,
            "order_cancelled",
            f"the order is {order.remote_status!r} on the store; no mail is asked for it",
        )
    return order, "", ""


def _keep(
    connection: Connection, row: LedgerRow, effect: MailEffect, told: str, now: datetime
) -> Mapping[str, object]:
    """Write what is known of the mail, and tell it to the story; the caller holds the row."""
    columns = mail_columns(effect, planned=True, known=row.missing_mail, told=told, now=now)
    ledger.note_mail(connection, row.shipment_id, effect_mail=effect, **columns)
    ledger.tell(connection, row.shipment_id, f"mail.{effect}", str(columns["mail_words"]) or told, at=now)
    return columns
