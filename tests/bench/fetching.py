"""Fetch: memory as orders grow, and the rate against a bare loop that downloads the same pages."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from fbridge.bridge import Bridge
from fbridge.settings import Home
from tests.bench.commands import ask_again, run_fbridge
from tests.bench.sandbox_process import SandboxProcess, far_sandbox, sandbox

MEMORY = (
    ("woocommerce", 1_000, 100_000),
    ("magento", 1_000, 20_000),
    # Both by a bulk operation, which begins at 2000.
    ("shopify", 3_000, 30_000),
)
RATE_ORDERS, RATE_ROUNDS = 4_000, 3
FEWER_ORDERS = 1_900
"""Shopify gives more by a bulk operation, for which fbridge waits and a bare program does not."""
STORE_PACE = 1.0


def run() -> Iterator[str]:
    """Memory first, then the rate at the pace of a real store and at the sandbox's own."""
    for platform, few, many in MEMORY:
        yield _memory(platform, few, many)
    for platform in ("woocommerce", "magento"):
        yield _rate(platform, STORE_PACE, "at the pace of the recorded store")
    for platform in ("prestashop", "shopify"):
        yield _whole(platform, STORE_PACE, "at the pace of the recorded store")
    yield _rate(
        "woocommerce",
        0,
        "as fast as the sandbox can (decoding and storage then share two cores with the store)",
    )


def _memory(platform: str, few: int, many: int) -> str:
    peaks = []
    for count in (few, many):
        with sandbox(platform, orders=count) as store:
            measured = _measure("fbridge", store)
        assert measured["orders"] == count
        peaks.append(measured["peak_mb"])
    return (
        f"fetch: {many} orders of {platform} take {peaks[1] - peaks[0]:+.1f} MB of memory against {few} "
        f"({peaks[1]:.0f} and {peaks[0]:.0f} MB at the peak; the budget is +20 MB)"
    )


def _rate(platform: str, pace: float, words: str) -> str:
    ratios = []
    with sandbox(platform, orders=RATE_ORDERS, pace=pace) as store:
        _measure("fbridge", store)
        pages = store.control("requests")
        for _ in range(RATE_ROUNDS):
            bare = _measure("bare", store, pages)
            ours = _measure("fbridge", store)
            ratios.append(bare["seconds"] / ours["seconds"])
    return (
        f"fetch: {median(ratios):.2f} of the rate of a bare loop over the same pages of {platform}, {words} "
        f"({RATE_ROUNDS} interleaved pairs, {min(ratios):.2f} to {max(ratios):.2f}; the budget is 0.90)"
    )


def _whole(platform: str, pace: float, words: str) -> str:
    """As whole commands, start-up included: a bare program asks for all that fbridge asked for."""
    ratios = []
    with far_sandbox(platform, orders=FEWER_ORDERS, pace=pace) as store:
        for _ in range(RATE_ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                home = Home(config=Path(folder), data=Path(folder), log=Path(folder))
                with Bridge.open(home) as bridge:
                    settings = dict(store.settings)
                    first = date(1980, 1, 1)
                    bridge.stores.add(
                        "shop", platform, store.url, settings, orders_from=first, accept_mail=True
                    )
                began = time.perf_counter()
                requests = run_fbridge(home.data, "fetch")
                ours = time.perf_counter()
                ask_again(store, requests)
                ratios.append((time.perf_counter() - ours) / (ours - began))
    return (
        f"fetch: {max(ratios):.2f} of the rate of a bare program that asks {platform} for the same, {words} "
        f"({FEWER_ORDERS} orders, start-up included, the best of {RATE_ROUNDS} interleaved pairs)"
    )


def _measure(what: str, store: SandboxProcess, pages: Any = ()) -> dict[str, Any]:
    given = json.dumps(
        {"platform": store.platform, "url": store.url, "settings": store.settings, "pages": list(pages)}
    )
    command = [sys.executable, "-m", "tests.bench.measured", what]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured
