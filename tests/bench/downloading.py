"""Fetch as a whole command, start-up included, against a bare program that asks for the same and throws it away.

Near stores that are as quick as their sandbox, and stores at the recorded pace; a few orders, as on most days, and
many. Wall-clock and the processor are told apart: with a near store both share what the machine has. ``BENCH_ORDERS``
is the larger number, ``BENCH_ROUNDS`` how often; the best of each counts.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fbridge.bridge import Bridge
from fbridge.settings import Home
from tests.bench.commands import Cost, ask_again, run_fbridge, spent
from tests.bench.sandbox_process import SandboxProcess, far_sandbox

FEW = 300
MANY = int(os.environ.get("BENCH_ORDERS", "1900"))
"""Shopify gives more by a bulk operation, for which fbridge waits and a bare program does not."""
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PACES = {0.0: ("as fast as the sandbox", 0.6), 1.0: ("at the recorded pace", 0.9)}
OPTIONS: Mapping[str, Mapping[str, Any]] = {"shopify": {"bucket": 1_000_000, "restore_rate": 1_000_000}}


@dataclass(slots=True)
class _Row:
    platform: str
    orders: int
    pace: float
    ours: list[Cost] = field(default_factory=list)
    bare: list[Cost] = field(default_factory=list)
    requests: int = 0
    received: int = 0

    def result(self) -> dict[str, Any]:
        """For people in ``words``, and as values."""
        ours, bare = min(one.seconds for one in self.ours), min(one.seconds for one in self.bare)
        processor = min(one.processor for one in self.ours)
        pace, budget = PACES[self.pace]
        each = processor / self.orders * 1000
        kilobytes = self.received / self.orders / 1024
        return {
            "bench": "download",
            "words": f"download {self.platform:<11} {self.orders:>5} orders {pace:<22}: {bare / ours:4.2f} of the "
            f"rate of a bare program (budget {budget}); {each:5.2f} ms of the processor, "
            f"{self.requests / self.orders:5.3f} requests and {kilobytes:4.1f} KB an order",
            "platform": self.platform,
            "orders": self.orders,
            "pace": self.pace,
            "of_bare_rate": round(bare / ours, 3),
            "budget": budget,
            "processor_ms_an_order": round(each, 3),
            "requests_an_order": round(self.requests / self.orders, 4),
            "kilobytes_an_order": round(kilobytes, 2),
            "rounds": len(self.ours),
        }


def run() -> Iterator[Mapping[str, Any]]:
    """Each platform, each number of orders, each pace."""
    for platform in ("woocommerce", "prestashop", "magento", "shopify"):
        for orders in dict.fromkeys((FEW, MANY)):
            with far_sandbox(platform, orders=orders, **OPTIONS.get(platform, {})) as store:
                for pace in PACES:
                    yield _measured(_Row(platform, orders, pace), store).result()


def _measured(row: _Row, store: SandboxProcess) -> _Row:
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            store.go_away(0, 0)
            _add(home, store)
            store.go_away(0, row.pace)
            requests: list[dict[str, Any]] = []
            row.ours.append(spent(lambda: requests.extend(run_fbridge(home, "fetch"))))  # noqa: B023
            row.bare.append(spent(lambda: ask_again(store, requests)))  # noqa: B023
            row.requests, row.received = len(requests), sum(one["received"] for one in requests)
    store.go_away(0, 0)
    return row


def _add(home: Path, store: SandboxProcess) -> None:
    with Bridge.open(Home(config=home, data=home, log=home)) as bridge:
        bridge.stores.add(
            "shop",
            store.platform,
            store.url,
            dict(store.settings),
            orders_from=date(1980, 1, 1),
            accept_mail=True,
        )
