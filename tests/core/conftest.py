"""An office over a real database, and what its tests make."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.orders import Address, Order, OrderLine, Payment, ShippingMethod
from fbridge.models.shipments import Shipment
from fbridge.models.states import OrderStatus, PaymentKind, PushState
from fbridge.orders.listing import Orders
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.storage import UpsertCounts, upsert_page
from fbridge.settings import Home, Settings
from fbridge.shipping.carriers import Carriers
from fbridge.shipping.manifests import Manifests
from fbridge.shipping.shipments import Shipments
from fbridge.storage.database import Database
from fbridge.storage.events import OF_THE_STORE
from fbridge.storage.tables import events, pushes
from fbridge.stores.rows import ensure_store

ROME = ZoneInfo("Europe/Rome")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that tests wind forward."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(database: Database, clock: Clock, tmp_path: Path) -> Context:
    settings = Settings(
        home=Home(config=tmp_path, data=tmp_path, log=tmp_path),
        timezone=ROME,
        database="",
        exchange_days=30,
        stores={},
        environment={},
    )
    return Context(database=database, settings=settings, timezone=ROME, now=clock)


def make_line(line_id: str, sku: str, quantity: int = 1, **more: Any) -> OrderLine:
    return OrderLine(id=line_id, sku=sku, name=f"Article {sku}", quantity=quantity, **more)


def make_order(number: str, *lines: OrderLine, **changes: Any) -> Order:
    """A paid order of one line with 3 pieces of MUG, if nothing else is said."""
    order = Order(
        remote_id=f"r{number}",
        number=number,
        status=OrderStatus.OPEN,
        remote_status="processing",
        created_at=START - timedelta(days=1),
        changed_at=START - timedelta(hours=1),
        currency="EUR",
        total=Decimal("49.90"),
        payment=Payment(kind=PaymentKind.PAID, method="paypal", title="PayPal"),
        lines=lines or (make_line(f"{number}-1", "MUG", 3),),
        shipping_method=ShippingMethod(code="flat_rate:1", title="Courier"),
        ship_to=Address(
            name="Ada Rossi", street=("Via Roma 1",), postcode="20100", city="Milano", country="IT"
        ),
    )
    return replace(order, **changes)


def cod_payment(amount: str) -> Payment:
    return Payment(kind=PaymentKind.COD, method="cod", title="Contrassegno", amount_due=Decimal(amount))


@dataclass
class Office:
    """The services over one database with the stores ``shop`` and ``b2b``, and what is done around them."""

    context: Context
    carriers: Carriers = field(init=False)
    orders: Orders = field(init=False)
    shipments: Shipments = field(init=False)
    manifests: Manifests = field(init=False)

    def __post_init__(self) -> None:
        self.carriers, self.orders = Carriers(self.context), Orders(self.context)
        self.shipments, self.manifests = Shipments(self.context), Manifests(self.context)
        with self.context.database.write() as connection:
            for store in ("shop", "b2b"):
                ensure_store(connection, store, "testshop", at=START)

    def keep(self, *page: Order, store: str = "shop", orders_from: date | None = None) -> UpsertCounts:
        """Keep orders as a fetch does."""
        with self.context.database.write() as connection:
            return upsert_page(
                connection, store, page, orders_from=orders_from, timezone=ROME, now=self.context.now()
            )

    def leave(self, number: str) -> None:
        """The carrier takes a manifest's parcels; its shipments are ready to be pushed."""
        assert self.manifests.ship(number, check=False).shipped

    def pushed(self, shipment: Shipment, state: PushState, *, reason: str = "", **columns: Any) -> None:
        """A push ended in this state."""
        with self.context.database.write() as connection:
            connection.execute(
                sa.update(pushes)
                .where(pushes.c.shipment_id == shipment.id)
                .values(state=state, reason=reason or str(state), words="as told", tries=1, **columns)
            )
            if shipment.order_id is not None:
                refresh_open_quantity(connection, [shipment.order_id])

    def sent(self, shipment: Shipment) -> None:
        """A push succeeded: the store holds the present revision."""
        self.pushed(shipment, PushState.SENT, acknowledged_revision=shipment.revision)

    def history(self) -> list[tuple[str, str]]:
        """(kind, words) of everything that was recorded."""
        with self.context.database.read() as connection:
            told = sa.select(events.c.kind, events.c.words).where(events.c.kind.not_in(OF_THE_STORE))
            rows = connection.execute(told.order_by(events.c.id))
            return [(row.kind, row.words) for row in rows]


@pytest.fixture
def office(context: Context) -> Office:
    """An office with the carriers BRT and GLS, where BRT takes what the shops send by ``flat_rate:1``."""
    made = Office(context)
    made.carriers.add("BRT", "Bartolini", tracking_url="https://brt.example/{number}")
    made.carriers.add("GLS", "General Logistics")
    made.carriers.route("shop", "flat_rate:1", "BRT")
    made.carriers.route("b2b", "*", "GLS")
    return made


@dataclass
class Factory:
    """What tests make: orders, lines and payments (helpers cannot be imported from a conftest)."""

    order: Callable[..., Order] = make_order
    line: Callable[..., OrderLine] = make_line
    cod: Callable[[str], Payment] = cod_payment


@pytest.fixture
def make() -> Factory:
    return Factory()


@pytest.fixture
def refused() -> Callable[[str, str], Any]:
    """``with refused(reason, words)`` expects an InputError with this reason, whose sentence holds the words."""

    def expect(reason: str, words: str) -> Any:
        return pytest.raises(InputError, match=re.escape(words), check=lambda error: error.reason == reason)

    return expect
