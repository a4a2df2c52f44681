"""An office with many stores over a PostgreSQL of its own, and the workers before them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import sqlalchemy as sa

from fbridge.bridge import Bridge
from fbridge.orders.listing import OrderFilter
from fbridge.settings import Home
from fbridge.storage.maintenance import Maintenance
from fbridge.storage.tables import order_lines, orders, pushes
from fbridge.storage.worker_tables import work_outcomes
from tests.torture.platforms import PLATFORMS

STORES_OF_A_PROCESS = 25


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
    """One office: its stores, its database, and what was shipped, by store."""

    size: Size
    home: Path
    url: str
    bridge: Bridge
    served: list[dict[str, Any]]
    shipped: dict[str, list[str]] = field(default_factory=dict)
    _workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_stores(self) -> None:
        for number, one in enumerate(self.served):
            self.bridge.stores.add(
                f"shop{number}", self.size.platform, one["url"],
                {**one["settings"], "settle": "1s", "fetch_every": "24h"},
                orders_from=date(1980, 1, 1), accept_mail=True,
            )  # fmt: skip
        self.bridge.carriers.add("BRT", "BRT Bartolini", tracking_url="https://brt.example/{number}")

    def ship_and_hand_over(self) -> int:
        """Ship from each store, and give the plan to the workers; tells how many shipments."""
        code = PLATFORMS[self.size.platform].site_code
        for number in range(len(self.served)):
            store = f"shop{number}"
            if code:
                self.bridge.carriers.codes(store)
                self.bridge.carriers.map(store, "BRT", code)
            self.shipped[store] = self._ship(store)
        handed = self.bridge.workers.defer(self.bridge.plan())
        return sum(one.shipments for one in handed)

    def _ship(self, store: str) -> list[str]:
        listed = self.bridge.orders.list(OrderFilter(ready=True, store=store))
        rows = list(listed)[: self.size.pushes]
        manifest = self.bridge.manifests.new("BRT").number
        added = self.bridge.manifests.add(manifest, [f"{store}:{row.number}" for row in rows])
        assert all(result.ok for result in added.results)
        for row in rows:
            self.bridge.shipments.set_tracking(f"{store}:{row.number}", [_number(store, row.number)])
        self.bridge.manifests.ship(manifest, check=False)
        return [row.remote_id for row in rows]

    def fill(self) -> int:
        """Old orders beside those that were fetched, until so many are known; tells how many there are."""
        with self.bridge.context.database.write() as connection:
            there = connection.scalar(sa.select(sa.func.count()).select_from(orders)) or 0
            copies = max(0, self.size.known - there) // max(there, 1)
            if copies:
                _copy(connection, copies)
            return there * (copies + 1)

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

    def stop_all(self) -> None:
        for process in self._workers:
            process.terminate()
        for process in self._workers:
            process.wait(60)
        self._workers.clear()

    def fetched(self) -> int:
        done = sa.select(sa.func.count()).select_from(work_outcomes).where(work_outcomes.c.kind == "fetch")
        return self._count(done)

    def sent(self) -> int:
        return self._count(sa.select(sa.func.count()).select_from(pushes).where(pushes.c.state == "sent"))

    def _count(self, query: sa.Select[tuple[int]]) -> int:
        with self.bridge.context.database.read() as connection:
            return connection.scalar(query) or 0

    def wrong(self) -> dict[str, int]:
        """What the stores show: how many numbers are lost, how many are there twice, how many second mails left."""
        platform, found = PLATFORMS[self.size.platform], Counter(lost=0, doubled=0, second_mails=0)
        for store, ids in self.shipped.items():
            control = self.served[int(store.removeprefix("shop"))]["control"]
            shown = [platform.shown(lambda path, to=control: _ask(f"{to}/{path}"), one) for one in ids]
            numbers = [one.numbers.count(_number(store, one.order_number)) for one in shown]
            found["lost"] += numbers.count(0)
            found["doubled"] += sum(number > 1 for number in numbers) + sum(
                one.times_shipped > 1 for one in shown
            )
            mails = Counter(str(mail.get("order_id")) for mail in _ask(f"{control}/mails"))
            found["second_mails"] += sum(count > 1 for count in mails.values())
        return dict(found)


def _number(store: str, order_number: str) -> str:
    """The tracking number with which an order leaves."""
    return f"BX{store.removeprefix('shop')}N{order_number.lstrip('#')}"


def _ask(url: str) -> Any:
    with urlopen(url, timeout=60) as answer:
        return json.load(answer)


def _copy(connection: sa.Connection, copies: int) -> None:
    again = sa.func.generate_series(1, copies).table_valued("number").render_derived(name="again")
    key = orders.c.remote_id + "-" + sa.cast(again.c.number, sa.String)
    changed = {"remote_id": key, "number": orders.c.number + "-" + sa.cast(again.c.number, sa.String)}
    changed |= {
        "open_quantity": sa.literal(0),
        "fulfillment": sa.literal("fulfilled"),
        "status": sa.literal("closed"),
    }
    columns = [column for column in orders.c if column.name != "id"]
    rows = (
        sa.select(*(changed.get(column.name, column) for column in columns))
        .select_from(orders)
        .join(again, sa.true())
    )
    connection.execute(sa.insert(orders).from_select([column.name for column in columns], rows))
    copy, first = orders.alias("copy"), orders.alias("first")
    lines = [column for column in order_lines.c if column.name != "order_id"]
    of_copies = (
        sa.select(copy.c.id, *lines)
        .select_from(order_lines)
        .join(first, first.c.id == order_lines.c.order_id)
        .join(
            copy,
            sa.and_(
                copy.c.store == first.c.store,
                copy.c.remote_id.contains("-"),
                sa.func.split_part(copy.c.remote_id, "-", 1) == first.c.remote_id,
            ),
        )
    )
    connection.execute(
        sa.insert(order_lines).from_select(["order_id", *(column.name for column in lines)], of_copies)
    )


def wait_until(done: Callable[[], bool], seconds: float) -> float:
    """How long it took, in seconds."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not done after {seconds:g} s")
        time.sleep(0.1)
    return time.monotonic() - began


def processor_seconds(processes: Sequence[int]) -> float:
    """What these and their children have used so far."""
    used = 0.0
    for pid in processes:
        try:
            parent = psutil.Process(pid)
            for one in [parent, *parent.children(recursive=True)]:
                times = one.cpu_times()
                used += times.user + times.system
        except psutil.NoSuchProcess:
            continue
    return used


@contextmanager
def depot(server: Any, size: Size, folder: Path, name: str) -> Iterator[Depot]:
    """A fresh office, whose database lies on this server."""
    server.execute(f"CREATE DATABASE {name}")
    home = Home(config=folder, data=folder, log=folder / "log")
    url = server.url(name)
    Maintenance(url=url, records=folder).upgrade()
    with shops(size) as served, Bridge.open(home, database_url=url) as bridge:
        made = Depot(size, folder, url, bridge, served)
        try:
            made.add_stores()
            yield made
        finally:
            made.stop_all()
    server.execute(f"DROP DATABASE {name}")
