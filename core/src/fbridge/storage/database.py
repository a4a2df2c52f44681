"""Opening the database, and its two kinds of work: a read and a write unit.

A write unit is BEGIN IMMEDIATE on SQLite and an ordinary transaction with row locks on PostgreSQL. No unit is
ever open during HTTP (docs/architecture.md, "Storage").
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url

from fbridge.errors import BusyError, FbridgeError, StorageError
from fbridge.storage.known_database import last_used, note_use
from fbridge.storage.network_folders import refuse_network_folder
from fbridge.storage.sqlite_files import foreign_wal, has_wal, is_empty
from fbridge.storage.version import HEAD_REVISION, KNOWN_REVISIONS

BUSY_TIMEOUT_MS = 30_000


class Database:
    """One database, ready for this version of fbridge."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held = threading.local()
        self._reader, self._writer = engine, engine.execution_options(fbridge_write=True)
        if not self.is_sqlite:  # the server's own default may be another
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ")
            self._writer = engine.execution_options(isolation_level="READ COMMITTED")

    @property
    def engine(self) -> Engine:
        """For work on connections themselves; everything else reads and writes by units."""
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        """SQLite, as against PostgreSQL."""
        return self._engine.dialect.name == "sqlite"

    @property
    def path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        name = self._engine.url.database
        return Path(name) if self.is_sqlite and name else None

    @property
    def url(self) -> URL:
        """Where the database is (its ``str`` hides the password)."""
        return self._engine.url

    @contextmanager
    def read(self, *, streamed: bool = False) -> Iterator[Connection]:
        """A consistent view; nothing is written. ``streamed``: whoever reads takes as long as a person may."""
        if (held := self._unit()) is not None:
            yield held
            return
        with explained(self._engine.url), self._reader.connect() as connection, connection.begin():
            if streamed and not self.is_sqlite:
                from fbridge.storage.postgres import may_be_idle

                may_be_idle(connection)
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write unit: all or nothing. Raises BusyError when another program holds the database too long."""
        if (held := self._unit()) is not None:
            with held.begin_nested():
                yield held
            return
        with explained(self._engine.url), self._writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def one_unit(self) -> Iterator[Connection]:
        """One write unit for all that this thread reads and writes in the block: all of it or nothing.

        Only for acts that ask no store: no unit is ever open during HTTP.
        """
        before = self._unit()
        with self.write() as connection:
            self._held.connection = connection
            try:
                yield connection
            finally:
                self._held.connection = before

    @property
    def is_in_one_unit(self) -> bool:
        """Whether this thread is in such a block."""
        return self._unit() is not None

    def _unit(self) -> Connection | None:
        return getattr(self._held, "connection", None)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection of its own without a transaction, for session locks on PostgreSQL."""
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with explained(self._engine.url), engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()


def open_database(
    url: str, *, migrate: bool = True, records: Path | None = None, anew: bool = False
) -> Database:
    """Open (and for SQLite create or bring up to date) the database at this SQLAlchemy URL.

    ``records`` is the folder that remembers a SQLite file: one that was there and is gone is not made again unless
    ``anew``.

    Raises StorageError: gone, from a newer fbridge, not migrated (PostgreSQL), not a database, not writable.
    """
    parsed = parse_url(url)
    path = sqlite_path(parsed)
    if path is not None and not anew:
        refuse_what_is_gone(path, records)
    engine = _sqlite_engine(parsed) if parsed.get_backend_name() == "sqlite" else _postgres_engine(parsed)
    try:
        with explained(engine.url):
            _refuse_pooler(engine)
            revision = read_revision(engine)
        if revision != HEAD_REVISION:
            _bring_up_to_date(engine, revision, migrate=migrate)
    except BaseException:
        engine.dispose()
        raise
    if path is not None and records is not None:
        note_use(records, path.absolute())
    return Database(engine)


def sqlite_path(url: URL) -> Path | None:
    """The file of a SQLite database; None for one in memory and for PostgreSQL."""
    in_file = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(url.database) if in_file and url.database else None


def refuse_what_is_gone(path: Path, records: Path | None) -> None:
    """Raise StorageError where a database was: an empty one in its place would be at rest, all forgotten."""
    if not is_empty(path):
        return
    used = last_used(records, path.absolute()) if records else None
    if used is None and not has_wal(path):
        return
    when = f"it was last used on {used:%Y-%m-%d %H:%M} UTC" if used else f"its {path.name}-wal is still there"
    raise StorageError(
        f"The database {path} is {'empty' if path.exists() else 'gone'} ({when}). Restore a backup: fbridge db "
        "restore FILE, or begin anew: fbridge db create",
        reason="database_gone",
    )


def read_revision(engine: Engine) -> str | None:
    """The schema revision: one cheap read, None for an empty database."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _bring_up_to_date(engine: Engine, revision: str | None, *, migrate: bool) -> None:
    place = _place(engine.url)
    if revision is not None and revision not in KNOWN_REVISIONS:
        raise StorageError(
            f"The database {place} was made by a newer fbridge (schema {revision}); "
            f"this one knows up to {HEAD_REVISION}. Upgrade fbridge.",
            reason="database_newer",
        )
    if engine.dialect.name != "sqlite" and not migrate:
        raise StorageError(
            f"The database {place} is not ready for this fbridge; run: fbridge db upgrade",
            reason="database_not_upgraded",
        )
    from fbridge.storage.upgrade import upgrade

    upgrade(engine)


def parse_url(url: str) -> URL:
    """The URL, with the driver that fbridge uses. Raises StorageError."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except sa.exc.ArgumentError:
        raise StorageError(f"database = {url!r} is not a database URL, such as sqlite:///PATH") from None
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StorageError(f"database: {backend} is not supported; use sqlite or postgresql")
    return parsed


def _sqlite_engine(url: URL) -> Engine:
    options: dict[str, Any] = {"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None}
    path = sqlite_path(url)
    if path is not None:
        refuse_network_folder(path)
        _make_private(path)
        _refuse_foreign_wal(path)
        options["factory"] = _HeldToItsFile
    engine = sa.create_engine(url, connect_args=options)
    event.listen(engine, "connect", _sqlite_pragmas)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _postgres_engine(url: URL) -> Engine:
    from fbridge.storage.postgres import postgres_engine

    return postgres_engine(url)


def _refuse_pooler(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        from fbridge.storage.poolers import refuse_transaction_pooler

        refuse_transaction_pooler(engine)


def _refuse_foreign_wal(path: Path) -> None:
    if foreign_wal(path):
        raise StorageError(
            f"The database {path} was replaced while the {path.name}-wal of the one before is still there; together "
            "they would be mixed up. Put a backup in its place with: fbridge db restore FILE",
            reason="foreign_wal",
        )


class _HeldToItsFile(sqlite3.Connection):
    """A connection that writes to no file that is not in its place any more: ``db restore`` has moved it aside."""

    def __init__(self, database: str, *args: Any, **options: Any) -> None:
        self.path = Path(database)
        self._file = self._in_place()
        super().__init__(database, *args, **options)

    def refuse_replaced(self) -> None:
        """Raise BusyError where another file, or none, is in the place of the one that was opened."""
        if self._file is None or self._file != self._in_place():
            raise BusyError(
                f"The database {self.path} was replaced or moved away meanwhile; nothing was written. Run the "
                "command again.",
                reason="database_replaced",
            )

    def _in_place(self) -> tuple[int, int] | None:
        try:
            facts = self.path.stat()
        except OSError:
            return None
        return facts.st_dev, facts.st_ino


def _make_private(path: Path) -> None:
    """Create the file for its owner only, before SQLite would create it for everybody."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Only a new one: closing a file takes away the locks that SQLite holds on it in this process (POSIX).
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StorageError(f"The database {path} cannot be opened: {error.strerror}.") from error


def _sqlite_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA schema_version")  # waits for a restore that is under way
    if isinstance(connection, _HeldToItsFile):
        connection.refuse_replaced()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    held: object = connection.connection.dbapi_connection
    if isinstance(held, _HeldToItsFile):
        held.refuse_replaced()
    immediate = connection.get_execution_options().get("fbridge_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


_SQLITE_FAULTS = (
    ("database or disk is full", "the disk is full; free some room and run the command again"),
    ("file is not a database", "it is not a database; move it away or name another one in the settings"),
    ("database disk image is malformed", "it is damaged; restore a backup: fbridge db restore FILE"),
    ("readonly database", "it may not be written; check the owner and the rights of the file and its folder"),
    ("unable to open database file", "it cannot be opened; check the folder and its rights"),
    ("disk i/o error", "the disk reports an error; check the disk, then restore a backup if needed"),
)


def _place(url: URL) -> str:
    """As shown: without the password, which may stand among the options too."""
    return url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn the faults of a database that a person can mend into one sentence."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        told = (
            _sqlite_fault(url, error) if url.get_backend_name() == "sqlite" else _postgres_fault(url, error)
        )
        if told is None:
            raise
        raise told from error


def _postgres_fault(url: URL, error: sa.exc.DBAPIError) -> FbridgeError | None:
    from fbridge.storage.postgres_faults import postgres_fault

    place = _place(url)
    return postgres_fault(place, error) or _unusable(place, error)


def _sqlite_fault(url: URL, error: sa.exc.DBAPIError) -> FbridgeError | None:
    place, cause = str(url.database), str(error.orig).lower()
    if "database is locked" in cause:
        return BusyError(f"Another program keeps the database {place} busy; try again in a moment.")
    for sign, advice in _SQLITE_FAULTS:
        if sign in cause:
            return StorageError(f"The database {place}: {advice}.")
    return _unusable(place, error)


def _unusable(place: str, error: sa.exc.DBAPIError) -> StorageError | None:
    """What is neither known nor a bug of ours: the database cannot be worked with."""
    if not isinstance(error, sa.exc.OperationalError):
        return None
    return StorageError(f"The database {place} cannot be used: {str(error.orig).strip().splitlines()[0]}")
