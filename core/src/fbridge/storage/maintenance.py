"""What a person does with the database as a whole: upgrade, restore, begin anew, check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fbridge.errors import InputError
from fbridge.storage.database import open_database, parse_url, sqlite_path
from fbridge.storage.restored import mark_restored
from fbridge.storage.sqlite_files import dated, is_empty, move_aside

if TYPE_CHECKING:
    from fbridge.storage.check import DatabaseReport
    from fbridge.storage.restore import Restored


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """The database at ``url``. ``records`` is the folder that remembers that it was there."""

    url: str
    records: Path

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return sqlite_path(parse_url(self.url))

    def upgrade(self) -> None:
        """Bring the database to this fbridge's schema (SQLite does so by itself), and on PostgreSQL the jobs of
        workers to theirs, where they are installed. Raises StorageError."""
        database = open_database(self.url, migrate=True, records=self.records)
        try:
            if not database.is_sqlite:
                from fbridge.storage.queue_schema import is_installed, upgrade_queue

                if is_installed():
                    upgrade_queue(database)
        finally:
            database.close()

    def restore(self, backup: Path) -> Restored:
        """Put a backup in the place of the SQLite database. Raises InputError, BusyError, StorageError."""
        from fbridge.storage.restore import restore

        file = self._file(
            "The database is PostgreSQL; restore it with pg_restore, then say so: fbridge db restore --done"
        )
        return restore(file, backup, locks=file.parent / "locks")

    def create(self) -> None:
        """Begin anew with an empty SQLite database where the former one is gone; what is left of it is kept.

        Raises: InputError where there is one; StorageError.
        """
        file = self._file("The database is PostgreSQL; make its tables with: fbridge db upgrade")
        if not is_empty(file):
            raise InputError(f"There is a database {file}; nothing was changed.", reason="database_there")
        move_aside(file, dated(file, "lost"))
        database = open_database(self.url, records=self.records, anew=True)
        try:
            with database.write() as connection:
                mark_restored(connection)  # what the lost one knew may be made again
        finally:
            database.close()

    def check(self) -> DatabaseReport:
        """Whether the database is sound. A fault is in the report, never raised."""
        from fbridge.storage.check import check_postgres, check_sqlite

        file = self.file
        return check_sqlite(file, self.records) if file else check_postgres(self.url)

    def _file(self, otherwise: str) -> Path:
        if self.file is None:
            raise InputError(otherwise, reason="not_sqlite")
        return self.file
