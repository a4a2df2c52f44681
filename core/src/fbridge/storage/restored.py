"""The mark of a database that was put back from a backup, and what notices it.

What a restored database calls unsent may have been sent, and the store may show shipments that it never knew. So
every entry of the push ledger is looked up on its store before its first write, until it was looked up once
(docs/backups.md). The mark is a ``stores.restored_epoch`` later than ``push_epoch``: the next turn takes it over, and
nothing uses it up.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.storage.events import record_restored
from fbridge.storage.tables import database_facts, stores
from fbridge.storage.upserts import put_row

_RESTORED, _SERVER = "restored", "server"


def mark_restored(connection: Connection) -> None:
    """All that is in the database is older than what happened on the stores. Stores added later count too, and
    programs that follow the events are told."""
    connection.execute(sa.update(stores).values(restored_epoch=stores.c.push_epoch + 1))
    keep_fact(connection, _RESTORED, "yes")
    record_restored(connection, at=datetime.now(UTC))


def first_restored_epoch(connection: Connection) -> int:
    """The ``restored_epoch`` of a store that is added now: a lost database may have known it."""
    return 1 if fact(connection, _RESTORED) else 0


def notice_other_server(connection: Connection) -> None:
    """On PostgreSQL: mark the database as restored where it was used on another cluster, or made anew, before."""
    if connection.dialect.name != "postgresql":
        return
    seen = _server(connection)
    noted = fact(connection, _SERVER)
    known = noted.split("/") if noted else [""] * len(seen)
    if any(old and new and old != new for old, new in zip(known, seen, strict=True)):
        mark_restored(connection)
    # Users with fewer rights see less; what they do not see they do not compare.
    server = "/".join(new or old for old, new in zip(known, seen, strict=True))
    if server != noted:
        keep_fact(connection, _SERVER, server)


def take_over(connection: Connection, store: str, *, seen: int | None, at: datetime) -> tuple[int, int]:
    """Begin a store's next push epoch, in the transaction that notices a restore: (epoch, restored epoch).

    ``seen`` is the last epoch that this computer knows of, 0 where it knows none, None where that proves nothing.
    """
    known, restored = connection.execute(
        sa.select(stores.c.push_epoch, stores.c.restored_epoch)
        .where(stores.c.name == store)
        .with_for_update(key_share=True)
    ).one()
    epoch = max(known, seen or 0) + 1
    values: dict[str, object] = {"push_epoch": epoch}
    if restored > known or (seen is not None and (known < seen or (seen == 0 < known))):
        restored = epoch
        values |= {"restored_epoch": restored, "restored_at": at}
        record_restored(connection, at=at, is_first=False)
    connection.execute(sa.update(stores).where(stores.c.name == store).values(**values))
    return epoch, restored


def _server(connection: Connection) -> list[str]:
    """What changes when a database is loaded into another place, or made anew from an older time.

    A cluster's identifier, its time line (a recovery to a point in time begins another one), the database, the
    table; "" for what this user may not see.
    """
    cluster = timeline = ""
    if _may_call(connection, "pg_control_system()"):
        cluster = str(connection.scalar(sa.text("SELECT system_identifier FROM pg_control_system()")))
    if _may_call(connection, "pg_current_wal_lsn()") and _may_call(connection, "pg_walfile_name(pg_lsn)"):
        timeline = str(connection.scalar(sa.text("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)")))
    place = connection.execute(
        sa.text("SELECT oid, 'pushes'::regclass::oid FROM pg_database WHERE datname = current_database()")
    ).one()
    return [cluster, timeline, *map(str, place)]


def _may_call(connection: Connection, function: str) -> bool:
    query = sa.select(sa.func.has_function_privilege(function, "execute"))
    return bool(connection.execute(query).scalar_one())


def fact(connection: Connection, name: str) -> str | None:
    """What is known of the database as a whole under this name."""
    query = sa.select(database_facts.c.value).where(database_facts.c.name == name)
    return connection.execute(query).scalar_one_or_none()


def keep_fact(connection: Connection, name: str, value: str) -> None:
    """Know it from now on."""
    put_row(connection, database_facts, name=name, value=value)
