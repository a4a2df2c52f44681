"""The points that an app may spend at one shop: a bucket that Shopify fills again, second by second.

What is in it is known from ``extensions.cost.throttleStatus`` of the last answer, never guessed: bucket size and rate
depend on the shop's plan. Until the first answer everything is sent at once. Source: "Shopify API rate limits".
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self

MARGIN = 1.0
"""Points to wait for beyond the need: the numbers that Shopify tells are rounded."""


@dataclass(frozen=True, slots=True)
class ThrottleStatus:
    """Points: the bucket's size, what was in it after an answer, what comes back each second."""

    maximum: float
    available: float
    restore_rate: float

    @classmethod
    def from_json(cls, status: Any) -> Self | None:
        """What ``throttleStatus`` tells; None where it tells nothing usable."""
        if not isinstance(status, Mapping):
            return None
        try:
            read = cls(
                float(status["maximumAvailable"]),
                float(status["currentlyAvailable"]),
                float(status["restoreRate"]),
            )
        except (KeyError, TypeError, ValueError):
            return None
        return read if read.restore_rate > 0 else None


class CostBudget:
    """Spends the points of one app at one shop, from any number of threads.

    ``clock`` gives seconds that never go back, ``sleep`` waits so many.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._status: ThrottleStatus | None = None
        self._available = math.inf
        self._at = clock()
        self._reserved = 0.0
        self._costs: dict[object, float] = {}

    def take(self, cost: float) -> None:
        """Return when ``cost`` points are there, and set them aside. Give them back by :meth:`settle`."""
        with self._lock:
            wait = self._wait_for(cost)
            self._reserved += cost
            self._available -= cost
        if wait > 0:
            self._sleep(wait)

    def settle(self, cost: float, status: ThrottleStatus | None, *, executed: bool = True) -> None:
        """The request for which ``cost`` points were set aside has ended with this status (None: with none).

        Without a status the points count as spent, unless the store did not execute it.
        """
        with self._lock:
            self._reserved -= cost
            if status is None:
                self._available += 0 if executed else cost
            else:
                self._status = status
                # The store may have charged the others under way already: then this is too little, never too much.
                self._available = status.available - self._reserved
                self._at = self._clock()

    def learn(self, key: object, requested: float) -> None:
        """What a request of this kind costs, as Shopify itself counted it (``requestedQueryCost``)."""
        with self._lock:
            self._costs[key] = requested

    def expected(self, key: object, otherwise: float) -> float:
        """What a request of this kind cost when it was last sent, else ``otherwise``."""
        with self._lock:
            return self._costs.get(key, otherwise)

    def seconds_until(self, cost: float) -> float:
        """How long to wait until ``cost`` points are there; 0 where nothing is known."""
        with self._lock:
            return self._wait_for(cost)

    def pause(self, seconds: float) -> None:
        """Wait: for an answer that did not say what is left."""
        self._sleep(seconds)

    def _wait_for(self, cost: float) -> float:
        if self._status is None:
            return 0.0
        now = self._clock()
        restored = (now - self._at) * self._status.restore_rate
        self._available = min(self._available + restored, self._status.maximum - self._reserved)
        self._at = now
        # A request dearer than the whole bucket would wait for ever: Shopify shall refuse it.
        wanted = min(cost + MARGIN, self._status.maximum)
        return max(wanted - self._available, 0.0) / self._status.restore_rate
