"""A folder of saved maps, one TOML file for each: how maps are named, found and kept, whatever they describe."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fbridge.errors import InputError
from fbridge.settings.config_file import read_toml
from fbridge.settings.private_file import write_private

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class MapFolder:
    """The saved maps of one kind of one user."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """The names of all maps."""
        return tuple(sorted(path.stem for path in self._folder.glob("*.toml")))

    def path(self, name: str) -> Path:
        """Where a map is kept. Raises InputError for a name that is none."""
        if not _NAME.fullmatch(name):
            raise InputError(
                f"A map's name has 1 to 32 small letters, digits, - or _; {name!r} has not.",
                reason="bad_map_name",
            )
        return self._folder / f"{name}.toml"

    def known(self) -> str:
        """Which maps there are, as a sentence."""
        return f"The maps are {', '.join(self.names())}." if self.names() else "There is none yet."

    def read(self, name: str) -> dict[str, Any] | None:
        """What stands in a map's file; None where there is none. Raises InputError; ConfigError for no TOML."""
        path = self.path(name)
        return read_toml(path) if path.exists() else None

    def keep(self, name: str, text: str) -> None:
        """Write a map's file, for its user alone."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.path(name), text)
