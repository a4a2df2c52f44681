"""How much time went by, even where this process or the whole computer stood still meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Runs from its making. The monotonic clock may stand still while a computer sleeps; the other one may be set."""

    _monotonic: float = field(default_factory=time.monotonic)
    _wall: float = field(default_factory=time.time)

    @property
    def seconds(self) -> float:
        """Never less than what went by, more only where the clock was put forward."""
        return max(time.monotonic() - self._monotonic, time.time() - self._wall)
