"""``python -m tests.scale``: stores, orders and pushes over 1, 2 and 4 worker processes on one PostgreSQL.

What it finds is printed, and kept in ``build/scale.json`` with the machine described (docs/scale.md).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from tests.conftest import PostgresServer, running_postgres
from tests.scale.depot import Depot, Size, depot, processor_seconds, wait_until

RESULTS = Path(__file__).parents[2] / "build" / "scale.json"
LONGEST = 4 * 3600.0
COLUMNS = ("workers", "fetched/s", "pushed/s", "push ms", "database ms", "lost", "doubled", "second mails")


def main() -> None:
    """Measure each number of workers on a fresh office, and at the end once more with a worker killed."""
    given = _arguments()
    size = Size(
        platform=given.platform,
        stores=given.stores,
        orders=given.orders,
        pushes=given.pushes,
        known=given.known,
        latency=given.latency,
        at_once=given.at_once,
    )
    rounds = [(int(count), False) for count in given.workers.split(",")] + [(2, True)] * (not given.no_kill)
    print(_described(size), flush=True)
    print("  ".join(f"{name:>12}" for name in COLUMNS), flush=True)
    results = []
    with running_postgres(durable=True) as server:
        for number, (count, kill) in enumerate(rounds):
            with (
                tempfile.TemporaryDirectory() as folder,
                depot(server, size, Path(folder), f"scale{number}") as office,
            ):
                results.append(_round(office, server, count, kill=kill))
            print(_line(results[-1]), flush=True)
            _keep(size, results)
    if any(result[name] for result in results for name in ("lost", "doubled", "second_mails")):
        raise SystemExit("something was lost or doubled")


def _round(office: Depot, server: PostgresServer, count: int, *, kill: bool) -> dict[str, Any]:
    began = time.monotonic()
    fetchers = [office.start().pid for _ in range(count)]
    wait_until(lambda: office.fetched() == office.size.stores, LONGEST)
    fetching, of_fetchers = time.monotonic() - began, processor_seconds(fetchers)
    office.stop_all()
    known = office.fill()
    wanted = office.ship_and_hand_over()
    before = processor_seconds([server.process.pid])
    workers = [office.start() for _ in range(count)]
    wait_until(lambda: office.sent() > 0, LONGEST)
    first, some = time.monotonic(), office.sent()
    if kill:
        wait_until(lambda: office.sent() > wanted // 3, LONGEST)
        workers[0].kill()
        workers.append(office.start())
    wait_until(lambda: office.sent() == wanted, LONGEST)
    pushing = time.monotonic() - first
    of_workers = processor_seconds([one.pid for one in workers])
    of_database = processor_seconds([server.process.pid]) - before
    office.stop_all()
    return {
        "workers": count,
        "killed": int(kill),
        "known": known,
        "pushes": wanted,
        "fetched_per_second": office.size.stores * office.size.orders / fetching,
        "pushed_per_second": (wanted - some) / pushing,
        "worker_ms_per_fetched_order": 1000 * of_fetchers / (office.size.stores * office.size.orders),
        "worker_ms_per_push": 1000 * of_workers / wanted,
        "database_ms_per_push": 1000 * of_database / wanted,
        **office.wrong(),
    }


def _line(result: Mapping[str, Any]) -> str:
    name = f"{result['workers']}{', 1 killed' if result['killed'] else ''}"
    told = ("fetched_per_second", "pushed_per_second", "worker_ms_per_push", "database_ms_per_push")
    numbers = [f"{result[one]:.1f}" for one in told] + [
        str(result[one]) for one in ("lost", "doubled", "second_mails")
    ]
    return "  ".join(f"{one:>12}" for one in (name, *numbers))


def _described(size: Size) -> str:
    return (
        f"{size.stores} {size.platform} stores, {size.orders} orders and {size.pushes} pushes each, "
        f"{max(size.known, size.stores * size.orders)} orders known, {size.latency * 1000:g} ms to the store, "
        f"{size.at_once} tasks at once, {os.cpu_count()} processors"
    )


def _keep(size: Size, results: list[dict[str, Any]]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    machine = {
        "processors": os.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "load": psutil.getloadavg(),
    }
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "size": asdict(size)}
    RESULTS.write_text(json.dumps({**told, "rounds": results}, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--platform", default="woocommerce")
    parser.add_argument("--stores", type=int, default=20)
    parser.add_argument("--orders", type=int, default=200, help="of each store")
    parser.add_argument("--pushes", type=int, default=100, help="of each store")
    parser.add_argument("--known", type=int, default=0, help="so many orders in the database, old ones too")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds of each request on its way")
    parser.add_argument("--at-once", type=int, default=4, help="tasks of one worker")
    parser.add_argument("--workers", default="1,2,4", help="rounds, each with so many processes")
    parser.add_argument(
        "--no-kill", action="store_true", help="leave out the round in which a worker is killed"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
