"""Workers over one PostgreSQL: one is killed, stopped, or loses its network in the middle of a push."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.several_hosts import SHIPMENTS, SeveralHosts
from tests.torture.shop import ship_some

from fbridge.exit_codes import ExitCode
from fbridge.storage import session_locks
from fbridge.storage.maintenance import Maintenance
from fbridge.workers import queue_app, running, store_work

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

HOST = """
import sys
from fbridge.storage import session_locks
session_locks.BEAT_SECONDS, session_locks.SILENT_SECONDS, session_locks.FRESH_SECONDS = 0.3, 2.0, 1.0
from fbridge.workers import queue_app
queue_app.BEAT_SECONDS, queue_app.STALLED_SECONDS, queue_app._PICK_UP = 0.5, 2.0, "* * * * * */1"
from fbridge.workers import running, store_work
running.TEND_SECONDS = running.POLL_SECONDS = 0.5
running.SILENT_SECONDS, running.GRACE_SECONDS, running.RECONNECT_SECONDS = 2.0, 1.0, 0.5
from datetime import timedelta
store_work.WHILE_BUSY = store_work._FIRST_WAIT = timedelta(seconds=1)
from fbridge.cli.main import main
sys.argv[0] = "fbridge"
main()
"""
"""A worker that waits for seconds where others wait for tens of them."""


class Depot(SeveralHosts):
    """Workers."""

    host = HOST

    def start(self, *, far: bool = False) -> subprocess.Popen[str]:
        return self.run("worker", far=far, stderr=subprocess.STDOUT)

    def hand_over(self) -> None:
        self.shipped += ship_some(self.bridge, SHIPMENTS)
        (handed,) = self.bridge.workers.defer(self.bridge.plan())
        assert handed.shipments == SHIPMENTS

    def wait(self, until: Callable[[], object], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, (self.states(), self.bridge.workers.status())
            time.sleep(0.05)


@pytest.fixture
def depot(postgres_server_of_its_own: Any, tmp_path: Path) -> Iterator[Depot]:
    server = postgres_server_of_its_own
    Maintenance(url=server.url("office"), records=tmp_path).upgrade()
    with Depot.before_a_store(server, tmp_path, orders=2 * SHIPMENTS) as made:
        made.hand_over()
        yield made


def told_at_the_end(process: subprocess.Popen[str], seconds: float = 60) -> str:
    return " ".join(process.communicate(timeout=seconds)[0].split())


def test_the_push_of_a_killed_worker_is_picked_up(depot: Depot) -> None:
    killed = depot.start()
    depot.wait(depot.mails)
    depot.start()
    killed.kill()
    depot.wait(depot.is_at_rest)
    depot.assert_each_went_out_once()
    depot.wait(lambda: sum(one.alive for one in depot.bridge.workers.status().workers) == 1)


def test_a_worker_that_loses_its_network_gives_up_by_itself_and_takes_nothing_back(depot: Depot) -> None:
    far = depot.start(far=True)
    depot.wait(depot.mails)
    depot.network.freeze()
    depot.start()
    told = told_at_the_end(far, 30)
    assert (far.returncode, "gives its stores up" in told) == (ExitCode.UNREACHABLE, True), told
    depot.wait(depot.is_at_rest)
    depot.network.thaw()
    depot.assert_each_went_out_once()


def test_within_a_minute_an_unreachable_host_has_given_up_and_another_may_take_over() -> None:
    """What the tests above wait for, with the times of real workers."""
    given_up = running.TEND_SECONDS + running.SILENT_SECONDS + running.GRACE_SECONDS
    looked_twice = 1.5 * session_locks.BEAT_SECONDS
    taken_over = session_locks.SILENT_SECONDS + store_work.WHILE_BUSY.total_seconds() + looked_twice
    assert given_up < 60
    assert taken_over < 60
    assert queue_app.STALLED_SECONDS + 10 + running.POLL_SECONDS < session_locks.SILENT_SECONDS


def test_a_worker_that_is_stopped_leaves_the_rest_to_others(depot: Depot) -> None:
    stopped = depot.start()
    depot.wait(depot.mails)
    stopped.send_signal(signal.SIGTERM)
    told = told_at_the_end(stopped)
    assert (stopped.returncode, "The worker has ended." in told) == (ExitCode.OK, True), told
    assert depot.bridge.workers.status().workers == ()
    assert depot.states().keys() == {"sent", "ready"}, "it ended between two chunks"
    some = len(depot.mails())
    at_once = depot.start()
    depot.wait(lambda: len(depot.mails()) > some)
    at_once.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    at_once.send_signal(signal.SIGTERM)
    assert at_once.wait(5) == -signal.SIGTERM
    depot.start()
    depot.wait(depot.is_at_rest)
    depot.assert_each_went_out_once()


def test_a_worker_goes_on_when_its_database_was_restarted(depot: Depot) -> None:
    worker = depot.start()
    depot.wait(depot.mails)
    depot.server.stop()
    time.sleep(1)
    depot.server.start()
    depot.wait(depot.is_at_rest)
    depot.assert_each_went_out_once()
    worker.send_signal(signal.SIGTERM)
    told = told_at_the_end(worker)
    assert (worker.returncode, "The database does not answer" in told) == (ExitCode.OK, True), told
