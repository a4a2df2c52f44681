"""The emulated store in a process of its own, and the office that ships from it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.request import Request, urlopen

from fbridge.bridge import Bridge
from fbridge.orders.listing import OrderFilter
from tests.torture.platforms import TorturedPlatform

STORE = "shop"


@dataclass(frozen=True)
class Shop:
    """Where it answers, its credentials, and its control address."""

    url: str
    settings: dict[str, Any]
    control_url: str

    def control(self, path: str, verb: str = "GET", fields: dict[str, Any] | None = None) -> Any:
        """Call a control route."""
        body = json.dumps(fields).encode() if fields else None
        with urlopen(Request(f"{self.control_url}/{path}", method=verb, data=body), timeout=60) as answer:
            return json.load(answer)


@contextmanager
def shop_process(platform: str, **options: Any) -> Iterator[Shop]:
    """Serve an emulated store until the block ends."""
    command = [sys.executable, "-m", "fbridge.sandbox", platform, "--until-stdin-closes"]
    for name, value in options.items():
        command += ["--set", f"{name}={json.dumps(value)}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        try:
            ready = json.loads(process.stdout.readline())
            yield Shop(ready["url"], ready["settings"], ready["control"])
        finally:
            process.stdin.close()


def open_shop(
    bridge: Bridge,
    shop: Shop,
    platform: TorturedPlatform,
    *,
    settle: str,
    url: str | None = None,
    **settings: Any,
) -> None:
    """Add the store, fetch its orders, map the carrier. ``url`` is that of what stands before it."""
    bridge.stores.add(
        STORE,
        platform.key,
        url or shop.url,
        {**shop.settings, "settle": settle, "timeout": 5, **settings},
        orders_from=date(1980, 1, 1),
        accept_mail=True,
    )
    (result,) = bridge.fetch()
    assert result.error is None, result.error
    bridge.carriers.add("BRT", "BRT Bartolini", tracking_url="https://brt.example/{number}")
    if platform.site_code:
        bridge.carriers.map(STORE, "BRT", platform.site_code)
    bridge.plan()


def number_of(order_number: str) -> str:
    """The tracking number with which an order leaves first."""
    return f"BX{order_number}"


def ship_again(bridge: Bridge) -> None:
    """What stayed in the house leaves with the next courier."""
    stayed = [
        one
        for one in bridge.shipments.list(store=STORE)
        if one.withdrawn_at is None and one.shipped_at is None and one.push
    ]
    loose = [one.label for one in stayed if one.manifest is None]
    if loose:
        number = bridge.manifests.new("BRT").number
        results = bridge.manifests.add(number, loose).results
        assert all(result.ok for result in results), results
        bridge.manifests.ship(number, check=False)
    for number in {one.manifest for one in stayed if one.manifest}:
        bridge.manifests.ship(number, check=False)


def ship_some(bridge: Bridge, count: int) -> list[str]:
    """Ship so many more orders, each with its number; the platform's ids of the orders."""
    # On some platforms two orders may share a number; here each is named by its number alone.
    named = Counter(row.number for row in bridge.orders.list(OrderFilter()))
    ready = bridge.orders.list(OrderFilter(ready=True))
    # What was adopted by hand without being there may set pieces free; who counts looks at one shipment of an order.
    ours = {one.order_number for one in bridge.shipments.list(store=STORE) if one.withdrawn_at is None}
    rows = [row for row in ready if named[row.number] == 1 and row.number not in ours][:count]
    if not rows:
        return []
    # A manifest of their own: a colleague may have another one in preparation again.
    added = bridge.manifests.add(bridge.manifests.new("BRT").number, [row.number for row in rows])
    for result in added.results:
        assert result.ok, result
    for row in rows:
        bridge.shipments.set_tracking(row.number, [number_of(row.number)])
    bridge.manifests.ship(added.manifest.number, check=False)
    return [row.remote_id for row in rows]
