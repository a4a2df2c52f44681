"""Migrations. Imported only when there is something to migrate, because alembic is heavy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from filelock import FileLock
from sqlalchemy.engine import Connection, Engine

from fbridge.storage.backup import backup
from fbridge.storage.postgres import without_limits
from fbridge.storage.version import HEAD_REVISION

_ADVISORY_LOCK = 0x6662726964676500  # "fbridge\0"; one upgrade at a time on PostgreSQL


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest revision, one process at a time; SQLite is copied first."""
    path = Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None
    with upgrade_lock(path) if path else nullcontext():
        with engine.connect() as connection:
            revision = _current(connection)
        if revision == HEAD_REVISION:
            return
        if path is not None and revision is not None:
            backup(path, path.with_name(f"{path.name}.before-{HEAD_REVISION}"), replace=True)
        migrate(engine)


def upgrade_lock(path: Path, timeout: float = -1) -> FileLock:
    """One upgrade of a SQLite database at a time, and none while it is being restored."""
    return FileLock(f"{path}.upgrade.lock", timeout=timeout)


def _current(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing; the caller sees to it that nobody else does."""
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
