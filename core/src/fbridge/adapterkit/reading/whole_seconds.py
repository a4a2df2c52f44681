"""Positions in a list of orders whose times of change are whole seconds, as most stores keep them. Pure.

Reading asks for the orders changed from a second on (inclusive), oldest change first. Of a full page only whole
seconds count, for the last one may be cut; the position then moves up to it. Where one second fills a whole page,
that second is read on by what the platform has for it (ids, page numbers): its token.

An order that changes while a page is made shows its new time at its old place. Such a row must not move the
position, or all between would be skipped: in a full page, times of the last minute are left for a later page. What
is overlooked within that minute is caught by the overlap of the next run.

Seconds are as the store shows them, with a zone or without one, and are only compared with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Generic, Self, TypeVar

from fbridge.adapterkit.reading.feeds import Feed, Listed
from fbridge.adapterkit.reading.progress import no_progress
from fbridge.errors import FbridgeError, UnreachableError

RESTLESS = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
CLOCK_CHANGE = timedelta(hours=1)
"""By so much clocks are put back in autumn: some stores sort by the wall clock, and tell another time."""

LONGEST_NIGHT = timedelta(hours=3)
"""In such a night an order may show an earlier time than it was asked for by."""

R = TypeVar("R")
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class SecondPosition:
    """At a second (None: at the beginning), or within it, at the ``token`` that the platform goes on by.

    ``without`` are orders at which the store breaks off: it is asked for all others.
    """

    second: datetime | None = None
    token: int | None = None
    without: tuple[str, ...] = ()

    @classmethod
    def at(cls, moment: datetime | None) -> Self:
        """At the second of this moment."""
        return cls(moment and moment.replace(microsecond=0))

    def saved(self) -> dict[str, Any]:
        """JSON-able."""
        saved: dict[str, Any] = {}
        if self.second is not None:
            saved["second"] = self.second.isoformat()
        if self.token is not None:
            saved["token"] = self.token
        if self.without:
            saved["without"] = list(self.without)
        return saved

    @classmethod
    def restored(cls, saved: Mapping[str, Any]) -> Self:
        """What :meth:`saved` gave. Raises: ValueError, TypeError, KeyError, AttributeError for anything else."""
        second, token = saved.get("second"), saved.get("token")
        return cls(
            datetime.fromisoformat(second) if second is not None else None,
            int(token) if token is not None else None,
            tuple(map(str, saved.get("without", ()))),
        )

    def passing(self, order_id: str) -> SecondPosition:
        """The same without one order more."""
        return replace(self, without=(*self.without, order_id))


class SecondsFeed(Feed[R, SecondPosition, W], Generic[R, W]):
    """A feed with such positions: ``page``, ``by_ids``, ``key`` and ``whole`` are left to write.

    Two minutes are read again, for an order may become visible some time after the second that it shows.
    """

    page_size = at_once = ids_at_once = 100
    overlap = timedelta(seconds=120)

    def begin(self, since: datetime | None) -> SecondPosition:
        """At this second."""
        return SecondPosition.at(since)

    def restored(self, saved: Any) -> SecondPosition:
        """The position that was saved."""
        return SecondPosition.restored(saved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Generic[R]):
    """A page as the store gave it. ``full``: there may be more. ``clock`` is the store's, as it shows times.

    ``token`` is where the second that was being read goes on; None where it does not, or none was being read.
    """

    rows: Sequence[R]
    full: bool
    clock: datetime
    server_time: datetime | None
    token: int | None = None
    remaining: int | None = None


def listed(
    place: SecondPosition,
    page: Rows[R],
    shown: Callable[[R], datetime | None],
    enter: Callable[[datetime, Sequence[R]], int],
) -> Listed[R, SecondPosition]:
    """What counts of a page that was read at a place, and where to go on.

    ``shown`` is the time of a row; None where it has none. ``enter`` gives the token by which a second is read whose
    first orders are on this page.

    Raises: UnreachableError where a full page has no time to go on from, or is not in order; NoProgressError where
    nothing of it was asked for.
    """
    _check_that_it_was_asked_for(place, page.rows, shown)
    if place.token is not None:
        rows, following = page.rows, _after_part(place, page.token)
    elif not page.full:
        rows, following = page.rows, None
    else:
        rows, following = _whole_seconds(place, page, shown, enter)
    left = None if page.remaining is None else max(page.remaining - len(rows), 0)
    return Listed(rows=rows, next=following, server_time=page.server_time, remaining=left)


def _after_part(place: SecondPosition, token: int | None) -> SecondPosition:
    if token is None and place.second is not None:
        return replace(place, second=place.second + SECOND, token=None)
    return replace(place, token=token)


def _whole_seconds(
    place: SecondPosition,
    page: Rows[R],
    shown: Callable[[R], datetime | None],
    enter: Callable[[datetime, Sequence[R]], int],
) -> tuple[Sequence[R], SecondPosition]:
    last = _last_second(place, [moment for row in page.rows if (moment := shown(row))], page.clock - RESTLESS)
    whole = [row for row in page.rows if (moment := shown(row)) is None or moment < last]
    if last != place.second and any(map(shown, whole)):
        return whole, replace(place, second=last)
    tied = [row for row in page.rows if shown(row) == last]
    return [*whole, *tied], replace(place, second=last, token=enter(last, tied))


def _last_second(place: SecondPosition, times: Sequence[datetime], calm: datetime) -> datetime:
    """The second that may be cut: of those that are at rest the last, as far as the order of the list is one."""
    if not times:
        raise UnreachableError(
            "The store gives no usable time of change with its orders, so they cannot be read one after another.",
            reason="unexpected_answer",
        )
    resting = [moment for moment in times if moment < calm]
    last = max(resting or times)
    if not _ascends(resting):
        last -= _put_back(resting)
    return max(last, place.second) if place.second is not None else last


def _put_back(times: Sequence[datetime]) -> timedelta:
    """By how much a list may be out of order that is sorted by a wall clock which was put back.

    Raises: UnreachableError where it is in no order.
    """
    for change in set(times):
        if _ascends([moment + CLOCK_CHANGE if moment < change else moment for moment in times]):
            return CLOCK_CHANGE
    raise UnreachableError(
        "The store does not list its orders by their time of change, so they cannot be read one after another: look "
        "for a plugin of the store, or a proxy before it, that changes what is asked for.",
        reason="not_in_order",
    )


def _ascends(times: Sequence[datetime]) -> bool:
    return all(earlier <= later for earlier, later in pairwise(times))


def _check_that_it_was_asked_for(
    place: SecondPosition, rows: Sequence[R], shown: Callable[[R], datetime | None]
) -> None:
    times = [moment for row in rows if (moment := shown(row))]
    if place.second is None or not times:
        return
    if max(times) < place.second or min(times) < place.second - LONGEST_NIGHT:
        raise no_progress()


def first_failing(
    position: SecondPosition,
    probe: Callable[[int, int], object],
    spans: Iterable[tuple[int, int]],
    may_be_an_orders: Callable[[FbridgeError], bool],
) -> tuple[str, SecondPosition] | None:
    """What :meth:`Feed.first` gives, where ``probe`` asks for the orders of a position with ids from one to another.

    ``spans`` as for :func:`find_failing`. Raises: errors of ``probe`` that can be no order's own.
    """

    def fails(low: int, high: int) -> bool:
        try:
            probe(low, high)
        except FbridgeError as error:
            if not may_be_an_orders(error):
                raise
            return True
        return False

    found = find_failing(fails, spans)
    return None if found is None else (str(found), position.passing(str(found)))


def find_failing(fails: Callable[[int, int], bool], spans: Iterable[tuple[int, int]]) -> int | None:
    """The id of the order at which a list breaks off, where it can be asked for the orders with ids from one to
    another.

    ``spans`` are where to look, one after another. None where the store fails whatever it is asked for, or the
    order is in none of them.
    """
    if fails(0, 0):
        return None
    for low, high in spans:
        if fails(low, high):
            return _narrowed(fails, low, high)
    return None


def _narrowed(fails: Callable[[int, int], bool], low: int, high: int) -> int:
    while low < high:
        middle = (low + high) // 2
        if fails(low, middle):
            high = middle
        else:
            low = middle + 1
    return low
