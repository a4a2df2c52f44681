"""The adapter against a store: settings as a user loads them, fulfillments as the core builds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from fbridge.http import RetryPolicy, StoreHttp
from fbridge.models.fulfillments import (
    Fulfillment,
    FulfillmentShipment,
    Item,
    Receipt,
    ResolvedCarrier,
    TrackingNumber,
)
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.secrets import Secret
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin
from fbridge_woocommerce.settings import WooCommerceSettings

BRT = ResolvedCarrier(code="BRT", label="BRT", site_code="brt-bartolini")
SHIPPED_AT = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)


@pytest.fixture
def store_of() -> Iterator[Callable[..., Store]]:
    """``store_of(sandbox, tracking=..., consumer_key=...)``: a store as the core would open it, checked already."""
    opened: list[StoreHttp] = []

    def make(served: ServedSandbox, *, checked: bool = True, timeout: float = 10, **settings: Any) -> Store:
        loaded = WooCommerceSettings().load({**served.store_settings(), **settings})
        loaded["consumer_secret"] = Secret(loaded["consumer_secret"])
        opened.append(
            StoreHttp(served.url, timeout=timeout, retry_policy=RetryPolicy(tries=2, first_wait=0, jitter=0))
        )
        store = Store("lab", served.url, loaded, opened[-1])
        if not checked:
            return store
        facts = plugin.check_store(store).facts
        served.control.forget_requests()
        return Store("lab", served.url, loaded, opened[-1], facts)

    yield make
    for http in opened:
        http.close()


class Desk:
    """Somebody who reads, pushes and looks, as the core does."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def orders(self, *order_ids: int | str) -> list[Order]:
        ids = tuple(map(str, order_ids))
        pages = list(plugin.fetch_orders(self.store, OrderQuery(order_ids=ids, shipments=True)))
        assert not any(page.rejected for page in pages)
        found = {order.remote_id: order for page in pages for order in page.orders}
        return [found[order_id] for order_id in ids if order_id in found]

    def order(self, order_id: int | str) -> Order:
        return self.orders(order_id)[0]

    def push(self, *fulfillments: Fulfillment) -> dict[str, Receipt]:
        return {receipt.order_id: receipt for receipt in plugin.push_fulfillment(self.store, fulfillments)}

    def push_one(self, fulfillment: Fulfillment) -> Receipt:
        return self.push(fulfillment)[fulfillment.order_id]


@pytest.fixture
def desk_of(store_of: Callable[..., Store]) -> Callable[..., Desk]:
    """``desk_of(sandbox, tracking=...)``."""
    return lambda served, **options: Desk(store_of(served, **options))


def _shipment(
    order: Order,
    numbers: Sequence[str],
    *,
    items: Sequence[tuple[str, int]] | None = None,
    name: str = "",
    url: str = "",
    **fields: Any,
) -> FulfillmentShipment:
    chosen = items if items is not None else [(line.id, line.due) for line in order.lines if line.due]
    return FulfillmentShipment(
        id=str(uuid5(NAMESPACE_URL, f"{order.remote_id}/{name}")),
        items=tuple(Item(line_id=line_id, quantity=quantity) for line_id, quantity in chosen),
        tracking=tuple(TrackingNumber(number=number, url=url) for number in numbers),
        **{"revision": 1, "shipped_at": SHIPPED_AT, "carrier": BRT, **fields},
    )


@pytest.fixture
def shipment_of() -> Callable[..., FulfillmentShipment]:
    """``shipment_of(order, ["N1"], items=[(line id, quantity)], name="second", revision=2, ...)``."""
    return _shipment


@pytest.fixture
def fulfillment_of() -> Callable[..., Fulfillment]:
    """``fulfillment_of(order, ["N1"], completes_order=False, ...)``: one shipment, by default of all that is due."""

    def make(order: Order, numbers: Sequence[str] = (), **options: Any) -> Fulfillment:
        completes = options.pop("completes_order", True)
        return Fulfillment(
            order=order, shipments=(_shipment(order, numbers, **options),), completes_order=completes
        )

    return make
