"""How often somebody may try to sign in."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from math import ceil
from threading import Lock

SPAN_SECONDS = 15 * 60
_MOST_KEYS, _MOST_TRIES = 10_000, 100


class Attempts:
    """Counts tries by key; each key has its own limit within 15 minutes.

    Kept in memory: whoever can start the server anew needs no guessing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._tries: dict[str, deque[float]] = {}

    def begin(self, limits: Mapping[str, int]) -> int:
        """Count one more try, before it is looked at; else how many seconds there are to wait."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            waits = [self._wait(key, limit, now) for key, limit in limits.items()]
            if any(waits):
                return max(waits)
            for key in limits:
                self._tries.setdefault(key, deque(maxlen=_MOST_TRIES)).append(now)
            return 0

    def succeeded(self, *keys: str) -> None:
        """It was right: these keys begin anew."""
        with self._lock:
            for key in keys:
                self._tries.pop(key, None)

    def _wait(self, key: str, limit: int, now: float) -> int:
        tries = self._tries.get(key, ())
        if len(tries) < limit:
            return 0
        return max(0, ceil(tries[-limit] + SPAN_SECONDS - now))

    def _forget(self, now: float) -> None:
        """Old ones, where somebody tries with ever new names."""
        if len(self._tries) > _MOST_KEYS:
            recent = now - SPAN_SECONDS
            self._tries = {key: tries for key, tries in self._tries.items() if tries[-1] > recent}
