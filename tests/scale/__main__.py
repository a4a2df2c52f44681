"""``python -m tests.scale``: stores, orders and pushes over 1, 2 and 4 worker processes on one PostgreSQL.

What it finds is printed, and kept in ``build/scale.json`` with the machine described (docs/scale.md).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import psutil

from tests.conftest import PostgresServer, running_postgres
from tests.scale.depot import Depot, Size, TooFewOrdersError, depot, processor_seconds

RESULTS = Path(__file__).parents[2] / "build" / "scale.json"
CONNECTIONS, BYTES_OF_AN_ORDER = 100, 10_000
"""What the database allows, and what an order with its shipment takes of the disk, written twice at most."""
COLUMNS = ("workers", "fetched/s", "pushed/s", "push ms", "database ms", "lost", "doubled", "second mails")


def main() -> None:
    """One office, for which each number of workers fetches a part of the stores and then pushes a part of the orders
    of all; the last part of the pushes with a worker killed."""
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
    rounds = [Round(int(count)) for count in given.workers.split(",")]
    rounds += [Round(2, kill=True)] * (not given.no_kill)
    _refuse_too_large(size, max(one.workers for one in rounds))
    print(_described(size), flush=True)
    with (
        running_postgres(durable=True) as server,
        TemporaryDirectory() as folder,
        depot(server, size, Path(folder)) as office,
    ):
        try:
            results = _measured(office, server, rounds)
        except TooFewOrdersError as error:
            raise SystemExit(str(error)) from None
    if any(result[name] for result in results for name in ("lost", "doubled", "second_mails")):
        raise SystemExit("something was lost or doubled")


@dataclass(frozen=True)
class Round:
    """So many workers at once; ``kill``: one of them by a power cut."""

    workers: int
    kill: bool = False


def _measured(office: Depot, server: PostgresServer, rounds: Sequence[Round]) -> list[dict[str, Any]]:
    began = time.monotonic()
    results = []
    for number, one in enumerate(rounds):
        part = range(
            office.size.stores * number // len(rounds), office.size.stores * (number + 1) // len(rounds)
        )
        results.append({"workers": one.workers, "killed": int(one.kill)} | _fetched(office, one, part))
        _tell(f"{one.workers} workers fetched {results[-1]['fetched_per_second']:.1f} orders a second", began)
        _keep(office.size, results)
    known = office.fill()
    _tell(f"filled to {known} orders", began)
    office.add_carrier()
    print("  ".join(f"{name:>12}" for name in COLUMNS), flush=True)
    for one, result in zip(rounds, results, strict=True):
        result.update(_pushed(office, server, one, office.size.pushes // len(rounds)), known=known)
        print(_line(result), flush=True)
        _keep(office.size, results)
    _tell("done", began)
    return results


def _fetched(office: Depot, one: Round, stores: range) -> dict[str, Any]:
    office.add_stores(stores)
    began = time.monotonic()
    workers = [office.start().pid for _ in range(one.workers)]
    office.wait(lambda: office.fetched() == stores.stop)
    seconds, processor = time.monotonic() - began, processor_seconds(workers)
    office.stop_all()
    office.fetch_rest()
    orders = len(stores) * office.size.orders
    return {
        "fetched_per_second": orders / seconds,
        "worker_ms_per_fetched_order": 1000 * processor / orders,
    }


def _pushed(office: Depot, server: PostgresServer, one: Round, of_each: int) -> dict[str, Any]:
    before = office.sent()
    began = time.monotonic()
    wanted = office.ship_and_hand_over(of_each)
    _tell(f"{wanted} shipments have left and are handed over", began)
    of_database = processor_seconds([server.process.pid])
    workers = [office.start() for _ in range(one.workers)]
    office.wait(lambda: office.sent() > before)
    first, some = time.monotonic(), office.sent() - before
    if one.kill:
        office.wait(lambda: office.unsent() < wanted * 2 // 3)
        workers[0].kill()
        workers.append(office.start())
    office.wait(lambda: office.unsent() == 0)
    seconds = time.monotonic() - first
    of_workers = processor_seconds([one.pid for one in workers])
    of_database = processor_seconds([server.process.pid]) - of_database
    office.stop_all()
    return {
        "pushes": wanted,
        "pushed_per_second": (wanted - some) / seconds,
        "worker_ms_per_push": 1000 * of_workers / wanted,
        "database_ms_per_push": 1000 * of_database / wanted,
        **office.wrong(),
    }


def _refuse_too_large(size: Size, workers: int) -> None:
    """At once, and not after half an hour."""
    if workers * (3 * size.at_once + 5) + 15 > CONNECTIONS:
        raise SystemExit(
            f"{workers} workers with {size.at_once} tasks at once want more connections than there are"
        )
    wanted, free = (
        max(size.known, size.stores * size.orders) * BYTES_OF_AN_ORDER,
        disk_usage(gettempdir()).free,
    )
    if wanted > free:
        raise SystemExit(f"{gettempdir()} has {free >> 30} GiB left; this takes {wanted >> 30} GiB or so")


def _tell(what: str, began: float) -> None:
    print(f"{what} after {time.monotonic() - began:.0f} s", flush=True)


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
    parser.add_argument("--orders", type=int, default=250, help="of each store; not half of them are ready")
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
