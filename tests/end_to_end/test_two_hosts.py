"""Two hosts push to one store over one PostgreSQL, and one of them freezes, dies or loses the server."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.several_hosts import SHIPMENTS, SeveralHosts
from tests.torture.shop import ship_some

from fbridge.errors import BusyError
from fbridge.exit_codes import ExitCode
from fbridge.orders.fetch import FetchProgress, fetch_turn
from fbridge.orders.listing import OrderFilter

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

SILENT = 2.0
HOST = f"""
import sys
from fbridge.storage import session_locks
session_locks.BEAT_SECONDS, session_locks.SILENT_SECONDS, session_locks.FRESH_SECONDS = 0.3, {SILENT}, 1.0
from fbridge.cli.main import main
sys.argv[0] = "fbridge"
main()
"""


class Hosts(SeveralHosts):
    """Two computers at which somebody pushes."""

    host = HOST

    def start_push(self, *, far: bool = False) -> subprocess.Popen[str]:
        return self.run("push", "--yes", far=far)

    def push_until_at_rest(self) -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            self.start_push().communicate(timeout=90)
            if self.is_at_rest():
                return
            time.sleep(0.2)
        raise AssertionError(f"not at rest: {self.states()}")

    def wait_for_the_first_mail(self) -> None:
        deadline = time.monotonic() + 30
        while not self.mails():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def hosts(postgres_server_of_its_own: Any, tmp_path: Path) -> Iterator[Hosts]:
    with Hosts.before_a_store(postgres_server_of_its_own, tmp_path, orders=3 * SHIPMENTS) as made:
        made.shipped += ship_some(made.bridge, SHIPMENTS)
        yield made


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
