"""The turn: one process works a store's pushes at a time (docs/architecture.md, promise 2).

Each push turn has an epoch; whoever finds a newer one than its own has been overtaken and sends nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context, utc_now
from fbridge.errors import BusyError
from fbridge.storage.database import Database
from fbridge.storage.locks import HeldLock, exclusive
from fbridge.storage.restored import mark_restored, notice_other_server, take_over
from fbridge.storage.tables import stores


@dataclass(frozen=True, slots=True)
class PushTurn:
    """The right to push to one store, as long as ``held`` is.

    ``restored_epoch``: the database was put back from a backup since an entry that was looked up in an earlier epoch,
    so what it calls unsent may have been sent.
    """

    held: HeldLock
    store: str
    epoch: int
    restored_epoch: int

    def verify(self, connection: Connection | None = None) -> None:
        """Before each write to the store, and in each write unit, where the epoch stands until the unit ends.

        Raises: BusyError when another process has taken over since; DatabaseUnreachableError when that cannot be
        told, for the lock's session ended.
        """
        query = sa.select(stores.c.push_epoch).where(stores.c.name == self.store)
        if connection is None:
            epoch = self.held.ask(query)
        else:
            self.held.refuse_if_lost()
            # On PostgreSQL it holds off whoever raises the epoch, and no fetch that refers to the store.
            epoch = connection.execute(query.with_for_update(read=True)).scalar_one()
        if epoch != self.epoch:
            raise BusyError(
                f"Another fbridge has taken over the pushes of store {self.store!r}; nothing more is sent.",
                reason="overtaken",
            )


def refuse_while_pushing(database: Database, store: str, folder: Path) -> None:
    """Raise BusyError when another process has the turn to push to this store; takes none."""
    with _push_lock(database, store, folder):
        pass


def mark_restored_by_hand(context: Context) -> None:
    """The database was put back by other means than ``db restore``. Raises BusyError while a push runs."""
    for name in context.settings.stores:
        refuse_while_pushing(context.database, name, context.lock_folder)
    with context.database.write() as connection:
        mark_restored(connection)


def _push_lock(database: Database, store: str, folder: Path) -> AbstractContextManager[HeldLock]:
    return exclusive(database, f"push-{store}", folder, f"Another fbridge is pushing to store {store!r}.")


@contextmanager
def push_turn(
    database: Database, store: str, folder: Path, now: Callable[[], datetime] = utc_now
) -> Iterator[PushTurn]:
    """Take the turn to push to this store. Raises BusyError when another process has it.

    Beside a SQLite database a file keeps the last epoch: a database that knows a lesser one, or one that was pushed
    from and has no such file, was put back from a backup or copied. No file tells that of PostgreSQL, which many
    computers share.
    """
    with _push_lock(database, store, folder) as held:
        witness = folder / f"push-{store}.epoch" if database.is_sqlite else None
        with database.write() as connection:
            held.fence(connection)
            notice_other_server(connection)
            seen = _last_epoch_seen(witness) if witness else None
            epoch, restored = take_over(connection, store, seen=seen, at=now())
        if witness:
            _keep_epoch(witness, epoch)
        yield PushTurn(held, store, epoch, restored)


def _last_epoch_seen(witness: Path) -> int:
    """0 where there is none, or where a crash left half of it."""
    try:
        return int(witness.read_text())
    except (OSError, ValueError):
        return 0


def _keep_epoch(witness: Path, epoch: int) -> None:
    half_written = witness.with_suffix(".new")
    half_written.write_text(str(epoch))
    half_written.replace(witness)
