"""Whether a request may still be sent is asked before it, and again where that was a while ago."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fbridge.stopwatch import Stopwatch

STALE_SECONDS = 5.0
"""Far less than the time after which a silent process is taken over (``fbridge.storage.session_locks``)."""


class LastMoment:
    """Asks whether to send, and again where connecting took a while or the process was stopped meanwhile."""

    def __init__(self, ask: Callable[[], object]) -> None:
        ask()
        self._ask, self._asked = ask, Stopwatch()

    def __call__(self, event: str, _about: Mapping[str, Any]) -> None:
        """Told by the HTTP library of each step (https://www.encode.io/httpcore/extensions/#trace)."""
        if event.endswith("send_request_headers.started") and self._asked.seconds > STALE_SECONDS:
            self._ask()
