"""HTTP exchanges, stored once and referred to by attempts (docs/architecture.md, promise 5)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.http.exchange import Exchange
from fbridge.storage.tables import exchanges


@dataclass(slots=True)
class ExchangeLog:
    """Collects a store's exchanges, from any thread, until they are written with the receipt they led to."""

    store: str
    _pending: list[Exchange] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, exchange: Exchange) -> None:
        """Take note of one exchange."""
        with self._lock:
            self._pending.append(exchange)

    def forget(self) -> None:
        """Drop what nobody will refer to."""
        with self._lock:
            self._pending.clear()

    def write(self, connection: Connection) -> dict[int, str]:
        """Store what was collected; the keys with the path of each URL."""
        with self._lock:
            pending, self._pending = self._pending, []
        return {_insert(connection, self.store, one): urlsplit(one.url).path for one in pending}


def concerning(paths: dict[int, str], order_id: str, all_ids: Iterable[str]) -> list[int]:
    """The exchanges about one order: those with its id in the path, and those with no order's id in it."""
    ids = set(all_ids)
    keys = []
    for key, path in paths.items():
        named = ids.intersection(re.split(r"[/=]", path))
        if not named or order_id in named:
            keys.append(key)
    return keys


def _insert(connection: Connection, store: str, exchange: Exchange) -> int:
    row = sa.insert(exchanges).values(
        store=store,
        at=exchange.at,
        method=exchange.method,
        url=exchange.url,
        status=exchange.status,
        duration_ms=round(exchange.duration.total_seconds() * 1000),
        error=exchange.error,
        request_body=exchange.request_body,
        response_body=exchange.response_body,
    )
    key = connection.execute(row).inserted_primary_key
    assert key is not None  # noqa: S101 - an INSERT of one row always has a key
    return int(key[0])
