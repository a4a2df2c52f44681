"""Which orders of a page count, and where reading goes on: the keyset over (date_upd, id). Pure.

Times here are the shop's own, naive. Reading asks for the orders changed from a second W on (inclusive), oldest
change first. Of a full page only whole seconds count, for the last one may be cut; W then moves up to it. Where one
second fills a whole page, that second is read on by id: orders only ever leave a past second, so none is missed.

An order that changes while a page is made shows its new time at its old place. Such a row must not move W, or all
between would be skipped: in a full page, times of the last minute are left for a later page. What is overlooked
within that minute is caught by the overlap of the final cursor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from fbridge.errors import UnreachableError
from fbridge_prestashop.shop_time import before_the_change, parse, text_of

OVERLAP = timedelta(seconds=120)
RESTLESS = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001 - the shop's times have no zone


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading stands: at a second (None: at the beginning), or within it, after the order ``last_id``.

    ``begun`` is where the run began that stands here in its middle (None: it begins here).
    """

    second: datetime | None = None
    last_id: int | None = None
    begun: datetime | None = None

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any]) -> Self:
        """The position that :meth:`to_cursor` wrote."""
        last_id, begun = cursor.get("id"), parse(cursor.get("begun"))
        return cls(parse(cursor.get("from")), int(last_id) if last_id is not None else None, begun)

    def at(self, second: datetime | None, last_id: int | None = None) -> Position:
        """Further on in the same run."""
        return Position(second, last_id, begun=self.begun or self.second or BEGINNING)

    def to_cursor(self) -> dict[str, Any]:
        """JSON-able; times as the shop writes them."""
        cursor: dict[str, Any] = {}
        if self.second is not None:
            cursor["from"] = text_of(self.second)
        if self.last_id is not None:
            cursor["id"] = self.last_id
        if self.begun is not None:
            cursor["begun"] = text_of(self.begun)
        return cursor


@dataclass(frozen=True, slots=True)
class Step:
    """What counts of a page, and where to go on (None: nothing is left)."""

    rows: Sequence[Any]
    position: Position | None


def step(position: Position, rows: Sequence[Any], page_size: int, now: datetime) -> Step:
    """Judge a page that was read at ``position`` when the shop's clock showed ``now``.

    Raises: UnreachableError where a full page has no time to go on from.
    """
    if position.last_id is not None:
        return _step_within(position, rows, page_size)
    if len(rows) < page_size:
        return Step(rows, None)
    last = _last_second(rows, position.second, now - RESTLESS)
    whole = [row for row in rows if (moment := changed(row)) is None or moment < last]
    if last != position.second and any(changed(row) for row in whole):
        return Step(whole, position.at(last))
    return Step(rows, position.at(last, _highest_id([row for row in rows if changed(row) == last])))


def _step_within(position: Position, rows: Sequence[Any], page_size: int) -> Step:
    """A page of one second: a short one ends it."""
    if len(rows) >= page_size:
        return Step(rows, position.at(position.second, _highest_id(rows)))
    return Step(rows, position.at(position.second + SECOND if position.second else None))


def _last_second(rows: Sequence[Any], first: datetime | None, horizon: datetime) -> datetime:
    times = [moment for row in rows if (moment := changed(row)) is not None]
    if first is not None:
        # Where the clocks were put back, an order may show an earlier time than was asked for.
        times = [moment for moment in times if moment >= first]
    if not times:
        raise UnreachableError(
            "The store gives no usable date_upd with its orders, so they cannot be read one after another.",
            reason="unexpected_answer",
        )
    return max([moment for moment in times if moment < horizon] or times)


def _highest_id(rows: Sequence[Any]) -> int:
    return max(int(row["id"]) for row in rows if str(row.get("id")).isdigit())


def final_position(start: Position, newest: datetime | None, now: datetime, zone: ZoneInfo) -> Position:
    """Where the next run begins: a little before the newest order read, never before this run's beginning.

    That is where the whole run began, also where it went on in its middle at ``start``. An order from the future, by
    a wrong clock or import, must not carry the position along. In a night when the clocks change it steps back three
    hours.
    """
    newest = newest or (start.second if start.begun else None)
    if newest is None:
        return Position(start.second)
    back, begun = before_the_change(min(newest, now) - OVERLAP, zone), start.begun or start.second
    return Position(max(back, begun) if begun else back)


def changed(row: Any) -> datetime | None:
    """When an order changed, as the shop wrote it; None where the row does not tell."""
    return parse(row.get("date_upd")) if isinstance(row, Mapping) else None
