"""Databases for all tests: a real SQLite file, and a real PostgreSQL server of their own. And the toy platform."""

from __future__ import annotations

import contextlib
import gc
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from fbridge.storage import upgrade
from fbridge.storage.database import Database, open_database, read_revision
from fbridge.storage.metadata import metadata
from tests.installed_packages import write_dist_info

os.environ["FBRIDGE_LANG"] = "en"  # whatever the computer speaks on which they run
os.environ.pop("PYTHONUNBUFFERED", None)  # what they start writes as it does for people

# How long an example takes tells of the machine and not of the code.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def _each_statement_is_compiled_once() -> Iterator[None]:
    """Each test has a database of its own, and compiling SQL anew for it took a quarter of most tests' time."""
    compiled: dict[Any, Any] = {}

    def create_engine(url: sa.URL, **options: Any) -> sa.Engine:
        engine = create(url, **options)
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    create = sa.create_engine
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sa, "create_engine", create_engine)
        # What is compiled is kept by dialect; each engine has its own, with what listens to it.
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        yield


@pytest.fixture(scope="session", autouse=True)
def _migrations_run_once() -> Iterator[None]:
    """On an empty SQLite file; the next one gets what they made, page by page, where they would have run."""
    made = sqlite3.connect(":memory:", check_same_thread=False)
    first = Lock()

    def migrate_or_copy(engine: sa.Engine) -> None:
        if engine.dialect.name != "sqlite" or read_revision(engine) is not None:
            migrate(engine)
            return
        with first, contextlib.closing(engine.raw_connection()) as connection:
            if not list(made.execute("SELECT 1 FROM sqlite_master")):
                migrate(engine)
                connection.driver_connection.backup(made)
            made.backup(connection.driver_connection)

    migrate = upgrade.migrate
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrade, "migrate", migrate_or_copy)
        yield
    made.close()


@pytest.fixture
def _ctrl_c_reaches_children() -> Iterator[None]:
    """A shell that runs the tests in the background has them, and what they start, ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@dataclass
class PostgresServer:
    """A private server on a Unix socket; it dies with the tests: ``durable`` is one whose times are measured."""

    folder: Path
    program: str
    user: dict[str, Any]
    durable: bool = False
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def socket(self) -> Path:
        return self.folder / ".s.PGSQL.5432"

    def url(self, name: str, *, port: int | None = None, user: str = "fbridge") -> str:
        """Over the socket, or over a relay at this port."""
        url = sa.URL.create("postgresql+psycopg", username=user, database=name)
        if port:
            return url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        return url.set(query={"host": str(self.folder)}).render_as_string(hide_password=False)

    def start(self) -> None:
        quick = () if self.durable else ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
        quiet = ("listen_addresses=", "log_min_messages=fatal")
        settings = (*quick, *quiet, f"unix_socket_directories={self.folder}")
        options = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [self.program, "-D", self.folder / "data", *options],
                cwd=self.folder, stdout=log, stderr=log, **self.user,
            )  # fmt: skip
        _wait_until_ready(self, self.process)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for clients
        self.process.wait(timeout=30)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        plainly = {"no_parameters": True}  # then a statement may be several
        engine = sa.create_engine(self.url(database), isolation_level="AUTOCOMMIT", execution_options=plainly)
        try:
            with engine.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def empty(self, database: str) -> None:
        """As good as a fresh database, and much quicker than making one; in one message, for there are many."""
        statements = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]
        statements.append("SELECT setval(seqrelid, 1, false) FROM pg_sequence")
        self.execute("; ".join(statements), database=database)


def _server_program(name: str) -> str | None:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next(map(str, installed), None)


def _server_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root starts it as somebody else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


def _wait_until_ready(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            return server.execute("SELECT 1")
        except sa.exc.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextlib.contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    initdb, postgres = _server_program("initdb"), _server_program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("there are no PostgreSQL server binaries on this machine")
    pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed")
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="fbridge-pg-"))
    if user:
        os.chown(folder, user["user"], user["group"])
    subprocess.run(
        [initdb, "-D", folder / "data", "-U", "fbridge", "--auth=trust", "--encoding=UTF8", "--locale=C",
         "--no-sync"],
        check=True, capture_output=True, cwd=folder, **user,
    )  # fmt: skip
    server = PostgresServer(folder, postgres, user, durable)
    server.start()
    try:
        server.execute("CREATE DATABASE office")
        open_database(server.url("office")).close()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_server_of_its_own() -> Iterator[PostgresServer]:
    """For tests that stop it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "fbridge.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database, brought up to date: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "fbridge.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    yield server.url("office")
    server.empty("office")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


_SLOW_PARTS = (
    "cache_with_age",
    "cache_with_a_hit",
    "clock_ahead",
    "clock_behind",
    "lost_answer[half_an_answer-",
    "is_neither_said_nor_kept[302",
    "is_neither_said_nor_kept[404",
    "is_neither_said_nor_kept[406",
    "is_neither_said_nor_kept[400-wrapped",
    "is_neither_said_nor_kept[400-Base64",
    "is_neither_said_nor_kept[400-escaped",
    "is_neither_said_nor_kept[500",
    "is_neither_said_nor_kept[200",
    "is_neither_said_nor_kept[401",
    "asks_to_wait[503_gave_up",
    "before_the_store_says[instead_of_the_act",
    "slow_drip",
    "stays_unconfirmed_until_it_can[dropped_before",
    "test_C04_no_old_page_is_told",
    "test_C04_no_broken_read_is_told",
    "test_C15_after_a_restore",
    "test_C15_after_every_fault",
    "test_C15_an_order_that_cannot_be_read",
    "test_C15_no_old_page_tells",
    "nothing_is_half_told[before_the_act",
)
"""What the kit's tests put before a store, and differs little from what is in the others."""


_LONG_SCHEDULES = (
    "test_C01_a_killed_fetch_goes_on",
    "test_C01_each_cursor_is_json_and_goes_on",
    "test_C01_hundreds_of_orders_in_one_second",
    "test_C01_nothing_is_lost_in_a_night",
    "test_C01_nothing_is_lost_when_a_read_fails",
    "test_C01_nothing_is_lost_when_pages_are_confused",
    "test_C01_orders_that_change_between_pages",
    "test_C02_a_push_waits_for_a_malformed_order",
    "test_C05_a_clock_that_is_put_back_or_forth",
    "test_C05_a_refused_connection_sends_nothing",
    "test_C05_a_sibling_is_not_sent_by_an_order_that_is_older",
    "test_C05_all_arrives_once_after_a_503_that_asks_to_wait",
    "test_C05_all_arrives_once_after_a_fault_in_the_middle",
    "test_C05_all_arrives_once_after_a_lost_answer[replica",
    "test_C05_all_arrives_once_after_a_lost_answer[silent_cache-dropped_before",
    "test_C05_all_arrives_once_after_a_time_out",
    "test_C05_all_arrives_once_after_every_fault",
    "test_C05_all_arrives_once_in_a_storm",
    "test_C05_all_arrives_once_whatever_something_before",
    "test_C05_after_a_restore",
    "test_C05_a_correction_is_recovered_too",
    "test_C05_a_replica_that_lags",
    "test_C05_an_order_cancelled_after_a_lost_answer",
    "test_C05_an_order_cancelled_after_it_was_shipped",
    "test_C05_an_order_that_cannot_be_read_after_a_lost_answer",
    "test_C05_noise_around_an_answer",
    "test_C05_nothing_is_pushed_through_a_cache",
    "test_C05_nothing_is_pushed_where_every_answer_looks_like_one_of_a_cache",
    "test_C05_pieces_refunded_meanwhile",
    "test_C05_every_way_out_that_is_named_works",
    "test_C05_what_is_turned_away_each_time",
    "test_C05_who_sees_nothing_but_old_pages",
    "test_C01_an_order_has_what_its_customer_chose",
    "test_C08_a_correction_in_doubt_that_is_corrected_again",
    "test_C08_a_former_number_that",
    "test_C08_a_number_corrected_while_its_arrival_is_in_doubt",
    "test_C08_a_number_in_doubt_that_a_sibling_gets",
    "test_C08_back_to_the_first_number",
    "test_C09_a_time_out_is_unconfirmed",
    "test_C09_what_something_before_the_store_says_proves_nothing",
    "test_C11_what_is_to_be_looked_for_first",
    "test_C09_the_check_of_a_store_finds_a_key",
    "test_C10_what_somebody_else_did_is_told_as_found",
    "test_C12_nobody_is_sent_on_with_a_credential",
    "test_C12_no_secret_is_said_or_kept_with_every_fault",
    "test_C12_requests_words_and_logs_go_by_the_core",
    "test_C12_what_a_store_repeats",
    "test_C12_what_is_known_of_one_store",
    "test_C15_killed_at_every_step",
)
"""The kit's tests that wait for a store again and again: ``make test`` runs them on the toy platform,
``make test-slow`` on the others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the slow tests what another one nearly shows."""
    for item in items:
        if any(part in item.name for part in _SLOW_PARTS) or _is_long(item):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Thousands of tests stay until the end: looking through them for garbage again and again finds none."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def _is_long(item: pytest.Item) -> bool:
    return "tests/plugins/" in item.nodeid and item.name.startswith(_LONG_SCHEDULES)


TOY = Path(__file__).parent / "contract" / "toy_platform"


@pytest.fixture(scope="session")
def toy_sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages for each entry, made once: what a folder offers is searched once in a process."""
    return tmp_path_factory.mktemp("toy-sites")


@pytest.fixture
def install_toy(toy_sites: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """``install_toy("adapter:adapter")``: a distribution whose entry point names this object of ``fbridge_toy``."""

    def install(entry: str) -> None:
        site = toy_sites / entry.replace(":", ".")
        if not site.exists():
            write_dist_info(site, "fbridge-toy", {"fbridge.platforms": {"toy": f"fbridge_toy.{entry}"}})
        monkeypatch.syspath_prepend(str(TOY))
        monkeypatch.syspath_prepend(str(site))

    return install
