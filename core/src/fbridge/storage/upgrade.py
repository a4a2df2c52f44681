"""Migrations. Imported only when there is something to migrate, because alembic is heavy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from filelock import FileLock
from sqlalchemy.engine import Connection, Engine

from fbridge.storage.postgres import without_limits
from fbridge.storage.version import HEAD_REVISION

_ADVISORY_LOCK = 0x6662726964676500  # "fbridge\0"; one upgrade at a time on PostgreSQL


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest revision, one process at a time; SQLite is copied first."""
    path = Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None
    with FileLock(f"{path}.upgrade.lock") if path else nullcontext():
        with engine.connect() as connection:
            revision = _current(connection)
        if revision == HEAD_REVISION:
            return
        if path is not None and revision is not None:
            backup(path, path.with_name(f"{path.name}.before-{HEAD_REVISION}"))
        _run_migrations(engine)


def backup(source: Path, target: Path) -> None:
    """Copy a SQLite database while it is in use, by SQLite's own backup API."""
    with closing(sqlite3.connect(source)) as old:
        target.touch(mode=0o600)
        with closing(sqlite3.connect(target)) as new:
            old.backup(new)


def backup_name(path: Path) -> Path:
    """Where a backup made now goes: beside the database, with the time in its name (UTC)."""
    return path.with_name(f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{path.suffix}")


def _current(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _run_migrations(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    writer = engine.execution_options(fbridge_write=True)
    with writer.connect() as connection, connection.begin(), _alone(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """One upgrade at a time; on SQLite the unit itself is alone."""
    if connection.dialect.name == "sqlite":
        yield
        return
    with without_limits(connection):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        yield
