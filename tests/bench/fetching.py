"""Fetch: memory as orders grow, and the rate against a bare loop that downloads the same pages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any

from tests.bench.sandbox_process import SandboxProcess, sandbox

MANY, FEW = 100_000, 1_000
RATE_ORDERS, RATE_ROUNDS = 4_000, 3
STORE_PACE = 1.0


def run() -> Iterator[str]:
    """Memory first, then the rate at the pace of a real store and at the sandbox's own."""
    with sandbox(orders=FEW) as store:
        few = _measure("fbridge", store)
    with sandbox(orders=MANY) as store:
        many = _measure("fbridge", store)
    assert (few["orders"], many["orders"]) == (FEW, MANY)
    yield (
        f"fetch: {MANY} orders take {many['peak_mb'] - few['peak_mb']:+.1f} MB of memory against {FEW} "
        f"({many['peak_mb']:.0f} and {few['peak_mb']:.0f} MB at the peak; the budget is +20 MB)"
    )
    yield _rate(STORE_PACE, "at the pace of the recorded store")
    yield _rate(0, "as fast as the sandbox can (decoding and storage then share two cores with the store)")


def _rate(pace: float, words: str) -> str:
    ratios = []
    with sandbox(orders=RATE_ORDERS, pace=pace) as store:
        _measure("fbridge", store)
        pages = store.control("requests")
        for _ in range(RATE_ROUNDS):
            bare = _measure("bare", store, pages)
            ours = _measure("fbridge", store)
            ratios.append(bare["seconds"] / ours["seconds"])
    return (
        f"fetch: {median(ratios):.2f} of the rate of a bare loop over the same pages, {words} "
        f"({RATE_ROUNDS} interleaved pairs, {min(ratios):.2f} to {max(ratios):.2f}; the budget is 0.90)"
    )


def _measure(what: str, store: SandboxProcess, pages: Any = ()) -> dict[str, Any]:
    given = json.dumps({"url": store.url, "settings": store.settings, "pages": list(pages)})
    command = [sys.executable, "-m", "tests.bench.measured", what]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured
