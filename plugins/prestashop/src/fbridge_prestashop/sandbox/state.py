"""The emulated store's memory. Everything that changes is behind one lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from threading import Lock, RLock
from zoneinfo import ZoneInfo

from fbridge.sandbox.pace import Pace
from fbridge_prestashop.sandbox import pace
from fbridge_prestashop.sandbox.data import (
    FIRST_GENERATED_ID,
    recorded_orders,
    recorded_people,
    site_rows,
)
from fbridge_prestashop.sandbox.dates import local_text
from fbridge_prestashop.sandbox.generated_orders import GeneratedOrders
from fbridge_prestashop.sandbox.order_store import OrderStore
from fbridge_prestashop.sandbox.payments import booked_before, payment_row
from fbridge_prestashop.sandbox.people import made_addresses, made_customers
from fbridge_prestashop.sandbox.records import Mail, OrderRecord
from fbridge_prestashop.sandbox.schema import Row
from fbridge_prestashop.sandbox.settings import SandboxSettings
from fbridge_prestashop.sandbox.tables import LateTable, OrderPartTable, OrdersTable, PlainTable, Table

ASKED_SHOP: ContextVar[str] = ContextVar("asked_shop", default="")
"""The shop in whose name a request is made: its clock dates what is written, whatever shop that belongs to."""

SHOP_NAME = "Negozio Prova"
MADE_UP_BESIDE_THE_RECORDED = 72
FEWEST_CUSTOMERS, MOST_CUSTOMERS = 60, 2000
REGISTERED = "2026-01-07 09:30:00"
MAIL_METHOD, BY_SMTP, NO_MAIL = "PS_MAIL_METHOD", "2", "3"
STAMPS = {"date_add": REGISTERED, "date_upd": REGISTERED}


class WriterCount:
    """How many write at once: ``with`` it while writing. ``most`` may be set back to 0."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._now -= 1


class Warnings:
    """How many entities PHP still warns of while they are written; ``before`` they are saved, and then nothing is."""

    def __init__(self) -> None:
        self.left = 0
        self.before = False

    def next(self) -> bool:
        """Whether PHP warns of this one."""
        self.left, warns = max(self.left - 1, 0), self.left > 0
        return warns


class Shop:
    """Tables of rows, and the mails that were sent.

    Take :attr:`lock` to look or to change. A status write waits (its pace) outside the lock, with the delivery
    number that it has read before: two at once may take the same number, as on the real store. The three flags
    may be set at any time.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.lock = RLock()
        self.pace = Pace(settings.pace, settings.mail_seconds)
        self.enabled = settings.enabled
        self.smtp_down = settings.smtp_down
        self.mails: list[Mail] = []
        self.status_writers = WriterCount()
        self.status_crashes = 0
        self.crashes_before = False
        self.last_words = ""
        self.warnings = Warnings()
        self.printed = ""
        """What modules print before each answer."""
        self.broken: set[int] = set()
        """Orders of which only id and dates can be shown: a module dies at the rest."""
        generated = _generated(settings)
        self.orders = OrderStore(generated)
        if settings.orders is None:
            for record in recorded_orders(self.local(settings.newest_order)):
                self.orders.add(record)
        self.last_slip_number = max(1000, generated.ids.stop)
        self.tables = self._tables(generated.customers)

    def now(self, shop: str = "") -> str:
        """The current second, in the time of the shop that is asked for, else of this one."""
        return local_text(self.settings.clock(), self._zone_of(ASKED_SHOP.get() or shop))

    def _zone_of(self, shop: str) -> ZoneInfo:
        zone = self._configured("PS_TIMEZONE", shop) if shop else None
        return ZoneInfo(zone) if zone else self.settings.zone

    def _configured(self, name: str, shop: str | None = None) -> str | None:
        """The value of a shop, which none has where there is but one; or the one that holds for all."""
        if shop and self.settings.shops == 1:
            return None
        return next(
            (row["value"] for row in self._configuration() if (row["name"], row["id_shop"]) == (name, shop)),
            None,
        )

    def _configuration(self) -> Iterator[Row]:
        table = self.tables["configurations"]
        return (row for row_id in table.candidates(()) if (row := table.get(row_id)))

    @property
    def sends_mail(self) -> bool:
        """Whether mails are switched on, for all shops."""
        return self._configured(MAIL_METHOD) != NO_MAIL

    @sends_mail.setter
    def sends_mail(self, on: bool) -> None:
        row = next(row for row in self._configuration() if row["name"] == MAIL_METHOD)
        row["value"] = BY_SMTP if on else NO_MAIL

    def local(self, moment: datetime) -> str:
        """An aware moment in the shop's time."""
        return local_text(moment, self.settings.zone)

    def row(self, table: str, row_id: int | str) -> Row | None:
        """A row of a table, or None."""
        return self.tables[table].get(int(row_id or 0))

    def touch(self, record: OrderRecord) -> None:
        """Move a kept order's date of change to now."""
        self.orders.set_changed(record, self.now(record.head["id_shop"]))

    def send_mail(self, record: OrderRecord, kind: str, numbers: Iterable[str] = (), link: str = "") -> bool:
        """Mail the customer; False when the mail server refuses. Mails that are switched off are no failure."""
        if (
            self._configured(MAIL_METHOD, record.head["id_shop"]) or self._configured(MAIL_METHOD)
        ) == NO_MAIL:
            return True
        self.pace.wait(pace.MAIL)
        self.pace.wait_for_mails(1)
        if self.smtp_down:
            return False
        self.mails.append(Mail(record.id, kind, tuple(numbers), link, self.settings.clock()))
        return True

    def _tables(self, customers: int) -> dict[str, Table]:
        known_customers, known_addresses = recorded_people()
        people = {row["id"]: row for row in (*made_customers(customers, REGISTERED), *known_customers)}
        places = {row["id"]: row for row in (*made_addresses(customers, REGISTERED), *known_addresses)}
        return {
            "addresses": PlainTable(places.values()),
            "carriers": PlainTable(self._one_language("carriers"), natural_order=("deleted",)),
            "configurations": PlainTable(_configurations(self.settings), natural_order=("name",)),
            "countries": PlainTable(self._one_language("countries")),
            "currencies": PlainTable(site_rows("currencies")),
            "customers": PlainTable(people.values()),
            "languages": PlainTable(site_rows("languages")[: self.settings.languages]),
            "order_carriers": OrderPartTable(self.orders, "carriers"),
            "order_details": OrderPartTable(self.orders, "details"),
            "order_histories": OrderPartTable(self.orders, "histories"),
            "order_payments": LateTable(self._payments),
            "order_states": PlainTable(self._one_language("order_states"), natural_order=("module_name",)),
            "orders": OrdersTable(self.orders),
            "shops": PlainTable(_shops(self.settings)),
            "states": PlainTable(site_rows("states")),
        }

    def book(self, head: Row, amount: Decimal, method: str, *, transaction: str = "") -> None:
        """Enter a payment of an order that is kept, beside what was paid before."""
        row = payment_row(head, f"{amount:.6f}", method, on=self.now(), transaction=transaction)
        self.tables["order_payments"].add(row)
        head["total_paid_real"] = f"{Decimal(head['total_paid_real']) + amount:.6f}"

    def booked(self, head: Row) -> Decimal:
        """What the rows of payments say for the reference of an order."""
        table = self.tables["order_payments"]
        rows = (table.get(row_id) or {} for row_id in table.candidates(()))
        amounts = (Decimal(row["amount"]) for row in rows if row["order_reference"] == head["reference"][:9])
        return sum(amounts, Decimal(0))

    def _payments(self) -> Iterator[Row]:
        found = (self.orders.get(order_id) for order_id in self.orders.cod_ids())
        return booked_before(record for record in found if record is not None)

    def _one_language(self, table: str) -> list[Row]:
        """The rows with as many languages as the shop has."""
        rows = site_rows(table)
        for row in rows:
            for name, value in row.items():
                if isinstance(value, list):
                    row[name] = value[: self.settings.languages]
        return rows


def _generated(settings: SandboxSettings) -> GeneratedOrders:
    generated = GeneratedOrders(
        first_id=settings.first_order,
        count=settings.orders or 0,
        seed=settings.seed,
        newest=settings.newest_order,
        zone=settings.zone,
        customers=min(max(FEWEST_CUSTOMERS, settings.orders or 0), MOST_CUSTOMERS),
        shops=settings.shops,
    )
    if settings.orders is None:
        return replace(generated, first_id=FIRST_GENERATED_ID, count=MADE_UP_BESIDE_THE_RECORDED)
    return generated


def _configurations(settings: SandboxSettings) -> list[Row]:
    values = {
        "PS_LANG_DEFAULT": "1",
        "PS_CURRENCY_DEFAULT": "1",
        "PS_COUNTRY_DEFAULT": "10",
        "PS_SHOP_DEFAULT": "1",
        "PS_SHOP_NAME": SHOP_NAME,
        "PS_SHOP_ENABLE": "1",
        "PS_MULTISHOP_FEATURE_ACTIVE": "1" if settings.shops > 1 else "0",
        MAIL_METHOD: NO_MAIL if settings.mail == "off" else BY_SMTP,
        "PS_OS_CHEQUE": "1",
        "PS_OS_PAYMENT": "2",
        "PS_OS_PREPARATION": "3",
        "PS_OS_SHIPPING": "4",
        "PS_OS_DELIVERED": "5",
        "PS_OS_CANCELED": "6",
        "PS_OS_REFUND": "7",
        "PS_OS_ERROR": "8",
        "PS_OS_BANKWIRE": "10",
        "PS_OS_COD_VALIDATION": "13",
        "PS_TIMEZONE": settings.timezone,
        "PS_VERSION_DB": settings.version,
        "PS_WEBSERVICE": "1",
    }
    nobody = {"id_shop_group": None, "id_shop": None}
    return [
        {"id": number, "name": name, "value": value} | nobody | STAMPS
        for number, (name, value) in enumerate(values.items(), 1)
    ]


def _shops(settings: SandboxSettings) -> list[Row]:
    return [
        {
            "id": number,
            "id_shop_group": "1",
            "id_category": "2",
            "active": "1",
            "deleted": "0",
            "name": SHOP_NAME if number == 1 else f"{SHOP_NAME} {number}",
            "color": "",
            "theme_name": "classic",
        }
        for number in range(1, settings.shops + 1)
    ]
