"""Settings that are changed at the terminal while the page is served."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from fbridge import Bridge


class FreshSettings:
    """Reads the settings again once their files are others than before."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._lock = Lock()
        self._seen = self._now()

    def __call__(self) -> None:
        """Raises ConfigError while the files are wrong."""
        with self._lock:
            now = self._now()
            if now != self._seen:
                self._bridge.context.reload_settings()
                self._seen = now

    def _now(self) -> tuple[tuple[int, int] | None, ...]:
        home = self._bridge.context.settings.home
        return tuple(map(_facts, (home.config_file, home.secrets_file)))


def _facts(file: Path) -> tuple[int, int] | None:
    try:
        facts = file.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size
