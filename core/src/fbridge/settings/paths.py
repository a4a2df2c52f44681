"""Where fbridge keeps its things: platformdirs' places, or all in ``FBRIDGE_HOME``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fbridge.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Home:
    """The folders for settings, data and logs; :meth:`create` makes them, private to the user."""

    config: Path
    data: Path
    log: Path

    @property
    def config_file(self) -> Path:
        """The settings that may be seen."""
        return self.config / "config.toml"

    @property
    def secrets_file(self) -> Path:
        """The credentials."""
        return self.config / "secrets.toml"

    @property
    def maps(self) -> Path:
        """The saved maps: how the files of each source are written."""
        return self.config / "maps"

    @property
    def database_file(self) -> Path:
        """The database where none is configured."""
        return self.data / "fbridge.db"

    def settings_stamp(self) -> tuple[tuple[int, int] | None, ...]:
        """Another one where somebody has changed the settings: time and size of their files, None for none."""
        return tuple(map(_stamp, (self.config_file, self.secrets_file)))

    def create(self) -> None:
        """Make the folders that are missing.

        Raises: ConfigError.
        """
        for folder in (self.config, self.data, self.log):
            make_private_folder(folder)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        facts = file.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


def find_home(environment: Mapping[str, str] = os.environ) -> Home:
    """The places of this user; makes nothing."""
    if chosen := environment.get("FBRIDGE_HOME"):
        folder = Path(chosen).expanduser().absolute()
        return Home(config=folder, data=folder, log=folder / "log")
    from platformdirs import PlatformDirs

    places = PlatformDirs("fbridge", appauthor=False)
    return Home(config=places.user_config_path, data=places.user_data_path, log=places.user_log_path)


def make_private_folder(folder: Path) -> None:
    """Make the folder for this user alone; one that exists keeps its rights.

    Raises: ConfigError.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: this folder cannot be made ({error.strerror}).") from error
