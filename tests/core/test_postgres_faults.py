"""What goes wrong with PostgreSQL is one sentence with the way out, and the exit code says whether to try again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from tests.free_ports import free_port
from tests.freezing_relay import FreezingRelay

from fbridge.errors import BusyError, DatabaseUnreachableError, FbridgeError, StorageError
from fbridge.exit_codes import ExitCode
from fbridge.storage import postgres
from fbridge.storage.database import Database, open_database
from fbridge.storage.tables import counters

pytestmark = pytest.mark.postgres


@pytest.fixture
def office(postgres_server: Any) -> Iterator[Database]:
    database = open_database(postgres_server.url("office"))
    with database.write() as connection:
        connection.execute(sa.insert(counters), [{"name": name, "value": 0} for name in ("a", "b")])
    yield database
    database.close()
    postgres_server.empty("office")


def count(connection: Any, name: str) -> None:
    connection.execute(sa.update(counters).where(counters.c.name == name).values(value=counters.c.value + 1))


def test_of_two_units_that_wait_for_each_other_one_is_told_and_keeps_nothing(office: Database) -> None:
    both = Barrier(2)

    def work(first: str, second: str) -> None:
        with office.write() as connection:
            count(connection, first)
            both.wait()
            count(connection, second)

    with ThreadPoolExecutor(2) as threads:
        units = [threads.submit(work, "a", "b"), threads.submit(work, "b", "a")]
        faults = [fault for unit in units if (fault := unit.exception())]
    (fault,) = faults
    assert isinstance(fault, BusyError)
    assert "was changed by another program at this moment; nothing of this step was kept" in str(fault)
    with office.read() as connection:
        assert connection.execute(sa.select(counters.c.value)).scalars().all() == [1, 1]


def test_who_waits_too_long_for_another_program_is_told(office: Database) -> None:
    def wait() -> None:
        with office.write() as other:
            other.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            count(other, "a")

    with office.write() as connection:
        count(connection, "a")
        with pytest.raises(BusyError, match="kept busy by another program"):
            wait()


def test_a_statement_that_takes_too_long_is_told(office: Database) -> None:
    def take_long() -> None:
        with office.read() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = '100ms'")
            connection.exec_driver_sql("SELECT pg_sleep(5)")

    with pytest.raises(BusyError, match="did not finish a statement"):
        take_long()


def test_every_connection_has_the_limits(office: Database) -> None:
    with office.write() as connection:
        shown = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
    assert shown == {
        "statement_timeout": "2min",
        "lock_timeout": "30s",
        "idle_in_transaction_session_timeout": "30s",
    }


def test_what_is_committed_is_on_the_disk_whatever_the_server_does_by_default(office: Database) -> None:
    """The tests' server answers before it is."""
    with office.write() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


def test_a_unit_left_open_is_ended_by_the_server(office: Database) -> None:
    def leave_open() -> None:
        with office.write() as connection:
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
            count(connection, "a")
            with office.read() as other:
                other.exec_driver_sql("SELECT pg_sleep(0.5)")
            count(connection, "b")

    with pytest.raises(DatabaseUnreachableError, match="idle within a step"):
        leave_open()


def test_a_server_that_reads_only_is_told(office: Database) -> None:
    def change() -> None:
        with office.write() as connection:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            count(connection, "a")

    with pytest.raises(StorageError, match="is a standby, or read-only") as told:
        change()
    assert told.value.exit_code is ExitCode.CONFIGURATION


def test_units_do_not_depend_on_how_the_server_isolates(office: Database, postgres_server: Any) -> None:
    """At SERIALIZABLE, the default of some servers, one of two units that only follow each other would fail."""
    postgres_server.execute("ALTER DATABASE office SET default_transaction_isolation = 'serializable'")
    try:
        strict = open_database(postgres_server.url("office"))
        with strict.write() as connection:
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
        strict.close()
    finally:
        postgres_server.execute("ALTER DATABASE office RESET default_transaction_isolation")


def test_a_server_that_is_not_there_is_to_be_tried_again() -> None:
    with pytest.raises(DatabaseUnreachableError, match="No connection to the database") as told:
        open_database(f"postgresql://fbridge:secret@127.0.0.1:{free_port()}/office?password=secret")
    assert told.value.exit_code is ExitCode.UNREACHABLE
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("user", "database", "words", "code"),
    [
        ("fbridge", "nowhere", "does not exist; create it", ExitCode.CONFIGURATION),
        ("nobody", "office", "refuses our user", ExitCode.CONFIGURATION),
        ("full", "office", "has no connection left; raise max_connections", ExitCode.UNREACHABLE),
    ],
)
def test_who_is_refused_a_session_is_told_why(
    postgres_server: Any, user: str, database: str, words: str, code: ExitCode
) -> None:
    """As the server says it before there is a session, in words alone."""
    postgres_server.execute('DROP ROLE IF EXISTS "full"')
    postgres_server.execute('CREATE ROLE "full" LOGIN CONNECTION LIMIT 0')
    with pytest.raises(FbridgeError, match=words) as told:
        open_database(postgres_server.url(database).replace("fbridge@", f"{user}@"))
    assert told.value.exit_code is code


def test_a_server_that_stops_in_the_middle_of_a_unit_is_told(postgres_server_of_its_own: Any) -> None:
    server = postgres_server_of_its_own
    database = open_database(server.url("office"))

    def stop_within() -> None:
        with database.write() as connection:
            count(connection, "a")
            server.stop()
            count(connection, "a")

    with pytest.raises(DatabaseUnreachableError, match=r"run the command again|try again"):
        stop_within()
    server.start()
    with database.read() as connection:
        connection.execute(sa.select(counters)).all()
    database.close()


def test_a_network_that_stands_still_is_not_waited_for_for_ever(
    office: Database, postgres_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TCP goes on acknowledging, so no keepalive and no time-out of the server can tell."""
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", 0.5)
    with FreezingRelay(postgres_server.socket) as network:
        database = open_database(postgres_server.url("office", port=network.port))

        def ask() -> None:
            with database.read() as connection:
                connection.execute(sa.select(counters)).all()
                network.freeze()
                connection.execute(sa.select(counters)).all()

        with pytest.raises(FbridgeError, match=r"did not answer within 0\.5 s"):
            ask()
        network.thaw()
        with database.read() as connection:
            connection.execute(sa.select(counters)).all()
        database.close()
