"""One run through a feed: from where the last one ended to the store's time at its beginning."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from fbridge.adapterkit.reading.bookmarks import Bookmark
from fbridge.adapterkit.reading.feeds import Feed, Key, Listed, NoProgressError, Position
from fbridge.adapterkit.reading.isolation import listed_from, whole_orders
from fbridge.adapterkit.reading.progress import Progress
from fbridge.errors import FbridgeError
from fbridge.models.orders import RejectedOrder

log = logging.getLogger("fbridge.reading")

GOOD_PAGES = 4
"""After so many pages of one size larger ones are tried again."""

P = TypeVar("P", bound=Position)
R = TypeVar("R")
W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg(Generic[W]):
    """A page of the run. ``before`` is where it began, ``after`` where reading goes on.

    ``brings_news``: it has rows that the pages before it had not, so the store knows the way that led here.
    """

    orders: Sequence[W | RejectedOrder]
    before: Bookmark
    after: Bookmark
    remaining: int | None
    served_at: datetime | None
    brings_news: bool


class Walk(Generic[R, P, W]):
    """A run. ``kept`` is where it begins or goes on, ``first`` (aware UTC) what it never goes back behind.

    ``now`` is our clock. ``note`` says what a person should know of the run.
    """

    def __init__(
        self,
        feed: Feed[R, P, W],
        kept: Bookmark,
        first: datetime | None,
        now: Callable[[], datetime],
    ) -> None:
        self._feed = feed
        self._mark = kept
        self._first = first
        self._now = now
        self._size = feed.page_size
        self._good = 0
        self._passed: list[W | RejectedOrder] = []
        self.note = ""

    def legs(self) -> Iterator[Leg[W]]:
        """The pages. A page is given once a later one, or the end, has shown that the store knows the way.

        Where the store fails before that, its orders are given and reading begins again at them.
        """
        held: list[Leg[W]] = []
        legs = self._legs()
        try:
            for leg in legs:
                if leg.brings_news:
                    yield from held
                    held.clear()
                held.append(leg)
        except NoProgressError:
            raise
        except FbridgeError:
            yield from (replace(leg, after=leg.before) for leg in held)
            raise
        yield from held

    def _legs(self) -> Iterator[Leg[W]]:
        progress = Progress[P]()
        listed: Listed[R, P] | None = self._opened()
        while listed is not None:
            keys = [self._feed.key(row) for row in listed.rows]
            following = None if self._is_behind_the_horizon(keys, listed) else listed.next
            news = progress.brings_news(keys, following)
            before, self._mark = self._mark, self._after(keys, following)
            orders = [*self._passed, *whole_orders(self._feed, listed.rows)]
            self._passed.clear()
            yield Leg(
                orders=orders,
                before=before,
                after=self._mark,
                remaining=listed.remaining,
                served_at=listed.server_time,
                brings_news=news,
            )
            listed = self._listed(following) if following is not None else None

    def _opened(self) -> Listed[R, P]:
        """The first page; from further back where the store's clock was put back."""
        listed = self._listed(self._position())
        ours = self._now()
        theirs = listed.server_time or ours
        behind = self._mark.put_back_by(ours, theirs)
        # Less than that is covered by the overlap.
        if behind > self._feed.overlap / 2:
            self._mark = self._mark.gone_back(behind + self._feed.overlap, self._first, ours)
            self._tell(behind)
            listed = self._listed(self._position())
        self._mark = self._mark.started(ours, theirs)
        return listed

    def _tell(self, behind: timedelta) -> None:
        whole = timedelta(seconds=int(behind.total_seconds()))
        since = f"{self._mark.since:%Y-%m-%d %H:%M:%S} UTC" if self._mark.since else "the beginning"
        self.note = (
            f"The store's clock was put back by {whole}, or this computer's was set forward: orders are read again "
            f"from {since} on."
        )
        log.warning("%s", self.note)

    def _position(self) -> P:
        if self._mark.at is not None:
            try:
                return self._feed.restored(self._mark.at)
            except (AttributeError, KeyError, TypeError, ValueError):
                self._mark = replace(self._mark, at=None)
        return self._feed.begin(self._mark.since)

    def _listed(self, position: P) -> Listed[R, P]:
        if self._good >= GOOD_PAGES:
            self._size, self._good = min(2 * self._size, self._feed.page_size), 0
        listed, size, passed = listed_from(self._feed, position, self._size)
        self._good = self._good + 1 if size == self._size else 0
        self._size = size
        self._passed += passed
        return listed

    def _is_behind_the_horizon(self, keys: Sequence[Key], listed: Listed[R, P]) -> bool:
        """Whether all of a page changed since the run began: the next run reads on from there.

        What lies in the store's own future is none of that: a wrong clock or an import made it, and it has an end.
        """
        earliest = min((key.changed for key in keys if key.changed), default=None)
        if earliest is None or self._mark.theirs is None:
            return False
        return self._mark.theirs < earliest <= (listed.server_time or self._now())

    def _after(self, keys: Sequence[Key], following: P | None) -> Bookmark:
        changes = [key.changed for key in keys if key.changed]
        if following is None:
            return self._mark.seen(changes, None).ended(self._feed.overlap)
        return self._mark.seen(changes, following.saved())
