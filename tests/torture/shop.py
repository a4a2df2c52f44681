"""The emulated store in a process of its own, and the office that ships from it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.request import Request, urlopen

from fbridge.bridge import Bridge
from fbridge.workflow.orders import OrderFilter

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
def shop_process(**options: Any) -> Iterator[Shop]:
    """Serve an emulated WooCommerce store until the block ends."""
    command = [sys.executable, "-m", "fbridge.sandbox", "woocommerce", "--until-stdin-closes"]
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


def open_shop(bridge: Bridge, shop: Shop, settle: str) -> None:
    """Add the store, fetch its orders, map the carrier."""
    bridge.stores.add(
        STORE,
        "woocommerce",
        shop.url,
        {**shop.settings, "settle": settle, "timeout": 5},
        orders_from=date(1980, 1, 1),
        accept_mail=True,
    )
    (result,) = bridge.fetch()
    assert result.error is None, result.error
    bridge.carriers.add("BRT", "BRT Bartolini", tracking_url="https://brt.example/{number}")
    bridge.carriers.map(STORE, "BRT", "brt-bartolini")
    bridge.plan()


def ship_some(bridge: Bridge, count: int) -> list[str]:
    """Ship so many more orders, each with its number; the platform's ids of the orders."""
    rows = list(bridge.orders.list(OrderFilter(ready=True, limit=count)))
    if not rows:
        return []
    added = bridge.manifests.add("BRT", [row.number for row in rows])
    for result in added.results:
        assert result.ok, result
    for row in rows:
        bridge.shipments.set_tracking(row.number, [f"BX{row.number}"])
    bridge.manifests.ship(added.manifest.number, check=False)
    return [row.remote_id for row in rows]
