"""Push: requests an order, which is what a store is slow at."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fbridge.bridge import Bridge
from fbridge.orders.listing import OrderFilter
from fbridge.settings import Home
from tests.bench.sandbox_process import SandboxProcess, sandbox

ORDERS = 100


@dataclass(frozen=True)
class Place:
    """A store, the most requests an order that its push may take, and how it is told to send."""

    name: str
    platform: str
    budget: float
    options: Mapping[str, Any] = field(default_factory=dict)
    mail: bool = True


PLACES = (
    Place("Advanced Shipment Tracking", "woocommerce", 0.15, {"tracking": "ast"}),
    Place("Shipment Tracking", "woocommerce", 0.15, {"tracking": "wst", "wst_routes": True}),
    Place("core fulfillments", "woocommerce", 2.1, {"tracking": "none", "fulfillments": True}),
    Place("mails", "prestashop", 0.2),
    Place("no mails", "prestashop", 0.1, mail=False),
    Place("a mail each", "magento", 2.2),
    Place("no mails", "magento", 1.2, mail=False),
    Place("whole orders", "shopify", 0.25),
)


def run() -> Iterator[str]:
    """For each platform and each place that tracking can be kept in."""
    for place in PLACES:
        with sandbox(place.platform, orders=4 * ORDERS, **place.options) as store:
            requests = _requests_of_a_push(place, store)
        yield (
            f"push: {requests / ORDERS:.2f} requests an order on {place.platform} with {place.name} "
            f"(the budget is {place.budget})"
        )


def _requests_of_a_push(place: Place, store: SandboxProcess) -> int:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Bridge.open(Home(config=home, data=home, log=home)) as bridge:
            _ship_orders(bridge, place, store)
            store.control("requests", "DELETE")
            result = bridge.push()
            assert [item.state for item in result.results] == ["sent"] * ORDERS, result.errors
            return len(store.control("requests"))


def _ship_orders(bridge: Bridge, place: Place, store: SandboxProcess) -> None:
    bridge.stores.add(
        "shop",
        place.platform,
        store.url,
        dict(store.settings),
        orders_from=date(1980, 1, 1),
        accept_mail=place.mail,
    )
    bridge.fetch()
    bridge.carriers.add("BRT", "BRT Bartolini", tracking_url="https://brt.example/{number}")
    codes = bridge.carriers.codes("shop").codes
    known = [one.code for one in codes if "brt" in f"{one.code} {one.label}".lower()]
    if known:
        bridge.carriers.map("shop", "BRT", known[0])
    rows = bridge.orders.list(OrderFilter(ready=True))
    # On some platforms two orders may share a number; here each is named by its number alone.
    named = Counter(row.number for row in bridge.orders.list(OrderFilter()))
    numbers = [row.number for row in rows if named[row.number] == 1][:ORDERS]
    added = bridge.manifests.add("BRT", numbers)
    for number in numbers:
        bridge.shipments.set_tracking(number, [f"BX{number}"])
    bridge.manifests.ship(added.manifest.number)
    bridge.plan()
