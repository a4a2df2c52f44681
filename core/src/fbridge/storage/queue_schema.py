"""procrastinate's own tables: made and brought up to date beside ours, and their version checked.

procrastinate keeps no version of its schema. So the newest of its migrations that a database has stands among our
facts of the database, and what is missing is run file by file. Nothing here imports procrastinate.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.errors import ConfigError, StorageError
from fbridge.installation import extra_command
from fbridge.storage.database import Database
from fbridge.storage.postgres import without_limits
from fbridge.storage.restored import fact, keep_fact

_FACT = "queue"
_LOCK = 0x6662726964676A00  # "fbridgj\0"; one upgrade at a time


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("procrastinate") is not None


def refuse_without_extra() -> None:
    """Raises: ConfigError that says how to install it."""
    if not is_installed():
        raise ConfigError(
            f"Workers need one more package; run: {extra_command('workers')}", reason="workers_not_installed"
        )


def has_queue(connection: Connection) -> bool:
    """Whether tasks can be kept in this database: one cheap read."""
    return connection.dialect.name != "sqlite" and fact(connection, _FACT) is not None


def forget_tasks(connection: Connection, store: str) -> None:
    """Take what waits for this store out of the queue: without the store nobody would ever work it."""
    if has_queue(connection):
        waiting = sa.text("DELETE FROM procrastinate_jobs WHERE queue_name = :store AND status = 'todo'")
        connection.execute(waiting, {"store": store})


def check_queue(database: Database) -> None:
    """Raises: StorageError where the tables of tasks are missing, older or newer than what is installed here."""
    with database.read() as connection:
        known = fact(connection, _FACT)
    newest = _migrations()[-1].name
    if known is not None and known > newest:
        raise StorageError(
            f"The tasks in the database were made by a newer procrastinate (schema {_short(known)}); this one knows "
            f"up to {_short(newest)}. Upgrade it: {extra_command('workers')}",
            reason="queue_newer",
        )
    if known != newest:
        raise StorageError(
            "The database is not ready for workers; run: fbridge db upgrade", reason="queue_not_upgraded"
        )


def upgrade_queue(database: Database) -> None:
    """Make the tables of tasks, or bring them to what is installed here; a newer schema stays as it is.

    Raises: StorageError where somebody else has made such tables in this database.
    """
    with database.write() as connection, without_limits(connection):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if fact(connection, _FACT) is None:
            _make(connection)
    for file in _migrations():
        with database.write() as connection, without_limits(connection):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            if file.name > (fact(connection, _FACT) or ""):
                _run(connection, file)
                keep_fact(connection, _FACT, file.name)


def _make(connection: Connection) -> None:
    if connection.scalar(sa.text("SELECT to_regclass('procrastinate_jobs')")) is not None:
        raise StorageError(
            "The database has tables of procrastinate that somebody else has made. Name another database in "
            "config.toml, of which nobody else makes use (docs/workers.md).",
            reason="queue_of_others",
        )
    _run(connection, _folder() / "schema.sql")
    keep_fact(connection, _FACT, _migrations()[-1].name)


def _run(connection: Connection, file: Path) -> None:
    """Several statements in one message, so without parameters."""
    connection.exec_driver_sql(file.read_text("utf-8"), execution_options={"no_parameters": True})


def _folder() -> Path:
    spec = find_spec("procrastinate")
    if spec is None or not spec.submodule_search_locations:
        refuse_without_extra()
        raise FileNotFoundError("procrastinate")
    return Path(spec.submodule_search_locations[0]) / "sql"


def _migrations() -> list[Path]:
    """By their names, which sort by the version of procrastinate that brought them."""
    return sorted((_folder() / "migrations").glob("*.sql"), key=lambda file: file.name)


def _short(name: str) -> str:
    return "_".join(name.split("_")[:2])
