"""Push to Shopify in real time: the share of the points coming back that is spent, with two fulfillments an order.

The other half of :mod:`tests.bench.rate_limit`, where time is simulated: here are the whole program, its database
and a store that takes as long as real ones do.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from fbridge.bridge import Bridge
from fbridge.sandbox import ServedSandbox
from fbridge.settings import Home
from fbridge_shopify.sandbox import create_sandbox

ORDERS = 100
BUCKET, RESTORE_RATE = 2_000, 100
LEFT = 200
"""Points in the bucket at the start: what was saved up before says nothing about the rate."""

LEAST_SHARE = 0.90
AT_TWO_LOCATIONS = [("CAFFE-MOKA", 1), ("TAZZA-BLU", 1)]


def run(orders: int = ORDERS) -> Iterator[str]:
    """Orders whose goods leave from two locations, on the standard plan."""
    app = create_sandbox(orders=0, bucket=BUCKET, restore_rate=RESTORE_RATE, pace=1.0)
    with ServedSandbox(app, "127.0.0.1", 0) as served, tempfile.TemporaryDirectory() as folder:
        for _ in range(orders):
            served.control.new_order(AT_TWO_LOCATIONS)
        home = Home(config=Path(folder), data=Path(folder), log=Path(folder))
        with Bridge.open(home) as bridge:
            _prepare(bridge, served)
            bucket = served.control.shop.bucket
            served.control.drain(LEFT)
            before = bucket.spent
            begun = time.monotonic()
            result = bridge.push()
            seconds = time.monotonic() - begun
        spent = bucket.spent - before
    assert [item.state for item in result.results] == ["sent"] * orders, result.errors
    share = spent / (LEFT + seconds * RESTORE_RATE)
    assert share >= LEAST_SHARE, share
    yield (
        f"rate: {share:.1%} of the points that came back are spent in real time, with two fulfillments an order (the "
        f"budget is {LEAST_SHARE:.0%}); {orders / seconds * 60:.0f} orders a minute"
    )


def _prepare(bridge: Bridge, served: ServedSandbox) -> None:
    options = {**served.store_settings(), "allow_http": True}
    bridge.stores.add("shop", "shopify", served.url, options, orders_from=date(1980, 1, 1), accept_mail=True)
    bridge.fetch()
    bridge.carriers.add("BRT", "BRT", tracking_url="https://brt.example/{number}")
    numbers = [row.number for row in bridge.orders.list()]
    bridge.manifests.add("BRT", numbers)
    for number in numbers:
        bridge.shipments.set_tracking(number, [f"BX{number.removeprefix('#')}"])
    bridge.manifests.ship("BRT")
