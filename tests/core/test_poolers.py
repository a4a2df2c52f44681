"""A pooler before PostgreSQL: one that lends sessions by the transaction is refused, before locks fail on it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.free_ports import free_port

from fbridge.context import utc_now
from fbridge.errors import BusyError, StorageError
from fbridge.push.turn import push_turn
from fbridge.storage import poolers, postgres, session_locks
from fbridge.storage.database import open_database
from fbridge.stores.rows import ensure_store

pytestmark = pytest.mark.postgres

REFUSED = r"lends sessions for one transaction only .*pool_mode = session"


@pytest.fixture
def pooler(postgres_server: Any) -> Iterator[Callable[[str], str]]:
    """Start pgbouncer with this pool mode; gives the database's URL through it."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed on this machine")
    started: list[subprocess.Popen[bytes]] = []

    def start(mode: str, pool_size: int = 20) -> str:
        port = free_port()
        folder: Path = postgres_server.folder
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\noffice = host={folder} dbname=office user=fbridge\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = {pool_size}\n"
        )
        started.append(
            subprocess.Popen(
                [program, "-q", settings],
                cwd=folder,
                stderr=subprocess.DEVNULL,
                **(postgres_server.user or {}),
            )
        )
        _wait_for(port)
        return str(postgres_server.url("office", port=port))

    yield start
    for process in started:
        process.kill()
        process.wait()
    postgres_server.empty("office")


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize("pool_size", [1, 20])
@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pooler_that_lends_sessions_by_the_transaction_is_refused(
    pooler: Callable[..., str], mode: str, pool_size: int
) -> None:
    with pytest.raises(StorageError, match=REFUSED) as told:
        open_database(pooler(mode, pool_size))
    assert told.value.reason == "transaction_pooler"


def test_a_pooler_that_lends_sessions_as_long_as_we_are_there_will_do(
    pooler: Callable[..., str], postgres_server: Any, tmp_path: Path
) -> None:
    through, straight = open_database(pooler("session")), open_database(postgres_server.url("office"))
    try:
        with through.write() as connection:
            ensure_store(connection, "shop", "plain", at=utc_now())
        with push_turn(through, "shop", tmp_path / "a") as turn:
            turn.verify()
            with pytest.raises(BusyError, match=f"process {os.getpid()}"):
                push_turn(straight, "shop", tmp_path / "b").__enter__()
        with push_turn(straight, "shop", tmp_path / "b") as turn:
            turn.verify()
    finally:
        through.close()
        straight.close()


def test_a_pooler_that_was_not_noticed_at_first_is_noticed_by_the_lock(
    pooler: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy pooler may give back the same session by chance; the lock belongs to it, so another one is told."""
    for module in (poolers, session_locks):
        monkeypatch.setattr(module, "is_pooled", lambda _connection: False)
    database = open_database(pooler("transaction"))
    try:
        with database.write() as connection:
            ensure_store(connection, "shop", "plain", at=utc_now())
        with push_turn(database, "shop", tmp_path) as turn, database.read() as other:
            other.execute(sa.text("SELECT 1"))  # the session that holds the lock serves somebody else
            with pytest.raises(StorageError, match=REFUSED):
                turn.verify()
    finally:
        database.close()


def test_a_server_itself_is_no_pooler(postgres_server: Any) -> None:
    database = open_database(postgres_server.url("office"))
    with database.session() as session:
        assert not postgres.is_pooled(session)
    database.close()
