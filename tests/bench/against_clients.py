"""Push against what people use: the platform's public library, one order at a time, and the best hand-made run.

Each of the three has a store of its own with the same orders, and ships them as a whole command, start-up included.
The stores are as slow as those that were recorded, and some way off. The three take turns, so that what else the
machine does meets all of them; of each the shortest time counts, and only ratios are told. Of a large push the plain
client ships 40 orders: it takes as long for each.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fbridge.bridge import Bridge
from fbridge.settings import Home
from tests.bench.client_programs import environment, run_plain_client
from tests.bench.commands import ask_again, run_fbridge
from tests.bench.places import CARRIER, STORE, Place, open_shop
from tests.bench.sandbox_process import SandboxProcess, far_sandbox

LATENCIES = (0.0, 0.05, 0.25)
FEW, MANY = 40, 1_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PACE = 1.0
"""The stores take the time that the recorded ones took; with 0 it would be told how soon Python starts."""

PLACES = (
    Place("woocommerce", "Advanced Shipment Tracking", 1.15, {"tracking": "ast"}),
    Place("prestashop", "no mails", 1.5, mail=False),
    Place("magento", "no mails", 1.2, mail=False),
    # Points enough for all: how well they are spent is measured by the benches "rate" and "pace".
    Place("shopify", "whole orders", 1.15, {"bucket": 1_000_000, "restore_rate": 1_000_000}),
)


@dataclass(slots=True)
class Times:
    """Of one push in several rounds: seconds by who made it, and what fbridge asked."""

    place: Place
    orders: int
    latency: float
    seconds: dict[str, list[float]] = field(default_factory=dict)
    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0

    def add(self, who: str, act: Callable[[], object], times: float = 1.0) -> None:
        """Measure one round of one of them."""
        began = time.perf_counter()
        act()
        self.seconds.setdefault(who, []).append(times * (time.perf_counter() - began))

    def result(self) -> dict[str, Any]:
        """As a row: for people in ``words``, and as values."""
        best = {who: min(seconds) for who, seconds in self.seconds.items()}
        by_hand, plain = best["fbridge"] / best["by hand"], best["plain"] / best["fbridge"]
        kilobytes = (self.bytes_sent + self.bytes_received) / self.orders / 1024
        words = (
            f"clients {self.place.platform:<11} {self.place.name:<27} {self.orders:>5} orders at "
            f"{self.latency * 1000:>3.0f} ms: {by_hand:5.2f} x the best hand-made run (budget {self.place.budget}), "
            f"{plain:5.1f} x as fast as the plain client; {self.requests / self.orders:5.2f} requests and "
            f"{kilobytes:4.1f} KB an order"
        )
        return {
            "bench": "clients",
            "words": words,
            "platform": self.place.platform,
            "place": self.place.name,
            "orders": self.orders,
            "latency_ms": self.latency * 1000,
            "of_best_hand_made": round(by_hand, 3),
            "budget": self.place.budget,
            "as_fast_as_plain_client": round(plain, 3),
            "requests_an_order": round(self.requests / self.orders, 3),
            "kilobytes_an_order": round(kilobytes, 2),
            "rounds": len(self.seconds["fbridge"]),
        }


def run() -> Iterator[Mapping[str, Any]]:
    """40 orders in some rounds and 1000 in one, at each distance. ``BENCH_ORDERS=40``
    leaves out the 1000, ``BENCH_ROUNDS=1`` asks for one round, ``BENCH_PLATFORM=shopify`` for this one alone."""
    environment()
    most = int(os.environ.get("BENCH_ORDERS", str(MANY)))
    pushes = [(FEW, ROUNDS), *([(most, 1)] if most > FEW else [])]
    wanted = os.environ.get("BENCH_PLATFORM", "")
    for place in [one for one in PLACES if wanted in {"", one.platform}]:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            orders = 1 + len(LATENCIES) * sum(count * rounds for count, rounds in pushes)
            options = {"orders": 3 * orders, **place.options}
            stores = [stack.enter_context(far_sandbox(place.platform, **options)) for _ in range(3)]
            comparison = _Comparison(place, Path(folder), *stores)
            comparison.set_up(orders)
            for count, rounds in pushes:
                for latency in LATENCIES:
                    yield comparison.measure(count, rounds, latency).result()


class _Comparison:
    """One place: fbridge's store, its twin for the hand-made run, and a third for the plain client."""

    def __init__(
        self, place: Place, folder: Path, ours: SandboxProcess, twin: SandboxProcess, plain: SandboxProcess
    ) -> None:
        self._place, self._folder = place, folder
        self._ours, self._twin, self._plain = ours, twin, plain
        self._waiting: list[dict[str, str]] = []
        self._requests: list[dict[str, Any]] = []

    def set_up(self, orders: int) -> None:
        """A home with orders; one is pushed, and the store checked, so that it is known as on any other evening."""
        home = Home(config=self._folder, data=self._folder, log=self._folder)
        with Bridge.open(home) as bridge:
            # Sandboxes sell an order every 90 minutes, which makes old ones of many.
            rows = open_shop(bridge, self._place, self._ours, oldest_order=36_500)
        self._waiting = [
            {"id": row.remote_id, "number": row.number, "tracking": f"BX{row.number.removeprefix('#')}"}
            for row in rows
        ]
        assert len(self._waiting) >= orders, (len(self._waiting), orders)
        self._both(1)
        run_fbridge(self._folder, "store", "check", STORE)

    def measure(self, count: int, rounds: int, latency: float) -> Times:
        times = Times(self._place, count, latency)
        for _ in range(rounds):
            orders, manifest = self._shipped(count)
            for store in (self._ours, self._twin, self._plain):
                store.go_away(latency, PACE)
            times.add("fbridge", lambda manifest=manifest: self._push(manifest))  # type: ignore[misc]
            requests = self._requests
            times.add("by hand", lambda requests=requests: ask_again(self._twin, requests))  # type: ignore[misc]
            some = orders[:FEW]
            times.add("plain", lambda some=some: run_plain_client(self._plain, some), count / len(some))  # type: ignore[misc]
            self._ours.go_away(0, 0)
            times.requests = len(requests)
            times.bytes_sent = sum(len(one["content"]) for one in requests)
            times.bytes_received = sum(one["received"] for one in requests)
        return times

    def _both(self, count: int) -> None:
        _, manifest = self._shipped(count)
        self._push(manifest)
        ask_again(self._twin, self._requests)

    def _shipped(self, count: int) -> tuple[list[dict[str, str]], str]:
        """So many orders on a manifest that has left."""
        orders, self._waiting = self._waiting[:count], self._waiting[count:]
        home = Home(config=self._folder, data=self._folder, log=self._folder)
        with Bridge.open(home) as bridge:
            number = bridge.manifests.new(CARRIER).number
            bridge.manifests.add(number, [order["number"] for order in orders])
            for order in orders:
                bridge.shipments.set_tracking(order["number"], [order["tracking"]])
            bridge.manifests.ship(number, check=False)
        return orders, number

    def _push(self, manifest: str) -> None:
        self._requests = run_fbridge(self._folder, "push", "--yes", "--manifest", manifest)
