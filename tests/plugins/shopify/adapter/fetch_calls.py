"""Fetches of the tests: the pages that come, and what was asked for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import plugin

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]
TIE = int(datetime(2026, 11, 3, 8, 30, tzinfo=UTC).timestamp())
TURIN = 70_000_000_002


PLUS = {"bucket": 20_000, "restore_rate": 2000}
"""The points of a large plan, for tests that read much and do not look at the time."""


def pages_of(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> Iterator[OrderPage]:
    """As the core gets them: the cursor went through JSON."""
    kept = json.loads(json.dumps(cursor)) if cursor is not None else None
    return plugin.fetch_orders(store, OrderQuery(cursor=kept, **query))


def fetched(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> dict[str, Order]:
    return {order.remote_id: order for page in pages_of(store, cursor, **query) for order in page.orders}


def all_ids(served: ServedSandbox) -> set[str]:
    return set(served.control.order_ids())


def asked(served: ServedSandbox, root: str) -> int:
    return sum(request.path.endswith(f" {root}") for request in served.control.requests())
