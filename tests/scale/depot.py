"""An office with many stores over a PostgreSQL of its own, and the workers before them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import sqlalchemy as sa

from fbridge.bridge import Bridge
from fbridge.orders.listing import OrderFilter
from fbridge.push.rows import UNFINISHED
from fbridge.settings import Home
from fbridge.shipping.shipment_rows import Revision, add_revisions, update_shipments
from fbridge.storage.maintenance import Maintenance
from fbridge.storage.tables import orders, pushes
from fbridge.storage.worker_tables import work_outcomes
from tests.scale.old_orders import copy_orders
from tests.torture.platforms import PLATFORMS

STORES_OF_A_PROCESS, STORES_OF_A_CLERK = 25, 5
LONGEST, TRIES = 4 * 3600.0, 3


@dataclass(frozen=True)
class Size:
    """So many stores with so many orders each, of which so many are pushed; ``known`` orders lie in the database.

    ``latency`` is what each request takes on its way, in seconds.
    """

    platform: str
    stores: int
    orders: int
    pushes: int
    known: int
    latency: float
    at_once: int


@contextmanager
def shops(size: Size) -> Iterator[list[dict[str, Any]]]:
    """The stores: where each is, with its credentials; and the processes in which they are."""
    with ExitStack() as stack:
        found: list[dict[str, Any]] = []
        for begin in range(0, size.stores, STORES_OF_A_PROCESS):
            count = min(STORES_OF_A_PROCESS, size.stores - begin)
            words = [size.platform, str(count), str(size.latency), f"orders={size.orders}"]
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.scale.shops", *words],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            stack.callback(process.wait)
            assert process.stdin
            assert process.stdout
            stack.callback(process.stdin.close)
            found += json.loads(process.stdout.readline())
        yield found


@dataclass
class Depot:
    """One office: its stores, its database, and what was shipped since the last look, by store."""

    size: Size
    home: Path
    url: str
    bridge: Bridge
    served: list[dict[str, Any]]
    shipped: dict[str, list[str]] = field(default_factory=dict)
    _workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_stores(self, numbers: range) -> None:
        for number in numbers:
            one, store = self.served[number], f"shop{number}"
            self.bridge.stores.add(
                store, self.size.platform, one["url"],
                {**one["settings"], "settle": "1s", "fetch_every": "24h", "oldest_order": 36_500},
                orders_from=date(1980, 1, 1), accept_mail=True,
            )  # fmt: skip

    def add_carrier(self) -> None:
        """Each store knows it: with that, everything is there for pushes."""
        self.bridge.carriers.add("BRT", "BRT Bartolini", tracking_url="https://brt.example/{number}")
        if code := PLATFORMS[self.size.platform].site_code:
            for number in range(len(self.served)):
                self.bridge.carriers.codes(f"shop{number}")
                self.bridge.carriers.map(f"shop{number}", "BRT", code)

    def ship_and_hand_over(self, count: int) -> int:
        """Ship so many orders of each store, and give the plan to the workers; tells how many shipments."""
        stores = [f"shop{number}" for number in range(len(self.served))]
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as clerks:
            some = [
                stores[begin : begin + STORES_OF_A_CLERK]
                for begin in range(0, len(stores), STORES_OF_A_CLERK)
            ]
            for shipped in clerks.map(ship_some, repeat(self.home), repeat(self.url), some, repeat(count)):
                self.shipped |= shipped
        handed = self.bridge.workers.defer(self.bridge.plan())
        return sum(one.shipments for one in handed)

    def fill(self) -> int:
        """Old orders beside those that were fetched, until so many are known; tells how many there are."""
        there = self._count(sa.select(sa.func.count()).select_from(orders))
        if missing := max(0, self.size.known - there):
            copy_orders(self.bridge.context.database, missing, there)
        return there + missing

    def start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "fbridge", "worker", "--at-once", str(self.size.at_once), "--quiet"],
            env={**os.environ, "FBRIDGE_HOME": str(self.home), "FBRIDGE_DATABASE": self.url},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self._workers.append(process)
        return process

    def alive(self) -> int:
        return self.bridge.workers.status().alive

    def wait(self, done: Callable[[], bool]) -> None:
        """Until then; workers that end by themselves are started again, as a service does that."""

        def is_done() -> bool:
            for process in [one for one in self._workers if (one.poll() or 0) > 0]:
                print(f"a worker ended with {process.returncode} and is started again", flush=True)
                self._workers.remove(process)
                self.start()
            return done()

        wait_until(is_done, LONGEST)

    def stop_all(self) -> None:
        for process in self._workers:
            process.terminate()
        for process in self._workers:
            try:
                process.wait(120)
            except subprocess.TimeoutExpired:
                print("a worker did not stop within two minutes and is killed", flush=True)
                process.kill()
                process.wait()
        self._workers.clear()

    def fetched(self) -> int:
        done = sa.select(sa.func.count()).select_from(work_outcomes).where(work_outcomes.c.kind == "fetch")
        return self._count(done)

    def fetch_rest(self) -> None:
        """What a worker could not fetch, for the machine had too much to do."""
        failed = sa.select(work_outcomes.c.store).where(work_outcomes.c.reason != "")
        with self.bridge.context.database.read() as connection:
            stores = list(connection.scalars(failed))
        for _ in range(TRIES):
            results = self.bridge.fetch(stores) if stores else ()
            stores = [one.store for one in results if one.error]
        assert not stores, [one.error for one in results]

    def sent(self) -> int:
        return self._count(sa.select(sa.func.count()).select_from(pushes).where(pushes.c.state == "sent"))

    def unsent(self) -> int:
        """What was handed over and is not at rest; as cheap to ask at the millionth push as at the first."""
        return self._count(
            sa.select(sa.func.count()).select_from(pushes).where(pushes.c.state.in_(UNFINISHED))
        )

    def _count(self, query: sa.Select[tuple[int]]) -> int:
        with self.bridge.context.database.read() as connection:
            return connection.scalar(query) or 0

    def wrong(self) -> dict[str, int]:
        """What the stores show: how many numbers are lost, how many are there twice, how many second mails left."""
        found = Counter(lost=0, doubled=0, second_mails=0)
        with ThreadPoolExecutor(8) as looking:
            for one in looking.map(lambda item: self._wrong_at(*item), self.shipped.items()):
                found.update(one)
        return dict(found)

    def _wrong_at(self, store: str, ids: Sequence[str]) -> dict[str, int]:
        platform = PLATFORMS[self.size.platform]
        control = self.served[int(store.removeprefix("shop"))]["control"]
        shown = [platform.shown(lambda path: _ask(f"{control}/{path}"), one) for one in ids]
        numbers = [one.numbers.count(_number(store, one.order_number)) for one in shown]
        mails = Counter(str(mail.get("order_id")) for mail in _ask(f"{control}/mails"))
        return {
            "lost": numbers.count(0),
            "doubled": sum(number > 1 for number in numbers) + sum(one.times_shipped > 1 for one in shown),
            "second_mails": sum(mails[one] > 1 for one in ids),
        }


class TooFewOrdersError(Exception):
    """Half of the orders of an emulated store are ready, more or less: too few for the pushes that were asked for."""


def ship_some(home: Path, url: str, stores: Sequence[str], count: int) -> dict[str, list[str]]:
    """Ship so many orders of each of these stores, as a clerk at a desk does; gives their remote ids."""
    with Bridge.open(_home(home), database_url=url) as bridge:
        return {store: _ship(bridge, store, count) for store in stores}


def _ship(bridge: Bridge, store: str, count: int) -> list[str]:
    rows = list(bridge.orders.list(OrderFilter(ready=True, store=store, limit=count)))
    if len(rows) < count:
        raise TooFewOrdersError(f"{store} has {len(rows)} orders to ship, not {count}: give more --orders")
    with bridge.context.database.one_unit() as connection:
        manifest = bridge.manifests.new("BRT").number
        added = bridge.manifests.add(manifest, [f"{store}:{row.number}" for row in rows])
        assert all(result.ok for result in added.results)
        made = bridge.manifests.get(manifest).shipments
        given = [
            Revision(one.id, 2, one.carrier.id, [_number(store, one.order_number)], "tracking_set")
            for one in made
        ]
        add_revisions(connection, given, at=bridge.context.now())
        update_shipments(connection, [one.id for one in made], revision=2)
        bridge.manifests.ship(manifest, check=False)
    return [row.remote_id for row in rows]


def _home(folder: Path) -> Home:
    return Home(config=folder, data=folder, log=folder / "log")


def _number(store: str, order_number: str) -> str:
    """The tracking number with which an order leaves."""
    return f"BX{store.removeprefix('shop')}N{order_number.lstrip('#')}"


def _ask(url: str) -> Any:
    with urlopen(url, timeout=60) as answer:
        return json.load(answer)


def wait_until(done: Callable[[], bool], seconds: float) -> float:
    """How long it took, in seconds."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not done after {seconds:g} s")
        time.sleep(0.2)
    return time.monotonic() - began


def processor_seconds(processes: Sequence[int]) -> float:
    """What these and their children have used so far, those that have ended too."""
    used = 0.0
    for pid in processes:
        try:
            parent = psutil.Process(pid)
            for one in [parent, *parent.children(recursive=True)]:
                times = one.cpu_times()
                used += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return used


@contextmanager
def depot(server: Any, size: Size, folder: Path) -> Iterator[Depot]:
    """A fresh office without stores, whose database lies on this server."""
    server.execute("CREATE DATABASE scale")
    home = _home(folder)
    url = server.url("scale")
    Maintenance(url=url, records=folder).upgrade()
    with shops(size) as served, Bridge.open(home, database_url=url) as bridge:
        made = Depot(size, folder, url, bridge, served)
        try:
            yield made
        finally:
            made.stop_all()
