"""Shopify's rate limit: a bucket of points that fills again by so many a second (docs: API rate limits)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

SMALLEST = 1e-3
"""A thousandth of a point: the clock's own precision, times the rate."""


class Bucket:
    """Points of one app on one shop. ``clock`` gives seconds. Safe to use from several threads."""

    def __init__(self, maximum: float, restore_rate: float, clock: Callable[[], float]) -> None:
        self.maximum = maximum
        self.restore_rate = restore_rate
        self._clock = clock
        self._lock = Lock()
        self._level = maximum
        self._at = clock()
        self.spent = 0.0
        """All points that were ever taken, less what was given back."""

    @property
    def available(self) -> float:
        """The points that are there now."""
        with self._lock:
            return self._filled()

    def take(self, points: float) -> bool:
        """Take points if they are there."""
        with self._lock:
            if self._filled() < points - SMALLEST:
                return False
            self._level -= points
            self.spent += points
            return True

    def give_back(self, points: float) -> None:
        """Return what a request asked for and did not use."""
        with self._lock:
            self._level = min(self.maximum, self._filled() + points)
            self.spent -= points

    def drain(self, left: float = 0) -> None:
        """Leave so many points, as other programs of the app do."""
        with self._lock:
            self._filled()
            self._level = left

    def status(self) -> dict[str, Any]:
        """``throttleStatus`` as it stands in answers."""
        shown = [self.maximum, float(int(self.available + SMALLEST)), self.restore_rate]
        maximum, available, rate = (int(value) if value == int(value) else value for value in shown)
        return {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": rate}

    def _filled(self) -> float:
        now = self._clock()
        self._level = min(self.maximum, self._level + max(0.0, now - self._at) * self.restore_rate)
        self._at = now
        return self._level
