"""Settings that are changed at the terminal while the page is served."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fbridge import Bridge


class FreshSettings:
    """Reads the settings again once their files are others than before."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._lock = Lock()
        self._seen = self._stamp()

    def __call__(self) -> None:
        """Raises ConfigError while the files are wrong."""
        with self._lock:
            now = self._stamp()
            if now != self._seen:
                self._bridge.context.reload_settings()
                self._seen = now

    def _stamp(self) -> tuple[tuple[int, int] | None, ...]:
        return self._bridge.context.settings.home.settings_stamp()
