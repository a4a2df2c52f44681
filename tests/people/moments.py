"""The moments of a push at which another desk can act: around every request, after every commit, at every word told.

The hooks are real: the proxy before the store, SQLAlchemy's events, and the push's own progress.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import Any

from sqlalchemy import event

from fbridge.errors import FbridgeError
from fbridge.push.run_state import PushProgress
from fbridge.storage.database import Database
from fbridge.testing.faults import FaultProxy

Act = Callable[[], object]


class Interruption:
    """An act that happens once, at the moment number ``at`` (from 1) of those whose names begin with ``kind``.

    ``refused`` is the sentence by which fbridge refused it, ``broke`` what it must never raise.
    """

    def __init__(self, act: Act, at: int, kind: str = "") -> None:
        self._act, self._at, self._kind = act, at, kind
        self._lock, self._here = Lock(), local()
        self._count = 0
        self.moment = ""
        self.refused: FbridgeError | None = None
        self.broke: BaseException | None = None

    @property
    def happened(self) -> bool:
        """Whether the push had so many moments."""
        return bool(self.moment)

    @property
    def done(self) -> bool:
        """Whether fbridge did what the person wanted."""
        return self.happened and self.refused is None and self.broke is None

    def pass_by(self, moment: str) -> None:
        """A moment has come."""
        if getattr(self._here, "acting", False) or not moment.startswith(self._kind):
            return
        with self._lock:
            self._count += 1
            if self._count != self._at:
                return
            self.moment = f"{self._at}: {moment}"
        self._here.acting = True
        try:
            self._act()
        except FbridgeError as error:
            self.refused = error
        except BaseException as error:  # noqa: BLE001 - the test tells of it
            self.broke = error
        finally:
            self._here.acting = False

    def told(self, progress: PushProgress) -> None:
        """Progress of a push."""
        self.pass_by(f"told {progress.words}")


@contextmanager
def moments_of(interruption: Interruption, database: Database, proxy: FaultProxy) -> Iterator[None]:
    """Every commit of this desk's write units and every request at the proxy is a moment."""
    with _commits_of(database, interruption.pass_by):
        proxy.before_each = lambda: interruption.pass_by("before a request")
        proxy.after_each = lambda: interruption.pass_by("after a request")
        try:
            yield
        finally:
            proxy.before_each = proxy.after_each = None


@contextmanager
def _commits_of(database: Database, pass_by: Callable[[str], None]) -> Iterator[None]:
    engine = database._engine
    committed: set[int] = set()

    def at_commit(connection: Any) -> None:
        if connection.get_execution_options().get("fbridge_write"):
            committed.add(id(connection.connection.dbapi_connection))

    def at_checkin(raw: Any, _record: object) -> None:
        # SQLAlchemy tells of a commit before it is done; here the unit has ended and holds no lock.
        if id(raw) in committed:
            committed.discard(id(raw))
            pass_by("after a commit")

    event.listen(engine, "commit", at_commit)
    event.listen(engine, "checkin", at_checkin)
    try:
        yield
    finally:
        event.remove(engine, "commit", at_commit)
        event.remove(engine, "checkin", at_checkin)
