"""Takes in what a file hands in, many at once: in short write units, each item whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from sqlalchemy.engine import Connection

from fbridge.errors import BusyError, InputError
from fbridge.models.results import Outcome, Taken
from fbridge.storage.database import Database

T = TypeVar("T")

AT_ONCE = 50
"""Items in one write unit on SQLite, where each unit waits for the disk. On PostgreSQL two units that lock the same
rows in another sequence would wait for each other, so there each item is its own."""


def take_all(
    database: Database, items: Iterable[T], take: Callable[[Connection, T], Taken], *, plan: bool
) -> tuple[Taken, ...]:
    """One result for each item, which may be made as they are taken; a refusal stops no other.

    With ``plan`` all is undone again.
    """
    results: list[Taken] = []
    size = AT_ONCE if database.is_sqlite else 1
    rest = iter(items)
    while some := list(islice(rest, size)):
        with database.write() as connection, connection.begin_nested() as together:
            results += [_take(connection, item, take) for item in some]
            if plan:
                together.rollback()
    return tuple(results)


def _take(connection: Connection, item: T, take: Callable[[Connection, T], Taken]) -> Taken:
    try:
        with connection.begin_nested():
            return take(connection, item)
    except (InputError, BusyError) as error:
        return Taken(outcome=Outcome.REFUSED, reason=error.reason, words=str(error))
