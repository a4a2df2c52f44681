"""``db check``: whether the database is sound, has room, and what is still to be looked up after a restore."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.errors import FbridgeError
from fbridge.models.states import PushState
from fbridge.storage.database import open_database, read_revision, refuse_what_is_gone
from fbridge.storage.sqlite_files import companion, foreign_wal, is_empty, open_read_only
from fbridge.storage.tables import pushes, shipments, stores
from fbridge.storage.version import HEAD_REVISION, KNOWN_REVISIONS

_FINISHED = (PushState.SENT, PushState.DONE_ELSEWHERE, PushState.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong: a stable reason, and a sentence with the way out."""

    reason: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAfterRestore:
    """A store of a database that was put back from a backup.

    ``noticed_at``: its first push since (None: there was none yet). ``unchecked``: shipments that are not at rest
    and that were not looked up on the store since.
    """

    store: str
    noticed_at: datetime | None
    unchecked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseReport:
    """What was found. ``size`` and ``free`` are bytes, of a SQLite file and on its disk."""

    database: str
    schema: str | None = None
    size: int | None = None
    free: int | None = None
    problems: tuple[Problem, ...] = ()
    restored: tuple[StoreAfterRestore, ...] = ()

    @property
    def sound(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def check_sqlite(path: Path, records: Path | None) -> DatabaseReport:
    """Look at a SQLite database; nothing of it is changed."""
    report = DatabaseReport(database=str(path))
    try:
        refuse_what_is_gone(path, records)
    except FbridgeError as error:
        return _with(report, error.reason, str(error))
    if is_empty(path):
        return _with(report, "no_database", f"There is no database {path} yet; the first command makes it.")
    wal = companion(path, "-wal")
    size = path.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
    report = replace(report, size=size, free=shutil.disk_usage(path.parent).free)
    if foreign_wal(path):
        words = f"{wal} belongs to another database than {path.name}; put a backup in place: fbridge db restore FILE"
        return _with(report, "foreign_wal", words)
    report = _read_file(path, report)
    if report.free is not None and report.free < size:
        words = f"The disk of {path} has no room for a copy of it; free some."
        report = _with(report, "little_room", words)
    return report


def _read_file(path: Path, report: DatabaseReport) -> DatabaseReport:
    advice = "restore a backup: fbridge db restore FILE"
    try:
        with closing(open_read_only(path)) as connection:
            faults = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(5)
    except sqlite3.Error as error:
        return _with(report, "damaged", f"The database {path} cannot be read ({error}); {advice}")
    if faults != ["ok"]:
        return _with(report, "damaged", f"The database {path} is damaged ({'; '.join(faults)}); {advice}")
    if orphans:
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        words = f"The database {path} has rows without what they belong to (in {tables}); {advice}"
        report = _with(report, "orphans", words)
    engine = sa.create_engine("sqlite://", creator=lambda: open_read_only(path))
    try:
        return _read_state(engine, report)
    finally:
        engine.dispose()


def check_postgres(url: str) -> DatabaseReport:
    """Look at a PostgreSQL database. Raises StorageError where it cannot be reached."""
    try:
        database = open_database(url, migrate=False)
    except FbridgeError as error:
        report = DatabaseReport(database=str(sa.make_url(url)))
        return _with(report, error.reason, str(error))
    try:
        with database.read() as connection:
            report = DatabaseReport(database=str(database.url), schema=HEAD_REVISION)
            return replace(report, restored=_after_restore(connection))
    finally:
        database.close()


def _read_state(engine: sa.Engine, report: DatabaseReport) -> DatabaseReport:
    revision = read_revision(engine)
    report = replace(report, schema=revision)
    if revision is None:
        return _with(report, "not_fbridge", f"{report.database} is not a database of fbridge.")
    if revision not in KNOWN_REVISIONS:
        words = (
            f"A newer fbridge (schema {revision}; this one knows {HEAD_REVISION}) made it. Upgrade fbridge."
        )
        return _with(report, "database_newer", words)
    if revision != HEAD_REVISION:
        return report  # the next command brings it up to date
    with engine.connect() as connection:
        return replace(report, restored=_after_restore(connection))


def _after_restore(connection: Connection) -> tuple[StoreAfterRestore, ...]:
    open_ones = sa.and_(pushes.c.checked_epoch < stores.c.restored_epoch, pushes.c.state.not_in(_FINISHED))
    query = (
        sa.select(
            stores.c.name,
            stores.c.push_epoch,
            stores.c.restored_epoch,
            stores.c.restored_at,
            sa.func.count(pushes.c.shipment_id).filter(open_ones).label("unchecked"),
        )
        .select_from(
            stores.outerjoin(shipments, shipments.c.store == stores.c.name).outerjoin(
                pushes, pushes.c.shipment_id == shipments.c.id
            )
        )
        .where(stores.c.restored_epoch > 0)
        .group_by(stores.c.name, stores.c.push_epoch, stores.c.restored_epoch, stores.c.restored_at)
        .order_by(stores.c.name)
    )
    return tuple(
        StoreAfterRestore(
            store=row.name,
            noticed_at=row.restored_at if row.restored_epoch <= row.push_epoch else None,
            unchecked=row.unchecked,
        )
        for row in connection.execute(query)
    )


def _with(report: DatabaseReport, reason: str, words: str) -> DatabaseReport:
    return replace(report, problems=(*report.problems, Problem(reason=reason, words=words)))
