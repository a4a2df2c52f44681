"""Two hosts push to one store over one PostgreSQL, and one of them freezes, dies or loses the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.freezing_relay import FreezingRelay
from tests.torture.platforms import WooCommerce
from tests.torture.shop import Shop, open_shop, ship_some, shop_process

from fbridge.bridge import Bridge
from fbridge.errors import BusyError
from fbridge.exit_codes import ExitCode
from fbridge.orders.fetch import FetchProgress, fetch_turn
from fbridge.orders.listing import OrderFilter
from fbridge.settings import Home

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

SHIPMENTS = 60
SILENT = 2.0
HOST = f"""
import sys
from fbridge.storage import session_locks
session_locks.BEAT_SECONDS, session_locks.SILENT_SECONDS, session_locks.FRESH_SECONDS = 0.3, {SILENT}, 1.0
from fbridge.cli.main import main
sys.argv[0] = "fbridge"
main()
"""


@dataclass
class Hosts:
    """Two computers with the same settings; ``far`` reaches the database over a network that may stand still."""

    home: Path
    shop: Shop
    bridge: Bridge
    server: Any
    network: FreezingRelay
    shipped: list[str] = field(default_factory=list)
    _started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start_push(self, *, far: bool = False) -> subprocess.Popen[str]:
        url = self.server.url("office", port=self.network.port if far else None)
        process = subprocess.Popen(
            [sys.executable, "-c", HOST, "push", "--yes"],
            env={**os.environ, "FBRIDGE_HOME": str(self.home), "FBRIDGE_DATABASE": url},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._started.append(process)
        return process

    def push_until_at_rest(self) -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            self.start_push().communicate(timeout=90)
            if self.states() == {"sent": SHIPMENTS}:
                return
            time.sleep(0.2)
        raise AssertionError(f"not at rest: {self.states()}")

    def wait_for_the_first_mail(self) -> None:
        deadline = time.monotonic() + 30
        while not self.shop.control("mails"):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def states(self) -> dict[str, int]:
        return {str(state): count for state, count in self.bridge.status().counts.items()}

    def assert_each_went_out_once(self) -> None:
        shown = [WooCommerce().shown(self.shop.control, remote_id) for remote_id in self.shipped]
        assert [one.order_number for one in shown if one.numbers != (f"BX{one.order_number}",)] == []
        mails = Counter(str(mail["order_id"]) for mail in self.shop.control("mails"))
        assert mails == dict.fromkeys(self.shipped, 1)

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()


@pytest.fixture
def hosts(postgres_server_of_its_own: Any, tmp_path: Path) -> Iterator[Hosts]:
    server = postgres_server_of_its_own
    home = Home(config=tmp_path, data=tmp_path, log=tmp_path / "log")
    with (
        shop_process("woocommerce", orders=3 * SHIPMENTS, pace=0.5) as shop,
        Bridge.open(home, database_url=server.url("office")) as bridge,
        FreezingRelay(server.socket) as network,
    ):
        open_shop(bridge, shop, WooCommerce(), settle="1s")
        made = Hosts(tmp_path, shop, bridge, server, network)
        made.shipped += ship_some(bridge, SHIPMENTS)
        yield made
        network.thaw()
        made.end()


def told_at_the_end(process: subprocess.Popen[str]) -> str:
    """On one line, for tables break their lines."""
    return " ".join("".join(process.communicate(timeout=90)).split())


def test_a_host_that_freezes_is_taken_over_and_sends_nothing_when_it_thaws(hosts: Hosts) -> None:
    frozen = hosts.start_push(far=True)
    hosts.wait_for_the_first_mail()
    hosts.network.freeze()
    time.sleep(1.5 * SILENT)
    hosts.push_until_at_rest()
    hosts.network.thaw()
    assert "nothing more is sent" in told_at_the_end(frozen)
    hosts.assert_each_went_out_once()


def test_a_process_that_is_stopped_is_taken_over_and_sends_nothing_when_it_goes_on(hosts: Hosts) -> None:
    stopped = hosts.start_push()
    hosts.wait_for_the_first_mail()
    stopped.send_signal(signal.SIGSTOP)
    time.sleep(1.5 * SILENT)
    hosts.push_until_at_rest()
    stopped.send_signal(signal.SIGCONT)
    assert "nothing more is sent" in told_at_the_end(stopped)
    hosts.assert_each_went_out_once()


def test_the_push_of_a_killed_host_goes_on_at_once(hosts: Hosts) -> None:
    killed = hosts.start_push(far=True)
    hosts.wait_for_the_first_mail()
    killed.kill()
    killed.wait()
    hosts.push_until_at_rest()
    hosts.assert_each_went_out_once()


def test_a_server_that_is_restarted_in_the_middle_of_a_push_loses_and_doubles_nothing(hosts: Hosts) -> None:
    push = hosts.start_push()
    hosts.wait_for_the_first_mail()
    hosts.server.stop()
    told = told_at_the_end(push)
    assert push.returncode == ExitCode.UNREACHABLE, told
    assert "bug" not in told
    hosts.server.start()
    hosts.push_until_at_rest()
    hosts.assert_each_went_out_once()


def test_a_fetch_that_was_overtaken_stores_no_page_more(hosts: Hosts, tmp_path: Path) -> None:
    database = hosts.bridge.context.database

    def overtake(progress: FetchProgress) -> None:
        if not progress.done:
            hosts.server.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            while True:
                with suppress(BusyError), fetch_turn(database, "shop", tmp_path):
                    return

    (result,) = hosts.bridge.fetch(since=datetime(1980, 1, 1, tzinfo=UTC), progress=overtake)
    assert result.error is not None
    assert result.error.reason == "overtaken"
    assert 0 < result.orders < len(list(hosts.bridge.orders.list(OrderFilter())))
