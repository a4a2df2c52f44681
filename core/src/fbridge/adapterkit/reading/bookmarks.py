"""Where a run began, where it stands, and where the next one begins: the part of a cursor that the walk owns. Pure.

A run reads all that changed from ``since`` on, until the store's time at its beginning, the horizon. The next one
begins a little before the last change that was seen, and never later than a little before the horizon: an order from
the future, by a wrong clock or import, must not carry it along.

The pair of our time and the store's at the beginning is kept. Where the store's clock has since advanced less than
ours, it was put back, and orders got times that were read as past already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

_NOTHING = timedelta(0)
_TIMES = ("since", "newest", "ours", "theirs", "put_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """``at`` is the saved position of a run that stands in its middle, ``newest`` the last change that it saw.

    ``ours`` and ``theirs`` are the two clocks at the beginning of the last run, ``put_back`` is when, by ours, the
    store's was last found put back. All times are aware UTC.
    """

    since: datetime | None = None
    at: Any = None
    newest: datetime | None = None
    ours: datetime | None = None
    theirs: datetime | None = None
    put_back: datetime | None = None

    @classmethod
    def from_json(cls, saved: Any) -> Self | None:
        """The bookmark that :meth:`to_json` wrote; None for whatever else stands there."""
        if not isinstance(saved, Mapping) or not saved.keys() <= {*_TIMES, "at"}:
            return None
        try:
            times = {name: _moment(saved[name]) for name in _TIMES if name in saved}
        except (TypeError, ValueError):
            return None
        return cls(at=saved.get("at"), **times)

    def to_json(self) -> dict[str, Any]:
        """JSON-able, without what is None."""
        times = {name: moment.isoformat() for name in _TIMES if (moment := getattr(self, name)) is not None}
        return times if self.at is None else {**times, "at": self.at}

    def put_back_by(self, ours: datetime, theirs: datetime) -> timedelta:
        """How much less the store's clock has advanced than it should have, by the two clocks as they are now.

        Our own clock may have been put back as well: time never goes backwards.
        """
        if self.ours is None or self.theirs is None:
            return _NOTHING
        return max(max(ours - self.ours, _NOTHING) - (theirs - self.theirs), _NOTHING)

    def gone_back(self, by: timedelta, first: datetime | None, now: datetime) -> Self:
        """The same run from so much earlier on, but not from before ``first``. ``now`` is our time."""
        try:
            since = self.since and self.since - by
        except OverflowError:
            since = first
        return replace(self, at=None, since=max(filter(None, (since, first)), default=None), put_back=now)

    def started(self, ours: datetime, theirs: datetime) -> Self:
        """With the clocks as they are now."""
        return replace(self, ours=ours, theirs=theirs)

    def seen(self, changes: list[datetime], at: Any) -> Self:
        """After a page with these changes, before the position ``at``."""
        known = [self.newest] if self.newest else []
        return replace(self, newest=max([*changes, *known], default=None), at=at)

    def ended(self, overlap: timedelta) -> Self:
        """For the next run, which never begins before this one did."""
        since = self.since
        if self.newest is not None:
            back = min(filter(None, (self.newest, self.theirs))) - overlap
            since = max(back, since) if since else back
        return replace(self, since=since, at=None, newest=None)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment
