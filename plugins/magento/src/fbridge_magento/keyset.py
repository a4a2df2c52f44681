"""Which rows of a page count, and where reading goes on: the keyset over (time, entity_id). Pure.

Reading asks for what comes after a pair (second, id), oldest first, always for the first page. A row that changes
while a page is made may show its new time at its old place. Such a row must not move the position, or all between
would be skipped: as long as older rows are there, times of the last minute are read once more. What is overlooked
within that minute, or is committed late, is caught by the overlap of the final position.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from fbridge.errors import UnreachableError
from fbridge_magento.search_criteria import Filter, Group
from fbridge_magento.store_time import parse, text_of

OVERLAP = timedelta(seconds=120)
RESTLESS = timedelta(seconds=60)

Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading stands: after the row ``last_id`` of a second (0: before it; None: at the beginning)."""

    second: datetime | None = None
    last_id: int = 0

    @classmethod
    def from_cursor(cls, cursor: Any) -> Self:
        """The position that :meth:`to_cursor` wrote."""
        known = cursor if isinstance(cursor, Mapping) else {}
        return cls(parse(known.get("from")), int(known.get("id", 0)))

    def to_cursor(self) -> dict[str, Any]:
        """JSON-able: ``from`` as Magento writes times, ``id`` where it stands within that second."""
        cursor: dict[str, Any] = {}
        if self.second is not None:
            cursor["from"] = text_of(self.second)
        if self.last_id:
            cursor["id"] = self.last_id
        return cursor

    def groups(self, field: str) -> list[Group]:
        """The filters for what comes after it, by a field that holds a time."""
        if self.second is None:
            return []
        second = text_of(self.second)
        groups: list[Group] = [[Filter(field, "gteq", second)]]
        if self.last_id:
            groups.append([Filter(field, "gt", second), Filter("entity_id", "gt", self.last_id)])
        return groups


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as read at some position, the store's count of all from there on, and its clock (aware UTC)."""

    rows: Sequence[Any]
    total: int | None
    now: datetime


def following(position: Position, page: Page, field: str, page_size: int) -> Position | None:
    """Where to go on after a page that was read at ``position``; None: nothing is left.

    Raises: UnreachableError where the rows of a full page do not lead on.
    """
    if _is_last(page, page_size):
        return None
    keys = list(keys_of(page.rows, field))
    calm = [key for key in keys if key[0] < page.now - RESTLESS]
    last = max(calm or keys, default=None)
    if last is None or (position.second is not None and last <= (position.second, position.last_id)):
        raise UnreachableError(
            f"The store does not list its entries by {field} and entity_id, so they cannot be read one page after "
            "another; a module of the store may interfere.",
            reason="unexpected_answer",
        )
    return Position(*last)


def _is_last(page: Page, page_size: int) -> bool:
    """The count is asked first: a store may give smaller pages than it was asked for."""
    if not page.rows:
        return True
    return len(page.rows) >= page.total if page.total is not None else len(page.rows) < page_size


def keys_of(rows: Iterable[Any], field: str) -> Iterable[Key]:
    """(time, id) of the rows that tell both."""
    for row in rows:
        if isinstance(row, Mapping) and isinstance(row.get("entity_id"), int):
            moment = parse(row.get(field))
            if moment is not None:
                yield moment, row["entity_id"]


def final_position(start: Position, newest: datetime | None, now: datetime) -> Position:
    """Where the next run begins: a little before the newest row read, never before this run's beginning.

    Only a run that went on in the middle of an earlier one may step back behind it, or that one would get no overlap.
    A row from the future, by a wrong clock or import, must not carry the position along.
    """
    latest = newest or (start.second if start.last_id else None)
    if latest is None:
        return Position(start.second)
    back = min(latest, now) - OVERLAP
    whole_run = start.second is not None and not start.last_id
    return Position(max(back, start.second) if whole_run and start.second else back)
