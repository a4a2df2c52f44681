"""Opening a database: migrated to exactly the tables that the code knows, or refused in a sentence."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import fbridge.storage.migrations
from fbridge.errors import StorageError
from fbridge.orders.unreadable import load_unreadable
from fbridge.storage import indexes
from fbridge.storage.database import Database, open_database
from fbridge.storage.metadata import metadata
from fbridge.storage.tables import counters
from fbridge.storage.version import HEAD_REVISION, KNOWN_REVISIONS

indexes.declare()


def test_the_migrated_schema_is_the_one_of_the_tables(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_versions_named_in_the_code_are_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(fbridge.storage.migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD_REVISION]
    assert {script.revision for script in scripts.walk_revisions()} == set(KNOWN_REVISIONS)


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    database = open_database(database_url)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    try:
        with pytest.raises(StorageError, match=r"made by a newer fbridge \(schema 9999\).*Upgrade fbridge\."):
            open_database(database_url)
    finally:
        engine = sa.create_engine(database_url)
        with engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD_REVISION}
            )
        engine.dispose()


def test_a_missing_sqlite_database_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "fbridge.db"
    database = open_database(f"sqlite:///{path}")
    with database.read() as connection:
        assert connection.execute(sa.select(counters)).all() == []
    database.close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_said_and_nothing_is_half_written(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "fbridge.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")

    def fill() -> None:
        with database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
            for number in range(10_000):
                connection.execute(sa.insert(counters).values(name=f"c{number}-{'x' * 20}", value=0))

    with pytest.raises(StorageError, match="the disk is full; free some room and run the command again"):
        fill()
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(counters)).scalar_one() == 0
    database.close()


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "fbridge.db"
    path.write_bytes(b"This is a letter to the tax office.\n" * 100)
    with pytest.raises(StorageError, match=r"fbridge\.db: it is not a database; move it away"):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"This is a letter")


def test_orders_that_were_rejected_before_are_unreadable_ones_that_were_tried_once(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'fbridge.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(fbridge.storage.migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(
            sa.text("INSERT INTO stores (name, platform, created_at, facts) VALUES ('s', 'p', :at, '{}')"),
            {"at": "2026-03-01 09:00:00.000000"},
        )
        connection.execute(
            sa.text("INSERT INTO rejected_orders VALUES ('s', '7', '1007', 'no lines', :at)"),
            {"at": "2026-03-02 09:00:00.000000"},
        )
    engine.dispose()
    with (
        closing(open_database(f"sqlite:///{tmp_path / 'fbridge.db'}")) as database,
        database.read() as connection,
    ):
        (order,) = load_unreadable(connection)
    assert (order.ref, order.reason, order.tries) == ("s:1007", "no lines", 1)
    assert order.first_seen_at == order.tried_at == order.next_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
