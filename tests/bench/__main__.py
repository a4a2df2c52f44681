"""``python -m tests.bench``: print every ratio, and keep them in ``build/bench.json`` with the machine described.

``python -m tests.bench start fetch`` runs only those.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from tests.bench import (
    against_clients,
    downloading,
    fetching,
    importing,
    pages,
    printing,
    pushing,
    rate_limit,
    real_pace,
    sizes,
    starting,
    storing,
)

BENCHES: Mapping[str, Callable[[], Iterable[str | Mapping[str, Any]]]] = {
    "size": sizes.run,
    "start": starting.run,
    "fetch": fetching.run,
    "download": downloading.run,
    "storage": storing.run,
    "files": importing.run,
    "print": printing.run,
    "pages": pages.run,
    "push": pushing.run,
    "clients": against_clients.run,
    "rate": rate_limit.run,
    "pace": real_pace.run,
}
RESULTS = Path(__file__).parents[2] / "build" / "bench.json"


def main() -> None:
    """Run the named benchmarks, or all."""
    if unknown := [name for name in sys.argv[1:] if name not in BENCHES]:
        raise SystemExit(f"There is no bench {unknown[0]!r}; there are: {', '.join(BENCHES)}.")
    results: list[Mapping[str, Any]] = []
    for name in sys.argv[1:] or BENCHES:
        for told in BENCHES[name]():
            result = {"bench": name, "words": told} if isinstance(told, str) else told
            print(result["words"], flush=True)
            results.append(result)
            _keep(results)


def _keep(results: list[Mapping[str, Any]]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": _machine(), "results": results}
    RESULTS.write_text(json.dumps(told, indent=1))


def _machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "processors": os.cpu_count(),
        "load": psutil.getloadavg(),
        "python": platform.python_version(),
    }


main()
