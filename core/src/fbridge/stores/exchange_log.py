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
    """Collects a store's exchanges, from any thread, until they are kept with the receipts they led to.

    Several receipts may come of one exchange, and one receipt of several. ``seen`` counts them.
    """

    store: str
    _pending: list[Exchange] = field(default_factory=list)
    _kept: dict[int, frozenset[str]] = field(default_factory=dict)
    _order_ids: frozenset[str] = frozenset()
    seen: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, exchange: Exchange) -> None:
        """Take note of one exchange."""
        with self._lock:
            self._pending.append(exchange)
            self.seen += 1

    def begin(self, order_ids: Iterable[str] = ()) -> None:
        """Drop what nobody will refer to; what comes now is about these orders."""
        self._order_ids, self._kept = frozenset(order_ids), {}
        with self._lock:
            self._pending.clear()

    def keep(self, connection: Connection, order_id: str) -> list[int]:
        """Store what came since the last call; the keys of all since :meth:`begin` that name the order, or none."""
        with self._lock:
            pending, self._pending = self._pending, []
        for one in pending:
            self._kept[_insert(connection, self.store, one)] = _names_in(one)
        return [
            key for key, names in self._kept.items() if order_id in names or self._order_ids.isdisjoint(names)
        ]


def _names_in(exchange: Exchange) -> frozenset[str]:
    """The orders that the adapter named, else whatever stands in the path."""
    return exchange.about or frozenset(re.split(r"[/=]", urlsplit(exchange.url).path))


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
