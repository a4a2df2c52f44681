"""Databases for all tests: a real SQLite file, and a real PostgreSQL server of their own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.storage.database import Database, open_database
from fbridge.storage.tables import metadata


@pytest.fixture(scope="session", autouse=True)
def _each_statement_is_compiled_once() -> Iterator[None]:
    """Each test has a database of its own, and compiling SQL anew for it took a quarter of most tests' time."""
    dialects: list[sa.Dialect] = []
    compiled: dict[Any, Any] = {}

    def create_engine(url: sa.URL, **options: Any) -> sa.Engine:
        engine = create(url, **options)
        if engine.dialect.name == "sqlite":
            dialects.append(engine.dialect)
            engine.dialect = dialects[0]  # what is compiled is kept by dialect
            engine.update_execution_options(compiled_cache=compiled)
        return engine

    create = sa.create_engine
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sa, "create_engine", create_engine)
        yield


@pytest.fixture
def _ctrl_c_reaches_children() -> Iterator[None]:
    """A shell that runs the tests in the background has them, and what they start, ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class PostgresServer:
    """A private server on a Unix socket, without durability because it dies with the tests."""

    folder: Path

    def url(self, name: str) -> str:
        url = sa.URL.create(
            "postgresql+psycopg", username="fbridge", database=name, query={"host": str(self.folder)}
        )
        return url.render_as_string(hide_password=False)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        engine = sa.create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def empty(self, database: str) -> None:
        """As good as a fresh database, and much quicker than making one."""
        self.execute(
            *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
            "SELECT setval(seqrelid, 1, false) FROM pg_sequence",
            database=database,
        )


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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    initdb, postgres = _server_program("initdb"), _server_program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("there are no PostgreSQL server binaries on this machine")
    pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed")
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="fbridge-pg-"))
    data = folder / "data"
    if user:
        os.chown(folder, user["user"], user["group"])
    subprocess.run(
        [initdb, "-D", data, "-U", "fbridge", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
        check=True, capture_output=True, cwd=folder, **user,
    )  # fmt: skip
    quick = (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "listen_addresses=",
        "log_min_messages=fatal",
    )
    options = [word for setting in (*quick, f"unix_socket_directories={folder}") for word in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [postgres, "-D", data, *options], cwd=folder, stdout=log, stderr=log, **user
        )
    server = PostgresServer(folder)
    try:
        _wait_until_ready(server, process)
        server.execute("CREATE DATABASE office")
        open_database(server.url("office")).close()
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for clients
        process.wait(timeout=30)
        shutil.rmtree(folder)


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
