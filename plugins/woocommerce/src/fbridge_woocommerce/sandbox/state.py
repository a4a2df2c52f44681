"""The emulated store's memory. Everything that changes is behind one lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

from fbridge.sandbox.pace import Pace
from fbridge_woocommerce.sandbox.data import FIRST_GENERATED_ID, recorded_orders
from fbridge_woocommerce.sandbox.generated_orders import GeneratedOrders
from fbridge_woocommerce.sandbox.order_index import TimeIndex
from fbridge_woocommerce.sandbox.records import Mail, MetaRow, Note, OrderRecord, Shown
from fbridge_woocommerce.sandbox.settings import SandboxSettings

STATUSES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
HIDDEN = frozenset({"trash", "auto-draft", "checkout-draft"})
"""Statuses that a listing shows only when it is asked for them. On the old order tables it shows drafts too."""

MADE_UP_BESIDE_THE_RECORDED = 72


class Shop:
    """Orders with their notes, refunds and fulfillments, and the mails that were sent.

    Take :attr:`lock` to look or to change. A write waits (its pace) outside the lock, with the status it has
    read before: equal writes at once may both see the old one and mail twice, as on the real store.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.zone: ZoneInfo = settings.zone
        self.lock = RLock()
        self.pace = Pace(settings.pace, settings.mail_seconds)
        self.statuses = STATUSES | dict(settings.extra_statuses)
        self.hidden = HIDDEN - {"checkout-draft"} if settings.legacy else HIDDEN
        self.orders: dict[int, OrderRecord] = {}
        self.broken: set[int] = set()
        """Orders that no answer can hold: a plugin dies while it is made."""
        self.by_modified = TimeIndex()
        self.by_created = TimeIndex()
        self.mails: list[Mail] = []
        self.mails_off: set[str] = set()
        """Kinds of mails that the shop has switched off."""
        self.mails_fail = ""
        """Why no mail leaves: what the mail server, or PHP, says."""
        self.switched_off: set[str] = set()
        """Plugins that are not active any more: ``woocommerce``, ``tracking``; and the feature ``fulfillments``."""
        self.meta_ids = count(1831)
        self.note_ids = count(2270)
        self.fulfillment_ids = count(1)
        self.fulfillment_meta_ids = count(1)
        self._generated = _generated_orders(settings)
        self._load()

    def _load(self) -> None:
        if self.settings.orders is None:
            self.add_all(recorded_orders(self.settings.newest_order))
        self.add_all(self._generated.records())
        self.order_ids = count(max(self.orders, default=18) + 1)
        self.line_ids = count(max(self.orders, default=250) * 10 + 10)

    @property
    def has_fulfillments(self) -> bool:
        """Whether the feature is on."""
        return self.settings.fulfillments and "fulfillments" not in self.switched_off

    def now(self) -> int:
        """The current second."""
        return int(self.settings.clock().timestamp())

    def add_all(self, records: Iterable[OrderRecord]) -> None:
        """Take new orders."""
        new = list(records)
        self.orders.update((record.id, record) for record in new)
        shown = [record for record in new if record.status not in self.hidden]
        self.by_modified.fill((record.modified, record.id) for record in shown)
        self.by_created.fill((record.created, record.id) for record in shown)

    def body(self, record: OrderRecord) -> dict[str, Any]:
        """The unchanging JSON of an order."""
        return self._generated.body(record) if record.body is None else record.body

    def body_to_change(self, record: OrderRecord) -> dict[str, Any]:
        """The same, kept from now on."""
        if record.body is None:
            record.body = self._generated.body(record)
        return record.body

    def set_status(self, record: OrderRecord, status: str) -> None:
        """Write the status, with nothing that follows from it."""
        was_shown, is_shown = record.status not in self.hidden, status not in self.hidden
        record.status = status
        if was_shown == is_shown:
            return
        for index, seconds in ((self.by_modified, record.modified), (self.by_created, record.created)):
            (index.add if is_shown else index.remove)(seconds, record.id)

    def delete(self, record: OrderRecord) -> None:
        """Take an order away for good."""
        with self.lock:
            if record.status not in self.hidden:
                self.by_modified.remove(record.modified, record.id)
                self.by_created.remove(record.created, record.id)
            del self.orders[record.id]

    def touch(self, record: OrderRecord, modified: int | None = None) -> None:
        """Move the order's date of change: to now, unless told otherwise."""
        moved = self.now() if modified is None else modified
        if record.status not in self.hidden:
            self.by_modified.remove(record.modified, record.id)
            self.by_modified.add(moved, record.id)
        record.modified = moved

    def set_meta(self, record: OrderRecord, key: str, value: Any) -> None:
        """Write a meta row: one row a key; None deletes it."""
        row = next((row for row in record.meta if row.key == key), None)
        if value is None:
            record.meta = [kept for kept in record.meta if kept.key != key]
        elif row is not None:
            row.value = value
        else:
            record.meta.append(MetaRow(next(self.meta_ids), key, value))

    def add_note(self, record: OrderRecord, text: str, *, customer: bool = False) -> Note:
        """Write an order note; it does not move the order's date of change."""
        note = Note(next(self.note_ids), self.now(), text, customer)
        record.notes.append(note)
        return note

    def send_mail(self, record: OrderRecord, kind: str, title: str, tracking: Sequence[Shown] = ()) -> None:
        """Mail the customer, which leaves a note in the order; nothing where that mail is switched off, or the order
        has no address for it."""
        if kind in self.mails_off or not self.body(record)["billing"]["email"]:
            return
        if self.mails_fail:
            self._note_mail(record, f'Email "{title}" failed to send: {self.mails_fail}.')
            return
        numbers, carriers, links = (
            tuple(getattr(one, name) for one in tracking) for name in ("number", "carrier", "link")
        )
        self.mails.append(Mail(record.id, kind, numbers, self.now(), carriers, links))
        self._note_mail(record, f'Email "{title}" sent.')

    def _note_mail(self, record: OrderRecord, text: str) -> None:
        if not self.settings.legacy:
            self.add_note(record, text)


def _generated_orders(settings: SandboxSettings) -> GeneratedOrders:
    beside_recorded = settings.orders is None
    return GeneratedOrders(
        first_id=FIRST_GENERATED_ID if beside_recorded else 1001,
        count=MADE_UP_BESIDE_THE_RECORDED if settings.orders is None else settings.orders,
        seed=settings.seed,
        newest=settings.newest_order,
    )
