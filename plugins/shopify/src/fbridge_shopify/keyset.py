"""Where reading the changed orders stands, and where it goes on: the keyset over (updated, id). Pure.

Shopify's page cursor is itself a keyset over the sort value and the id: an order that changes while pages are read
moves to the end and is read there, none slips from an unread page into a read one, and hundreds of equal times are
no matter. Because Shopify may stop a list after 25 000 orders, the window of the search moves up long before that.

What the store's search did not know yet when it was asked is caught by the overlap of the final cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from fbridge.errors import UnreachableError

OVERLAP = timedelta(minutes=5)
WINDOW = 20_000
"""So many orders are read by page cursors before the search itself moves up, close to the newest of them."""


@dataclass(frozen=True, slots=True)
class Position:
    """Reading all that changed at ``since`` (aware UTC; None: ever) or later, from the page cursor ``after`` on.

    ``read`` orders were read in this window; ``newest`` is the last change seen in this run.
    """

    since: datetime | None = None
    after: str | None = None
    read: int = 0
    newest: datetime | None = None

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any]) -> Self:
        """The position that :meth:`to_cursor` wrote."""
        return cls(
            _read(cursor.get("since")),
            cursor.get("after"),
            int(cursor.get("read", 0)),
            _read(cursor.get("newest")),
        )

    def to_cursor(self) -> dict[str, Any]:
        """JSON-able: times as ``YYYY-MM-DDTHH:MM:SSZ``."""
        told = {
            "since": self.since and written(self.since),
            "after": self.after,
            "read": self.read,
            "newest": self.newest and written(self.newest),
        }
        return {name: value for name, value in told.items() if value}

    @property
    def filter(self) -> str | None:
        """As the search wants it. Times must be quoted there."""
        return None if self.since is None else f"updated_at:>='{written(self.since)}'"

    def begun_anew(self) -> Self:
        """Without the page cursor, for a store that does not take it any more."""
        return replace(self, after=None, read=0)


def following(position: Position, rows: Sequence[Any], page_info: Mapping[str, Any]) -> Position | None:
    """Where to go on after a page; None where it was the last one.

    Raises: UnreachableError where the store says that there is more, and not how to get it.
    """
    if not page_info.get("hasNextPage"):
        return None
    if not page_info.get("endCursor"):
        raise UnreachableError(
            "The store says that there are more orders and does not say after which; try again later.",
            reason="unexpected_answer",
        )
    newest = latest(position.newest, rows)
    read = position.read + len(rows)
    last = max(changes_in(rows), default=None)
    if read >= WINDOW and last is not None:
        # With the overlap, or a run that goes on here after a crash would end without one.
        for since in (last - OVERLAP, last):
            if position.since is None or since > position.since:
                return Position(since=since, newest=newest)
    return Position(position.since, page_info["endCursor"], read, newest)


def final_position(start: datetime | None, newest: datetime | None, server_time: datetime) -> Position:
    """Where the next run begins: a little before the newest order read, never before this run's beginning.

    An order from the future, by a wrong clock or import, must not carry the position along.
    """
    if newest is None:
        return Position(start)
    back = min(newest, server_time) - OVERLAP
    return Position(max(back, start) if start else back)


def latest(newest: datetime | None, rows: Sequence[Any]) -> datetime | None:
    """The latest of a time and the changes of these orders."""
    return max([*changes_in(rows), *filter(None, [newest])], default=None)


def changes_in(rows: Sequence[Any]) -> Iterator[datetime]:
    """When the orders changed that tell it."""
    for row in rows:
        value = row.get("updatedAt") if isinstance(row, Mapping) else None
        try:
            moment = datetime.fromisoformat(value or "")
        except (TypeError, ValueError):
            continue
        yield moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def written(moment: datetime) -> str:
    """A time as Shopify writes it, to the second."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def _read(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
