"""Push: requests an order, which is what a store is slow at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from fbridge.bridge import Bridge
from fbridge.settings import Home
from tests.bench.places import CARRIER, Place, open_shop
from tests.bench.sandbox_process import SandboxProcess, sandbox

ORDERS = 100

PLACES = (
    Place("woocommerce", "Advanced Shipment Tracking", 0.15, {"tracking": "ast"}),
    Place("woocommerce", "Shipment Tracking", 0.15, {"tracking": "wst", "wst_routes": True}),
    Place("woocommerce", "core fulfillments", 2.15, {"tracking": "none", "fulfillments": True}),
    Place("prestashop", "mails", 0.2),
    Place("prestashop", "no mails", 0.1, mail=False),
    Place("magento", "a mail each", 2.2),
    Place("magento", "no mails", 1.2, mail=False),
    Place("shopify", "whole orders", 0.25),
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
    numbers = [row.number for row in open_shop(bridge, place, store)[:ORDERS]]
    added = bridge.manifests.add(CARRIER, numbers)
    for number in numbers:
        bridge.shipments.set_tracking(number, [f"BX{number}"])
    bridge.manifests.ship(added.manifest.number)
    bridge.plan()
