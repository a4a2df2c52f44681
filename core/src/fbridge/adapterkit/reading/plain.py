"""A feed of a simple platform: one list gives whole orders, in a sequence that each page goes on in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fbridge.adapterkit.reading.feeds import Feed

Row = dict[str, Any]


class Place(dict[str, Any]):
    """A position that is what the store is asked by: the parameters of a query, JSON-able."""

    def saved(self) -> dict[str, Any]:
        """For a cursor."""
        return dict(self)


class PlainFeed(Feed[Row, Place, Row]):
    """What is left to write: ``begin``, ``page``, ``by_ids`` and ``key`` (see :class:`Feed`).

    Set ``page_size`` and ``ids_at_once`` to less where the platform allows less.
    """

    page_size = at_once = ids_at_once = 100
    overlap = timedelta(minutes=2)

    def restored(self, saved: Any) -> Place:
        """The place that was saved."""
        return Place(saved)

    def whole(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The list has all of an order."""
        return rows
