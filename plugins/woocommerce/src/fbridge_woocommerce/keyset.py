"""Which orders of a page count, and where reading goes on: the keyset over (modified, id). Pure.

Reading always asks for the first page later than a second W (exclusive). Of a full page only whole seconds count,
for the last one may be cut; W then moves up. Where one second fills a whole page, that second is read by page
number from its last page to its first: orders only ever leave a past second, so none slips from an unread page
into a read one.

An order that changes while a page is made shows its new time at its old place. Such a row must not move W, or all
between would be skipped: in a full page, times of the last minute are left for a later page. What is overlooked
within that minute is caught by the overlap of the final cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from fbridge.errors import UnreachableError

OVERLAP = timedelta(seconds=120)
RESTLESS = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading stands: after a second (None: at the beginning), or within the second ``tie``.

    ``page`` is the next page of the tie to read (0: its count is not known yet). ``begun`` is where the run began
    that stands here in its middle (None: it begins here).
    """

    after: datetime | None = None
    tie: datetime | None = None
    page: int = 0
    begun: datetime | None = None

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any]) -> Self:
        """The position that :meth:`to_cursor` wrote."""
        after, tie, begun = (_read(cursor.get(name)) for name in ("after", "tie", "begun"))
        return cls(after, tie, int(cursor.get("page", 0)), begun)

    def to_cursor(self) -> dict[str, Any]:
        """JSON-able: times as ``YYYY-MM-DDTHH:MM:SS``, GMT."""
        cursor: dict[str, Any] = {}
        if self.after is not None:
            cursor["after"] = _write(self.after)
        if self.tie is not None:
            cursor |= {"tie": _write(self.tie), "page": self.page}
        if self.begun is not None:
            cursor["begun"] = _write(self.begun)
        return cursor

    def at(self, after: datetime | None, tie: datetime | None = None, page: int = 0) -> Position:
        """Further on in the same run."""
        return Position(after, tie, page, begun=self.begun or self.after or BEGINNING)

    def within_tie(self, page: int) -> Position:
        """The position before a page of the tie; 0 is after its first page, so the second is done."""
        return self.at(self.after, self.tie, page) if page > 0 else self.at(self.tie)


@dataclass(frozen=True, slots=True)
class Step:
    """What counts of a page, and where to go on (None: nothing is left)."""

    rows: Sequence[Any]
    position: Position | None


def step(
    position: Position, rows: Sequence[Any], total: int | None, page_size: int, server_time: datetime
) -> Step:
    """Judge a page that was read at ``position`` when the store's clock said ``server_time``.

    Raises: UnreachableError where a full page has no time to go on from.
    """
    if _is_all(rows, total, page_size):
        return Step(rows, None)
    last = _last_second(rows, server_time - RESTLESS)
    whole = [row for row in rows if (moment := modified(row)) is None or moment < last]
    if any(modified(row) for row in whole):
        return Step(whole, position.at(last - SECOND))
    return Step(whole, position.at(position.after, tie=last))


def _is_all(rows: Sequence[Any], total: int | None, page_size: int) -> bool:
    """The count is asked first: a store may give smaller pages than it was asked for."""
    return not rows or (len(rows) >= total if total is not None else len(rows) < page_size)


def _last_second(rows: Sequence[Any], horizon: datetime) -> datetime:
    times = list(modified_times(rows))
    if not times:
        raise UnreachableError(
            "The store gives no usable date_modified_gmt with its orders, so they cannot be read one after another.",
            reason="unexpected_answer",
        )
    return max([moment for moment in times if moment < horizon] or times)


def final_position(start: Position, newest: datetime | None, server_time: datetime) -> Position:
    """Where the next run begins: a little before the newest order read, never before this run's beginning.

    That is where the whole run began, also where it went on in its middle at ``start``. An order from the future, by
    a wrong clock or import, must not carry the position along.
    """
    newest = newest or (start.after if start.begun else None)
    if newest is None:
        return Position(start.after)
    back, begun = min(newest, server_time) - OVERLAP, start.begun or start.after
    return Position(max(back, begun) if begun else back)


def modified(row: Any) -> datetime | None:
    """When an order changed; None where the row does not tell."""
    value = row.get("date_modified_gmt") if isinstance(row, Mapping) else None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def modified_times(rows: Sequence[Any]) -> Iterator[datetime]:
    """The times of the rows that tell one."""
    return (moment for row in rows if (moment := modified(row)) is not None)


def _write(moment: datetime) -> str:
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


def _read(value: Any) -> datetime | None:
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if value else None
