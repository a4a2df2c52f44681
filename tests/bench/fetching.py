"""Fetch: memory as orders grow, and the rate against a bare loop that downloads the same pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any

from tests.bench.sandbox_process import SandboxProcess, sandbox

MOST = int(os.environ.get("BENCH_MEMORY", "100000"))
"""``BENCH_MEMORY=1000000`` takes an hour, most of it for the sandbox."""
MEMORY = (
    ("woocommerce", 1_000, MOST),
    ("magento", 1_000, 20_000),
    # Both by a bulk operation, which begins at 2000.
    ("shopify", 3_000, 30_000),
)
RATE_ORDERS, RATE_ROUNDS = 4_000, 3
STORE_PACE = 1.0


def run() -> Iterator[str]:
    """Memory first, then the rate at the pace of a real store and at the sandbox's own."""
    for platform, few, many in MEMORY:
        yield _memory(platform, few, many)
    for platform in ("woocommerce", "magento"):
        yield _rate(platform, STORE_PACE, "at the pace of the recorded store")
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


def _measure(what: str, store: SandboxProcess, pages: Any = ()) -> dict[str, Any]:
    given = json.dumps(
        {"platform": store.platform, "url": store.url, "settings": store.settings, "pages": list(pages)}
    )
    command = [sys.executable, "-m", "tests.bench.measured", what]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured
