"""A place in which a platform keeps tracking, and an office whose orders are to be shipped there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fbridge import Bridge, OrderFilter, OrderRow
from tests.bench.sandbox_process import SandboxProcess

STORE, CARRIER = "shop", "BRT"


@dataclass(frozen=True)
class Place:
    """A store, what it is called, the most of what a bench measures that it may take, and how it is told to send."""

    platform: str
    name: str
    budget: float
    options: Mapping[str, Any] = field(default_factory=dict)
    mail: bool = True


def open_shop(bridge: Bridge, place: Place, store: SandboxProcess, **settings: Any) -> list[OrderRow]:
    """Add the store with these settings more, and a carrier; the orders that are ready, as they were fetched."""
    bridge.stores.add(
        STORE,
        place.platform,
        store.url,
        {**store.settings, **settings},
        orders_from=date(1980, 1, 1),
        accept_mail=place.mail,
    )
    bridge.fetch()
    bridge.carriers.add(CARRIER, "BRT Bartolini", tracking_url="https://brt.example/{number}")
    codes = bridge.carriers.codes(STORE).codes
    known = [one.code for one in codes if "brt" in f"{one.code} {one.label}".lower()]
    if known:
        bridge.carriers.map(STORE, CARRIER, known[0])
    # On some platforms two orders may share a number; here each is named by its number alone.
    named = Counter(row.number for row in bridge.orders.list(OrderFilter()))
    return [row for row in bridge.orders.list(OrderFilter(ready=True)) if named[row.number] == 1]
