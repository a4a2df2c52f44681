"""Keeping orders: against the same rows put into the same tables by bare sqlite3, and the statements of a page."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fbridge.bridge import Bridge
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderQuery
from fbridge.orders.storage import upsert_page
from fbridge.settings import Home
from fbridge.stores.open_store import open_store
from fbridge.stores.rows import ensure_store
from tests.bench.sandbox_process import sandbox

ORDERS, PAGE, ROUNDS = 1_900, 100, 3
ROME, NOW = ZoneInfo("Europe/Rome"), datetime(2026, 11, 1, tzinfo=UTC)


def run() -> Iterator[Mapping[str, Any]]:
    """Orders of one sandbox, new and then once more as they are."""
    orders = _orders()
    new, again, bare = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "fbridge.db"
            with Bridge.open(Home(config=file.parent, data=file.parent, log=file.parent)) as bridge:
                statements = _counting(bridge)
                new.append(_kept(bridge, orders))
                of_a_page = len(statements) * PAGE / ORDERS
                again.append(_kept(bridge, orders))
            bare.append(_copied(file, Path(folder) / "bare.db"))
    words = (
        f"storage: a new order takes {min(new) / ORDERS * 1000:.2f} ms of the processor, {min(new) / min(bare):.1f} "
        f"times its rows put in by bare sqlite3; one that did not change {min(again) / ORDERS * 1000:.2f} ms; "
        f"{of_a_page:.0f} statements for {PAGE} new orders"
    )
    yield {
        "bench": "storage",
        "words": words,
        "processor_ms_a_new_order": round(min(new) / ORDERS * 1000, 3),
        "of_bare_sqlite3": round(min(new) / min(bare), 2),
        "processor_ms_an_unchanged_order": round(min(again) / ORDERS * 1000, 3),
        "statements_a_page": round(of_a_page, 1),
    }


def _orders() -> Sequence[Order]:
    with sandbox("woocommerce", orders=ORDERS) as store, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Bridge.open(Home(config=home, data=home, log=home)) as bridge:
            first = date(1980, 1, 1)
            bridge.stores.add(
                "shop", "woocommerce", store.url, dict(store.settings), orders_from=first, accept_mail=True
            )
            with open_store(bridge.context, "shop") as opened:
                pages = opened.adapter.fetch_orders(
                    opened.store, OrderQuery(since=datetime(1980, 1, 1, tzinfo=UTC))
                )
                return [order for page in pages for order in page.orders]


def _counting(bridge: Bridge) -> list[str]:
    seen: list[str] = []
    sa.event.listen(
        bridge.context.database.engine, "before_cursor_execute", lambda *told: seen.append(told[2])
    )
    return seen


def _kept(bridge: Bridge, orders: Sequence[Order]) -> float:
    database = bridge.context.database
    with database.write() as connection:
        ensure_store(connection, "shop", "woocommerce", at=NOW)
    began = time.process_time()
    for at in range(0, len(orders), PAGE):
        with database.write() as connection:
            upsert_page(
                connection,
                "shop",
                orders[at : at + PAGE],
                orders_from=date(1980, 1, 1),
                timezone=ROME,
                now=NOW,
            )
    return time.process_time() - began


def _copied(file: Path, into: Path) -> float:
    """Put the rows of all tables into an empty copy of them; seconds of the processor."""
    with (
        closing(sqlite3.connect(file)) as source,
        closing(sqlite3.connect(into, isolation_level=None)) as target,
    ):
        made = source.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
            "AND name NOT LIKE '%\\_fts%' ESCAPE '\\' ORDER BY type DESC"
        ).fetchall()
        for _, sql in made:
            if sql.startswith(("CREATE TABLE", "CREATE INDEX", "CREATE UNIQUE")):
                target.execute(sql)
        names = [name for name, sql in made if sql.startswith("CREATE TABLE")]
        rows = {name: source.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
        began = time.process_time()
        for name, found in rows.items():
            for at in range(0, len(found), PAGE):
                part = found[at : at + PAGE]
                target.execute("BEGIN")
                target.executemany(f'INSERT INTO "{name}" VALUES ({",".join("?" * len(part[0]))})', part)
                target.execute("COMMIT")
        return time.process_time() - began
