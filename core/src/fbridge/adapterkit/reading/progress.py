"""Whether a list leads anywhere: a proxy that takes queries away makes a store give the same for ever. Pure.

A page may repeat its predecessor: the last page of a second that fills a whole page does. Two in a row that bring
nothing that was not on the two before, or a position that comes again, are no progress. Neither are empty pages
without an end, nor a page whose newest change comes first: what it goes on to is older than what was left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from fbridge.adapterkit.reading.feeds import Key, NoProgressError

P = TypeVar("P")

MOST_EMPTY = 100
"""A list may have some empty pages on its way; so many in a row lead nowhere."""
_LEAST_ROWS = 5


def no_progress() -> NoProgressError:
    """What is told of it."""
    return NoProgressError(
        "The store lists the same orders again and again, whatever it is asked for: look for a proxy, cache or "
        "firewall before it that takes the query (what stands behind the ? of a URL) away."
    )


def _newest_first() -> NoProgressError:
    return NoProgressError(
        "The store lists the newest change first, although it is asked for the oldest: look for a proxy, cache or "
        "firewall before it that takes the query (what stands behind the ? of a URL) away."
    )


def _descends(keys: Sequence[Key]) -> bool:
    """Whether each change is older than the one before; of few rows that may be by chance."""
    times = [key.changed for key in keys if key.changed]
    return len(times) >= _LEAST_ROWS and all(later < sooner for sooner, later in pairwise(times))


class Progress(Generic[P]):
    """Looks at each page of a run. Its memory is that of a few pages, however long the run is."""

    def __init__(self) -> None:
        self._pages: deque[frozenset[Key]] = deque(maxlen=2)
        self._stale = False
        self._empty = 0
        self._mark: P | None = None
        self._steps, self._until = 0, 1

    def brings_news(self, keys: Sequence[Key], following: P | None) -> bool:
        """Whether the page has what its predecessors had not. Raises: NoProgressError."""
        if following is not None and _descends(keys):
            raise _newest_first()
        self._empty = 0 if keys else self._empty + 1
        page = frozenset(key for key in keys if key.id and key.changed)
        stale = bool(page) and following is not None and page <= frozenset().union(*self._pages)
        if (stale and self._stale) or self._empty > MOST_EMPTY or self._was_here(following):
            raise no_progress()
        self._stale = stale
        self._pages.append(page)
        return not stale

    def _was_here(self, following: P | None) -> bool:
        """Brent's way to find a circle: compare with one earlier position, which is renewed at powers of two."""
        if following is not None and following == self._mark:
            return True
        self._steps += 1
        if self._steps == self._until:
            self._mark, self._until = following, 2 * self._until
        return False
