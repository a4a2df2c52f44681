"""Push: requests an order, which is what a store is slow at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from fbridge.bridge import Bridge
from fbridge.settings import Home
from fbridge.workflow.orders import OrderFilter
from tests.bench.sandbox_process import SandboxProcess, sandbox

ORDERS = 100
PLACES = (
    ("AST", {"tracking": "ast"}, 0.15),
    ("WST", {"tracking": "wst", "wst_routes": True}, 0.15),
    ("core fulfillments", {"tracking": "none", "fulfillments": True}, 2.1),
)


def run() -> Iterator[str]:
    """For each place that tracking can be kept in."""
    for name, options, budget in PLACES:
        with sandbox(orders=3 * ORDERS, **options) as store:
            requests = _requests_of_a_push(store)
        yield f"push: {requests / ORDERS:.2f} requests an order with {name} (the budget is {budget})"


def _requests_of_a_push(store: SandboxProcess) -> int:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Bridge.open(Home(config=home, data=home, log=home)) as bridge:
            _ship_orders(bridge, store)
            store.control("requests", "DELETE")
            result = bridge.push()
            assert [item.state for item in result.results] == ["sent"] * ORDERS, result.errors
            return len(store.control("requests"))


def _ship_orders(bridge: Bridge, store: SandboxProcess) -> None:
    bridge.stores.add(
        "shop",
        "woocommerce",
        store.url,
        store.settings,
        orders_from=date(1980, 1, 1),
        accept_mail=True,
    )
    bridge.fetch()
    bridge.carriers.add("BRT", "BRT Bartolini", tracking_url="https://brt.example/{number}")
    codes = bridge.carriers.codes("shop").codes
    bridge.carriers.map("shop", "BRT", next(code.code for code in codes if "brt" in code.code))
    numbers = [order.number for order in bridge.orders.list(OrderFilter(ready=True, limit=ORDERS))]
    added = bridge.manifests.add("BRT", numbers)
    for number in numbers:
        bridge.shipments.set_tracking(number, [f"BX{number}"])
    bridge.manifests.ship(added.manifest.number)
    bridge.plan()
