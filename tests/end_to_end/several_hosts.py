"""Computers with the same settings before one PostgreSQL and one store, each a process that may be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from tests.freezing_relay import FreezingRelay
from tests.torture.platforms import WooCommerce
from tests.torture.shop import Shop, open_shop, shop_process

from fbridge.bridge import Bridge
from fbridge.settings import Home

SHIPMENTS = 60


@dataclass
class SeveralHosts:
    """``far`` ones reach the database over a network that may stand still. ``host`` is the program that runs on each:
    fbridge with other times."""

    host: ClassVar[str]
    home: Path
    shop: Shop
    bridge: Bridge
    server: Any
    network: FreezingRelay
    shipped: list[str] = field(default_factory=list)
    _started: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, *words: str, far: bool = False, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        url = self.server.url("office", port=self.network.port if far else None)
        process = subprocess.Popen(
            [sys.executable, "-c", self.host, *words],
            env={**os.environ, "FBRIDGE_HOME": str(self.home), "FBRIDGE_DATABASE": url},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True,
        )  # fmt: skip
        self._started.append(process)
        return process

    def mails(self) -> list[Any]:
        found: list[Any] = self.shop.control("mails")
        return found

    def states(self) -> dict[str, int]:
        return {str(state): count for state, count in self.bridge.status().counts.items()}

    def is_at_rest(self) -> bool:
        return self.states() == {"sent": SHIPMENTS}

    def assert_each_went_out_once(self) -> None:
        shown = [WooCommerce().shown(self.shop.control, remote_id) for remote_id in self.shipped]
        assert [one.order_number for one in shown if one.numbers != (f"BX{one.order_number}",)] == []
        assert Counter(str(mail["order_id"]) for mail in self.mails()) == dict.fromkeys(self.shipped, 1)

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()

    @classmethod
    @contextmanager
    def before_a_store(cls, server: Any, folder: Path, *, orders: int) -> Iterator[Self]:
        """With a WooCommerce store that takes its time, and so many orders there."""
        home = Home(config=folder, data=folder, log=folder / "log")
        with (
            shop_process("woocommerce", orders=orders, pace=0.5) as shop,
            Bridge.open(home, database_url=server.url("office")) as bridge,
            FreezingRelay(server.socket) as network,
        ):
            open_shop(bridge, shop, WooCommerce(), settle="1s")
            made = cls(folder, shop, bridge, server, network)
            yield made
            network.thaw()
            made.end()
