"""The user's side of the conformance kit: a real fbridge with a home of its own, and short words for daily work."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from fbridge.bridge import Bridge, PushResult
from fbridge.errors import FbridgeError
from fbridge.models.orders import Order
from fbridge.models.platforms import Capabilities, Platform
from fbridge.models.shipments import PushStatus, Shipment
from fbridge.models.states import PushState
from fbridge.orders.fetch import FetchResult
from fbridge.orders.listing import OrderFilter
from fbridge.orders.storage import load_orders
from fbridge.plugins import load_platform
from fbridge.push.run_state import PushProgress
from fbridge.settings import Home
from fbridge.storage.database import open_database
from fbridge.storage.tables import carrier_mappings
from fbridge.testing.journal import JOURNAL, note, note_fault
from fbridge.testing.store_under_test import StoreUnderTest

STORE = "shop"
CARRIER = "BRT"
CARRIER_NAME = "Bartolini"
TRACKING_URL = "https://brt.example/{number}"
SETTLE = 0.2
WRONG_VALUE = "wrong_value:"
"""So begins the reason of an order of which the plugin gave something of another type."""
MOST_ROUNDS = 8
LONGEST_LOOK = 6.0
"""Seconds that a push is waited for which asks a store again; the kit's own faults ask to wait for five."""
UNSETTLED = frozenset({PushState.READY, PushState.SENDING, PushState.UNCONFIRMED, PushState.RETRY})


@cache
def _empty_database() -> bytes:
    """Made once, for migrations take longer than most tests, and kept in memory: a process that is killed leaves
    nothing."""
    with tempfile.TemporaryDirectory(prefix="fbridge-kit-") as folder:
        file = Path(folder) / "fbridge.db"
        open_database(f"sqlite:///{file}").close()
        return file.read_bytes()


def number(count: int) -> str:
    """A tracking number that occurs nowhere by chance."""
    return f"FB{count:09d}IT"


@dataclass(slots=True)
class _Clock:
    """Now, and what was skipped of the time."""

    skipped: timedelta = field(default=timedelta(0))

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.skipped


class _Fetched(dict[str, Order]):
    """The orders that were fetched, with what the last fetch said."""

    def __init__(self, orders: Iterable[tuple[str, Order]], last_fetch: str) -> None:
        super().__init__(orders)
        self._last_fetch = last_fetch

    def __missing__(self, order: str) -> Order:
        there = ", ".join(self) or "none"
        assert order in self, (
            f"order {order} did not arrive (kept are: {there}). The last fetch: {self._last_fetch}"
        )
        return self[order]


class Office:
    """One user with one store, ``shop``, and one carrier, ``BRT``, mapped where the store wants that.

    ``url`` is the address of the store, or of a proxy before it. ``settings`` are the core's settings of a store
    that differ from the kit's: mails are accepted, 0.2 s to settle, shipments without a number go out.
    ``database_url`` names an empty database of this schema (None: an SQLite file of its own).
    """

    def __init__(
        self,
        store: StoreUnderTest,
        folder: Path,
        *,
        url: str = "",
        database_url: str | None = None,
        **settings: Any,
    ) -> None:
        self.store = store
        self.home = Home(config=folder / "config", data=folder / "data", log=folder / "log")
        self._clock = _Clock()
        self.home.create()
        self._database_url = database_url
        self._last_fetch = "nothing was fetched yet"
        if database_url is None:
            self.home.database_file.write_bytes(_empty_database())
        self.bridge = self.another_desk()
        try:
            self.capabilities = self.add_store(url or store.url, settings)
            self._add_carrier()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.bridge.close()

    def another_desk(self) -> Bridge:
        """The same fbridge opened once more, as by a colleague; whoever asks for it closes it."""
        bridge = Bridge.open(self.home, database_url=self._database_url)
        bridge.context.now = self._clock
        return bridge

    @property
    def platform(self) -> Platform:
        """As the plugin describes it."""
        return load_platform(self.store.platform).platform

    def skip_time(self, span: timedelta) -> None:
        """Let fbridge believe that time has passed. The store's own clock goes on as it did."""
        self._clock.skipped += span

    # Fetching

    def fetch(self) -> FetchResult:
        """Fetch what changed; an error is in the result."""
        result = self.bridge.fetch([STORE])[0]
        rejected = [f"; order {one.remote_id or '?'} was rejected: {one.reason}" for one in result.rejected]
        error = f"; it ended with: {result.error}" if result.error else ""
        self._last_fetch = f"{result.orders} orders{''.join(rejected[:3])}{error}"
        note(f"office: fetch -> {self._last_fetch}")
        note_fault(result.error)
        JOURNAL.faults += [one.reason for one in result.rejected if one.reason.startswith(WRONG_VALUE)]
        return result

    def fetched(self) -> dict[str, Order]:
        """All orders as they are kept, by remote id; one that is asked for and is not there fails the test."""
        rows = list(self.bridge.orders.list(OrderFilter(store=STORE)))
        with self.bridge.context.database.read() as connection:
            orders = load_orders(connection, [row.id for row in rows])
        return _Fetched(((order.remote_id, order) for order in orders.values()), self._last_fetch)

    # Shipping

    def pack(
        self,
        order: str,
        numbers: Sequence[str] = (),
        items: Sequence[tuple[int, int]] | None = None,
        *,
        parcels: int | None = None,
    ) -> Shipment:
        """Make a shipment of an order and put it on the manifest: (line, quantity)s, or all that remains."""
        found = self.fetched()[order]
        goods = "all that remains" if items is None else ", ".join(f"{n} of line {at}" for at, n in items)
        note(f"office: a shipment of order {order}: {goods}; numbers {', '.join(numbers) or 'none'}")
        wanted = {found.lines[line].id: quantity for line, quantity in items} if items is not None else None
        return self.bridge.shipments.create(
            found.number,
            store=STORE,
            items=wanted,
            carrier=CARRIER,
            numbers=numbers,
            parcels=parcels,
            manifest=CARRIER,
        )

    def hand_over(self) -> None:
        """The courier has taken the parcels: the manifest is shipped, with a last look at its orders."""
        result = self.bridge.manifests.ship(CARRIER)
        note("office: ship the manifest")
        assert result.shipped, f"the manifest was stopped: {[one.words for one in result.results]}"

    def ship(
        self,
        order: str,
        numbers: Sequence[str] = (),
        items: Sequence[tuple[int, int]] | None = None,
        *,
        parcels: int | None = None,
    ) -> Shipment:
        """Pack and hand over."""
        shipment = self.pack(order, numbers, items, parcels=parcels)
        self.hand_over()
        return shipment

    def correct(self, shipment: Shipment, numbers: Sequence[str]) -> Shipment:
        """Give a shipment other numbers; there are as many boxes as it had, or one for each number."""
        note(f"office: correct {shipment.label} to the numbers {', '.join(numbers) or 'none'}")
        boxes = max(shipment.parcels, len(set(numbers)))
        return self.bridge.shipments.set_tracking(shipment.label, numbers, parcels=boxes)

    # Pushing

    def push(self, *, meanwhile: Callable[[], object] | None = None) -> PushResult:
        """One push, as a person starts it. A store's error is in the result.

        ``meanwhile`` is called once, before the push reads the store again after a lost answer.
        """
        acts = [meanwhile] if meanwhile else []

        def progress(told: PushProgress) -> None:
            if acts and told.words.startswith(("waiting", "reading")):
                acts.pop()()

        result = self.bridge.push(stores=[STORE], progress=progress)
        told = [f"{one.label} {one.push.state} ({one.push.reason})" for one in self.shipments() if one.push]
        errors = "".join(f"; it ended with: {error}" for _, error in result.errors)
        note(f"office: push -> {', '.join(told[-4:]) or 'nothing'}{errors}")
        for _, error in result.errors:
            note_fault(error)
        assert not acts, "no answer was lost, so there was no time for anything meanwhile"
        return result

    def push_until_quiet(self) -> list[FbridgeError]:
        """Push again and again, as a person or a timer does, until nothing moves by itself any more."""
        errors: list[FbridgeError] = []
        for _ in range(MOST_ROUNDS):
            errors += [error for _, error in self.push().errors]
            moving = [s.push for s in self.shipments() if s.push and s.push.state in UNSETTLED]
            if not moving:
                break
            # Only waits that fbridge chose itself are skipped: a store at work needs real time.
            retries = [push.next_at for push in moving if push.state is PushState.RETRY and push.next_at]
            self.skip_time(max([timedelta(0), *(at - self._clock() for at in retries)]))
            self._wait_for_the_store(push.next_at for push in moving if push.state is PushState.UNCONFIRMED)
        return errors

    def _wait_for_the_store(self, looks: Iterable[datetime | None]) -> None:
        """In real time until the next look, some seconds at most: beside a shipment that is due and waits for its
        sibling, a push itself does not wait."""
        ahead = [(at - self._clock()).total_seconds() for at in looks if at is not None]
        if ahead and 0 < min(ahead) <= LONGEST_LOOK:
            time.sleep(min(ahead))

    def shipments(self) -> tuple[Shipment, ...]:
        """All shipments with their states."""
        return self.bridge.shipments.list(store=STORE)

    def stands(self, shipment: Shipment) -> PushStatus:
        """How a shipment stands towards the store, as far as it was to be pushed at all."""
        push = self.bridge.shipments.get(shipment.label).push
        assert push is not None, f"{shipment.label} is not on its way to a store: its manifest is not shipped"
        return push

    def state(self, shipment: Shipment) -> PushState:
        """Where a shipment stands towards the store."""
        return self.stands(shipment).state

    def reason(self, shipment: Shipment) -> str:
        """The stable code beside the state."""
        return self.stands(shipment).reason

    def words(self, shipment: Shipment) -> str:
        """The sentence beside the state."""
        return self.stands(shipment).words

    def planned_mails(self) -> int:
        """The mails that the plan of a push shows."""
        mails = sum(plan.mails for plan in self.bridge.plan([STORE]).stores)
        note(f"office: the plan shows {mails} mails")
        return mails

    def carrier_names(self) -> set[str]:
        """How the store may call the office's carrier: as it is mapped, else by its own name."""
        with self.bridge.context.database.read() as connection:
            mapped = connection.execute(sa.select(carrier_mappings.c.site_code)).scalars().all()
        labels = {one.label for one in self.bridge.carriers.codes(STORE).codes if one.code in mapped}
        return {*mapped, *labels} if mapped else {CARRIER, CARRIER_NAME}

    # Setting up

    def add_store(self, url: str, settings: dict[str, Any]) -> Capabilities:
        """Add the store as ``shop``; ``settings`` are those that differ from the kit's and the store's own.

        Raises: FbridgeError.
        """
        own = {
            "allow_http": True,
            "settle": f"{SETTLE}s",
            "timeout": 10.0,
            "without_tracking": "send",
            "accept_mail": True,
        } | settings
        accept_mail = bool(own.pop("accept_mail"))
        report = self.bridge.stores.add(
            STORE,
            self.store.platform,
            url,
            {**self.store.settings, **own},
            orders_from=date(2000, 1, 1),
            accept_mail=accept_mail,
        )
        declared = self.platform.capabilities
        return report.capabilities if report and report.capabilities else declared

    def _add_carrier(self) -> None:
        self.bridge.carriers.add(CARRIER, CARRIER_NAME, tracking_url=TRACKING_URL)
        codes = self.bridge.carriers.codes(STORE)
        if codes.codes and not codes.open:
            self.bridge.carriers.map(STORE, CARRIER, codes.codes[0].code)
