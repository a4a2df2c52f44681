"""Locks on PostgreSQL between two hosts: who goes silent is taken over, and does nothing more (promise 2)."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from tests.freezing_relay import FreezingRelay

from fbridge.context import utc_now
from fbridge.errors import BusyError, DatabaseUnreachableError, FbridgeError
from fbridge.exit_codes import ExitCode
from fbridge.orders.fetch import fetch_turn
from fbridge.push.turn import PushTurn, push_turn
from fbridge.storage import session_locks
from fbridge.storage.database import Database, open_database
from fbridge.storage.lock_tables import lock_holders
from fbridge.storage.tables import events, stores
from fbridge.stores.rows import ensure_store

pytestmark = pytest.mark.postgres

SILENT = 2.0
PUSHING = "Another fbridge is pushing to store 'shop'"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_locks, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(session_locks, "SILENT_SECONDS", SILENT)
    monkeypatch.setattr(session_locks, "FRESH_SECONDS", 1.0)


@pytest.fixture
def here(postgres_server: Any) -> Iterator[Database]:
    """The database as this host sees it."""
    database = open_database(postgres_server.url("office"))
    with database.write() as connection:
        ensure_store(connection, "shop", "plain", at=utc_now())
    yield database
    database.close()
    postgres_server.empty("office")


@pytest.fixture
def network(postgres_server: Any) -> Iterator[FreezingRelay]:
    with FreezingRelay(postgres_server.socket) as relay:
        yield relay


@pytest.fixture
def there(here: Database, network: FreezingRelay, postgres_server: Any) -> Iterator[Database]:
    """The same database as the other host sees it, over a network that may stand still."""
    database = open_database(postgres_server.url("office", port=network.port))
    yield database
    network.thaw()
    database.close()


def epoch_of(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(sa.select(stores.c.push_epoch)).scalar_one())


@contextmanager
def taken_over(database: Database, folder: Path) -> Iterator[PushTurn]:
    """Try until the other host is silent for long enough."""
    deadline = time.monotonic() + 10 * SILENT
    with ExitStack() as stack:
        while True:
            try:
                turn = stack.enter_context(push_turn(database, "shop", folder))
                break
            except BusyError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield turn


def test_who_finds_the_lock_held_is_told_by_whom(here: Database, there: Database, tmp_path: Path) -> None:
    with (
        push_turn(there, "shop", tmp_path / "there"),
        pytest.raises(BusyError) as told,
        push_turn(here, "shop", tmp_path / "here"),
    ):
        pass
    host, process = session_locks.socket.gethostname(), session_locks.os.getpid()
    assert str(told.value).startswith(f"{PUSHING} (on {host}, process {process}, for 0 s)")


def test_a_holder_that_lives_keeps_its_lock_however_long_it_works(
    here: Database, there: Database, tmp_path: Path
) -> None:
    with push_turn(there, "shop", tmp_path / "there") as turn:
        time.sleep(2 * SILENT)
        with pytest.raises(BusyError), push_turn(here, "shop", tmp_path / "here"):
            pass
        turn.verify()


def test_a_clock_put_forward_ends_nobody(here: Database, there: Database, tmp_path: Path) -> None:
    with push_turn(there, "shop", tmp_path / "there") as turn:
        with here.write() as connection:
            an_hour_ago = sa.func.clock_timestamp() - sa.text("interval '1 hour'")
            connection.execute(sa.update(lock_holders).values(beat_at=an_hour_ago))
        with pytest.raises(BusyError), push_turn(here, "shop", tmp_path / "here"):
            pass
        turn.verify()


def test_a_frozen_holder_is_taken_over_and_does_nothing_more_when_it_thaws(
    here: Database, there: Database, network: FreezingRelay, tmp_path: Path
) -> None:
    with push_turn(there, "shop", tmp_path / "there") as frozen:
        network.freeze()
        with taken_over(here, tmp_path / "here") as turn:
            assert turn.epoch == frozen.epoch + 1
            network.thaw()
            with pytest.raises(BusyError, match="taken over") as told:
                frozen.verify()
            assert told.value.reason == "overtaken"
            with there.write() as connection, pytest.raises(BusyError):
                frozen.verify(connection)
            turn.verify()
    assert epoch_of(here) == turn.epoch


def test_an_answer_that_waited_in_the_network_is_not_believed(
    here: Database, there: Database, network: FreezingRelay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server said "still yours" before the holder was taken over; it is read afterwards.

    So it is where the process was stopped as well, with the answer already there: no time-out of reading tells.
    """
    monkeypatch.setattr(session_locks, "answers_within", lambda _connection, _seconds: None)
    monkeypatch.setattr(session_locks._SessionLock, "_keep_beating", lambda _self: None)
    with push_turn(there, "shop", tmp_path / "there") as frozen, ThreadPoolExecutor(1) as thread:
        network.freeze(answers=True, asks=False)
        asking = thread.submit(frozen.verify)
        with taken_over(here, tmp_path / "here"):
            network.thaw()
            assert isinstance(asking.exception(), BusyError)


def test_who_was_frozen_before_it_raised_its_epoch_does_not_raise_it(
    here: Database, there: Database, network: FreezingRelay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, go_on = Event(), Event()
    seen = session_locks._SessionLock.take

    def take_and_freeze(self: Any) -> None:
        seen(self)
        if self._database is there:
            network.freeze()
            locked.set()
            go_on.wait()

    monkeypatch.setattr(session_locks._SessionLock, "take", take_and_freeze)

    def push_there() -> None:
        with push_turn(there, "shop", tmp_path / "there"):
            raise AssertionError("it has no right to")

    with ThreadPoolExecutor(1) as thread:
        pushing = thread.submit(push_there)
        locked.wait()
        with taken_over(here, tmp_path / "here") as turn:
            network.thaw()
            go_on.set()
            assert isinstance(pushing.exception(), FbridgeError)
            assert epoch_of(here) == turn.epoch
            turn.verify()


def test_a_host_without_power_is_taken_over(
    here: Database, there: Database, network: FreezingRelay, tmp_path: Path
) -> None:
    with ExitStack() as host:
        host.enter_context(push_turn(there, "shop", tmp_path / "there"))
        network.freeze()
        with taken_over(here, tmp_path / "here") as turn:
            turn.verify()
        network.thaw()
        with push_turn(here, "shop", tmp_path / "here") as again:
            again.verify()


def test_of_two_who_find_a_silent_holder_one_takes_over(
    here: Database, there: Database, network: FreezingRelay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slower one finds that the faster one holds it by now, and does not end it for the other's silence."""
    look = session_locks._SessionLock._silent_holder
    with push_turn(there, "shop", tmp_path / "there"), ExitStack() as faster:
        network.freeze()
        time.sleep(1.5 * SILENT)
        turns = []

        def look_and_be_slow(self: Any) -> Any:
            monkeypatch.setattr(session_locks._SessionLock, "_silent_holder", look)
            found = look(self)
            turns.append(faster.enter_context(push_turn(here, "shop", tmp_path / "faster")))
            return found

        monkeypatch.setattr(session_locks._SessionLock, "_silent_holder", look_and_be_slow)
        with pytest.raises(BusyError), push_turn(here, "shop", tmp_path / "slower"):
            pass
        turns[0].verify()
        network.thaw()


HOLD = """
import sys, time
from pathlib import Path
from fbridge.push.turn import push_turn
from fbridge.storage.database import open_database
with push_turn(open_database(sys.argv[1]), "shop", Path(sys.argv[2])) as turn:
    print("held", flush=True)
    sys.stdin.readline()
    try:
        turn.verify()
    except Exception as error:
        print(type(error).__name__, flush=True)
    else:
        print("sends", flush=True)
"""


@pytest.fixture
def hold(here: Database, postgres_server: Any, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Start another process that holds the lock, and after a line on its standard input verifies."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        url = postgres_server.url("office")
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, url, tmp_path / "other"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_lock_of_a_killed_process_is_free_at_once(
    hold: Callable[[], Any], here: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_locks, "SILENT_SECONDS", 45.0)
    process = hold()
    with pytest.raises(BusyError, match=f"process {process.pid}"), push_turn(here, "shop", tmp_path):
        pass
    process.kill()
    process.wait()
    with taken_over(here, tmp_path) as turn:
        turn.verify()


def test_a_stopped_process_is_taken_over_and_sends_nothing_when_it_goes_on(
    hold: Callable[[], Any], here: Database, tmp_path: Path
) -> None:
    process = hold()
    process.send_signal(signal.SIGSTOP)
    process.stdin.write("\n")
    process.stdin.flush()
    with taken_over(here, tmp_path):
        process.send_signal(signal.SIGCONT)
        assert process.stdout.readline() == "BusyError\n"


def test_a_session_that_somebody_ended_stops_the_holder_for_good(
    here: Database, postgres_server: Any, tmp_path: Path
) -> None:
    with push_turn(here, "shop", tmp_path) as turn:
        postgres_server.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        with pytest.raises(DatabaseUnreachableError, match="nothing more is sent") as told:
            turn.verify()
        assert (told.value.reason, told.value.exit_code) == ("lock_lost", ExitCode.UNREACHABLE)
        with here.write() as connection, pytest.raises(DatabaseUnreachableError):
            turn.verify(connection)
    with push_turn(here, "shop", tmp_path) as turn:
        turn.verify()


def test_a_holder_of_another_database_user_is_named_with_what_to_do(
    here: Database, network: FreezingRelay, postgres_server: Any, tmp_path: Path
) -> None:
    postgres_server.execute(
        "CREATE ROLE packer LOGIN", "GRANT ALL ON ALL TABLES IN SCHEMA public TO packer",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO packer", database="office",
    )  # fmt: skip
    packer = open_database(postgres_server.url("office", user="packer"))
    there = open_database(postgres_server.url("office", port=network.port))
    try:
        with push_turn(there, "shop", tmp_path / "there"):
            network.freeze()
            time.sleep(1.5 * SILENT)
            with (
                pytest.raises(BusyError, match="an administrator must end it: SELECT pg_terminate_backend"),
                push_turn(packer, "shop", tmp_path),
            ):
                pass
            network.thaw()
    finally:
        packer.close()
        there.close()
        postgres_server.execute("DROP OWNED BY packer", "DROP ROLE packer", database="office")


def test_the_epoch_stands_until_the_unit_that_verified_it_ends(here: Database, tmp_path: Path) -> None:
    raised = Event()

    def raise_epoch() -> None:
        with here.write() as connection:
            connection.execute(sa.update(stores).values(push_epoch=stores.c.push_epoch + 1))
            raised.set()

    with push_turn(here, "shop", tmp_path) as turn, ThreadPoolExecutor(1) as thread:
        with here.write() as connection:
            turn.verify(connection)
            raising = thread.submit(raise_epoch)
            assert not raised.wait(0.5)
        raising.result(timeout=5)
        with here.write() as connection, pytest.raises(BusyError):
            turn.verify(connection)


def test_a_unit_that_verified_holds_off_no_fetch_that_refers_to_the_store(
    here: Database, tmp_path: Path
) -> None:
    with push_turn(here, "shop", tmp_path) as turn, here.write() as connection:
        turn.verify(connection)
        with here.write() as other:
            other.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
            other.execute(sa.insert(events).values(at=utc_now(), kind="test", words="", store="shop"))


def test_a_long_unit_of_a_fetch_does_not_make_it_silent(here: Database, tmp_path: Path) -> None:
    with fetch_turn(here, "shop", tmp_path / "a") as held, here.write() as connection:
        held.fence(connection)
        time.sleep(2 * SILENT)
        with pytest.raises(BusyError), fetch_turn(here, "shop", tmp_path / "b"):
            pass


def test_nobody_takes_over_within_a_unit_that_is_fenced(
    here: Database, there: Database, network: FreezingRelay, tmp_path: Path
) -> None:
    """The session that holds the lock froze; the unit on another connection goes on and is kept whole."""

    def fetch_here() -> float:
        with fetch_turn(here, "shop", tmp_path):
            return time.monotonic()

    with fetch_turn(there, "shop", tmp_path) as held, ThreadPoolExecutor(1) as thread:
        with here.write() as connection:
            held.fence(connection)
            network.freeze()
            time.sleep(1.5 * SILENT)
            fetching = thread.submit(fetch_here)
            time.sleep(SILENT)
            ended = time.monotonic()
        assert fetching.result(timeout=10) > ended
        network.thaw()


def test_a_fetch_that_was_taken_over_stores_no_page_more(
    here: Database, there: Database, network: FreezingRelay, tmp_path: Path
) -> None:
    with fetch_turn(there, "shop", tmp_path) as frozen:
        with there.write() as connection:
            frozen.fence(connection)
        network.freeze()
        time.sleep(1.5 * SILENT)
        with fetch_turn(here, "shop", tmp_path) as held:
            network.thaw()
            with there.write() as connection, pytest.raises(BusyError, match="fetching from store 'shop'"):
                frozen.fence(connection)
            with here.write() as connection:
                held.fence(connection)
