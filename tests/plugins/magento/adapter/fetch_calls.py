"""Fetches of the tests: the pages that come, and what changes on the store meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.sandbox import ServedSandbox
from fbridge_magento import plugin

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]
TIE = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
LONG_AGO = datetime(2026, 9, 1, tzinfo=UTC)


def pages_of(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> Iterator[OrderPage]:
    """As the core gets them: the cursor went through JSON."""
    kept = json.loads(json.dumps(cursor)) if cursor is not None else None
    return plugin.fetch_orders(store, OrderQuery(cursor=kept, **query))


def fetched(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> dict[str, Order]:
    return {order.remote_id: order for page in pages_of(store, cursor, **query) for order in page.orders}


def last_cursor(store: Store, **query: Any) -> Mapping[str, Any]:
    return list(pages_of(store, **query))[-1].cursor


def all_ids(served: ServedSandbox) -> set[str]:
    return set(map(str, served.control.order_ids()))


def set_updated(served: ServedSandbox, order_ids: list[int], moment: datetime) -> None:
    served.control.set_updated(order_ids, int(moment.timestamp()))


def ship_a_part(served: ServedSandbox, order_id: int, **more: Any) -> None:
    row = next(item for item in served.control.order(order_id)["items"] if not item["is_virtual"])
    served.control.ship(order_id, items=[{"order_item_id": row["item_id"], "qty": 1}], **more)


def date_last_shipment(served: ServedSandbox, moment: datetime) -> None:
    """As if it had been made then."""
    shop = served.control.shop
    shipment = shop.shipments[max(shop.shipments)]
    shop.shipments_created.remove(shipment.created, shipment.id)
    shipment.created = int(moment.timestamp())
    shop.shipments_created.add(shipment.created, shipment.id)
