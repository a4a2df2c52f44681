"""A SQLite database in use, and what its backups are told apart by."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import fbridge.storage.migrations
from fbridge.storage.database import Database, open_database
from fbridge.storage.maintenance import Maintenance
from fbridge.storage.tables import counters


@dataclass
class Desk:
    """One database at work; ``mark`` leaves a word in it, ``words`` reads them all."""

    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    @property
    def care(self) -> Maintenance:
        return Maintenance(url=self.url, records=self.path.parent)

    def open(self) -> Database:
        return open_database(self.url, records=self.path.parent)

    def mark(self, *words: str) -> None:
        """Write words, each in a transaction."""
        database = self.open()
        for word in words:
            with database.write() as connection:
                connection.execute(sa.insert(counters).values(name=word, value=1))
        database.close()

    def be_killed_after(self, *words: str) -> None:
        """Write words and be killed: they are in the ``-wal`` alone."""
        if (child := os.fork()) == 0:
            database = self.open()
            for word in words:
                with database.write() as connection:
                    connection.execute(sa.insert(counters).values(name=word, value=1))
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        assert self.path.with_name("fbridge.db-wal").stat().st_size

    def words(self) -> set[str]:
        """All words, as a command sees them."""
        database = self.open()
        try:
            with database.read() as connection:
                return set(connection.execute(sa.select(counters.c.name)).scalars())
        finally:
            database.close()

    def files(self) -> set[str]:
        """The names beside the database, without those of locks and records."""
        files = (one for one in self.path.parent.iterdir() if one.is_file())
        return {one.name for one in files if one.suffix not in {".lock", ".json"}}


def words_in(file: Path) -> set[str]:
    """The words of a database file that nobody uses."""
    with closing(sqlite3.connect(file)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM counters")}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "data" / "fbridge.db")
    made.mark("old")
    return made


@pytest.fixture
def old_backup(tmp_path: Path) -> Path:
    """A database of the first schema, with a store that was pushed to."""
    file = tmp_path / "of the first schema.db"
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(fbridge.storage.migrations.__file__).parent))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO counters VALUES ('of the first schema', 1)")
        connection.exec_driver_sql(
            "INSERT INTO stores (name, platform, created_at, push_epoch, facts) "
            "VALUES ('shop', 'plain', '2026-01-01', 3, '{}')"
        )
    engine.dispose()
    return file


@pytest.fixture
def read_words() -> Callable[[Path], set[str]]:
    return words_in
