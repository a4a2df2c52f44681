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
    bridge: Bridge, shop: Shop, platform: TorturedPlatform, *, settle: str, **settings: Any
) -> None:
    """Add the store, fetch its orders, map the carrier."""
    bridge.stores.add(
        STORE,
        platform.key,
        shop.url,
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


def ship_some(bridge: Bridge, count: int) -> list[str]:
    """Ship so many more orders, each with its number; the platform's ids of the orders."""
    # On some platforms two orders may share a number; here each is named by its number alone.
    named = Counter(row.number for row in bridge.orders.list(OrderFilter()))
    ready = bridge.orders.list(OrderFilter(ready=True))
    rows = [row for row in ready if named[row.number] == 1][:count]
    if not rows:
        return []
    added = bridge.manifests.add("BRT", [row.number for row in rows])
    for result in added.results:
        assert result.ok, result
    for row in rows:
        bridge.shipments.set_tracking(row.number, [f"BX{row.number}"])
    bridge.manifests.ship(added.manifest.number, check=False)
    return [row.remote_id for row in rows]
