"""The emulated store's memory. Everything that changes is behind one lock."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import count
from threading import Lock, RLock
from typing import Any

from fbridge.sandbox.pace import Pace
from fbridge_magento.sandbox import pace
from fbridge_magento.sandbox.bulk_records import Bulk
from fbridge_magento.sandbox.generated_orders import GeneratedOrders
from fbridge_magento.sandbox.order_index import TimeIndex
from fbridge_magento.sandbox.order_rendering import order_json
from fbridge_magento.sandbox.records import (
    Mail,
    OrderParts,
    OrderRecord,
    ShipmentParts,
    ShipmentRecord,
)
from fbridge_magento.sandbox.search_criteria import MOST_ON_A_PAGE
from fbridge_magento.sandbox.settings import SandboxSettings

STATUSES = {
    "pending": "new",
    "processing": "processing",
    "complete": "complete",
    "closed": "closed",
    "canceled": "canceled",
    "holded": "holded",
    "payment_review": "payment_review",
    "pending_payment": "pending_payment",
}
"""Status to its state."""

BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")


PIECES = {"default": 10000, "roma": 5000, "torino": 2998}
"""What each source holds of every article."""


class Shop:
    """Orders, shipments, bulks, and the mails that were sent.

    Take :attr:`lock` to look or to change, and :meth:`row_lock` first to ship, as the real store locks the
    order's row: the waiting (its pace) happens between the two.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.lock = RLock()
        self.pace = Pace(settings.pace, settings.mail_seconds)
        self.statuses = STATUSES | dict(settings.extra_statuses)
        self.maintenance = False
        self.developer_mode = False
        self.mails_are_lost = False
        self.mails_by_cron = False
        self.waiting_mails: list[tuple[ShipmentRecord, str | None]] = []
        self.module_fault = ""
        """How a module of the store fails after a shipment was saved; see ``module_faults``."""
        self.sources = list(settings.sources)
        """Those that are switched on."""
        self.pieces: dict[tuple[str, str], int] = {}
        """What a source holds of an article, where it is not the usual."""
        self.most_on_a_page = settings.most_on_a_page or (MOST_ON_A_PAGE if settings.input_limit else None)
        self.most_entries = settings.most_entries
        self.orders: dict[int, OrderRecord] = {}
        self.shipments: dict[int, ShipmentRecord] = {}
        self.by_order: defaultdict[int, list[int]] = defaultdict(list)
        self.broken: set[int] = set()
        """Orders that no answer can hold: a module throws while it is made."""
        self.orders_updated = TimeIndex()
        self.orders_created = TimeIndex()
        self.shipments_updated = TimeIndex()
        self.shipments_created = TimeIndex()
        self.mails: list[Mail] = []
        self.bulks: dict[str, Bulk] = {}
        self.order_numbers: Counter[int] = Counter()
        self.shipment_numbers: Counter[int] = Counter()
        self._row_locks: defaultdict[int, Lock] = defaultdict(Lock)
        self._generated = GeneratedOrders(settings.orders, settings.seed, settings.newest_order)
        self._load()

    def _load(self) -> None:
        orders = list(self._generated.records())
        self.add_orders(orders)
        self.add_shipments(self._generated.shipments(orders))
        self.order_ids = count(max(self.orders, default=0) + 1)
        self.shipment_ids = count(max(self.shipments, default=0) + 1)
        self.shipment_item_ids = count((len(self.shipments) + 1) * 20)
        self.track_ids = count(len(self.shipments) + 1)
        self.comment_ids = count(1)
        self.creditmemo_ids = count(1)

    def now(self) -> int:
        """The current second."""
        return int(self.settings.clock().timestamp())

    def pieces_of(self, source: str, sku: str) -> int:
        """What a source holds of an article."""
        return self.pieces.get((source, sku), PIECES[source])

    def row_lock(self, order_id: int) -> Lock:
        """What a request holds that changes this order."""
        with self.lock:
            return self._row_locks[order_id]

    def add_orders(self, records: Iterable[OrderRecord]) -> None:
        """Take new orders."""
        new = list(records)
        self.orders.update((record.id, record) for record in new)
        for record in new:
            self.order_numbers[record.store_id] = max(self.order_numbers[record.store_id], record.number)
        self.orders_updated.fill((record.updated, record.id) for record in new)
        self.orders_created.fill((record.created, record.id) for record in new)

    def add_shipments(self, records: Iterable[ShipmentRecord]) -> None:
        """Take new shipments."""
        new = list(records)
        self.shipments.update((record.id, record) for record in new)
        for record in new:
            self.by_order[record.order_id].append(record.id)
            self.shipment_numbers[record.store_id] = max(
                self.shipment_numbers[record.store_id], record.number
            )
        self.shipments_updated.fill((record.updated, record.id) for record in new)
        self.shipments_created.fill((record.created, record.id) for record in new)

    def remove_order(self, order_id: int) -> None:
        """Forget an order and its shipments."""
        record = self.orders.pop(order_id)
        self.orders_updated.remove(record.updated, order_id)
        self.orders_created.remove(record.created, order_id)
        self.remove_shipments(order_id)

    def remove_shipments(self, order_id: int) -> None:
        """Forget the shipments of an order."""
        for shipment_id in self.by_order.pop(order_id, []):
            shipment = self.shipments.pop(shipment_id)
            self.shipments_updated.remove(shipment.updated, shipment_id)
            self.shipments_created.remove(shipment.created, shipment_id)

    def parts(self, record: OrderRecord) -> OrderParts:
        """The rest of an order, to look at."""
        return self._generated.parts(record) if record.parts is None else record.parts

    def parts_to_change(self, record: OrderRecord) -> OrderParts:
        """The same, kept from now on. Ask for it before the record itself is changed."""
        if record.parts is None:
            for shipment_id in self.by_order.get(record.id, ()):
                self.shipment_parts_to_change(self.shipments[shipment_id])
            record.parts = self._generated.parts(record)
        return record.parts

    def shipment_parts(self, record: ShipmentRecord) -> ShipmentParts:
        """The rest of a shipment, to look at."""
        if record.parts is not None:
            return record.parts
        return self._generated.shipment_parts(record, self.orders[record.order_id])

    def shipment_parts_to_change(self, record: ShipmentRecord) -> ShipmentParts:
        """The same, kept from now on."""
        if record.parts is None:
            record.parts = self.shipment_parts(record)
        return record.parts

    def order_json(self, record: OrderRecord) -> dict[str, Any]:
        """The order as REST shows it."""
        return order_json(record, self.parts(record))

    def shipment_of_track(self, track_id: int) -> ShipmentRecord | None:
        """The shipment that has this track. A generated one has a single track, with its own id."""
        for shipment in self.shipments.values():
            known = shipment.parts is not None or shipment.id == track_id
            if known and any(track.id == track_id for track in self.shipment_parts(shipment).tracks):
                return shipment
        return None

    def touch(self, record: OrderRecord, updated: int | None = None) -> None:
        """Move the order's date of change: to now, unless told otherwise."""
        self.parts_to_change(record)
        self.orders_updated.remove(record.updated, record.id)
        record.updated = self.now() if updated is None else updated
        self.orders_updated.add(record.updated, record.id)

    def state_of(self, status: str) -> str | None:
        """The state that a status belongs to."""
        return self.statuses.get(status)

    def send_mail(self, shipment: ShipmentRecord, comment: str | None) -> bool:
        """Mail the customer about a shipment; whether one has left. Call it without the lock: it takes its time.

        Of a second mail that cannot leave it says the same as of the first, which did (observed).

        A store that sends its mails by cron notes it down, says that none left, and sends one later: one in all,
        however often it is asked, before and after (observed).
        """
        if self.mails_by_cron:
            with self.lock:
                noted = any(waiting is shipment for waiting, _ in self.waiting_mails)
                if not noted and not self.shipment_parts(shipment).email_sent:
                    self.waiting_mails.append((shipment, comment))
            return False
        self.pace.wait(pace.MAIL)
        self.pace.wait_for_mails(1)
        with self.lock:
            return self._mail(shipment, comment)

    def run_mail_cron(self) -> None:
        """Send the mails that wait for cron."""
        with self.lock:
            waiting, self.waiting_mails = self.waiting_mails, []
            for shipment, comment in waiting:
                self._mail(shipment, comment)

    def _mail(self, shipment: ShipmentRecord, comment: str | None) -> bool:
        parts = self.shipment_parts_to_change(shipment)
        if self.mails_are_lost:
            return parts.email_sent
        parts.email_sent = True
        numbers = tuple(track.number for track in parts.tracks)
        self.mails.append(Mail(shipment.order_id, shipment.id, numbers, comment, self.now()))
        return True


def stored(text: str) -> str:
    """As the database keeps it: characters of four bytes become question marks."""
    return BEYOND_BMP.sub("????", text)
