"""Credentials, in a file of their own that nobody else may read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fbridge.errors import ConfigError
from fbridge.settings.config_file import drop_store, read_toml, set_store
from fbridge.settings.private_file import readable_by_others


def read_secrets(path: Path) -> dict[str, Any]:
    """What the file says; nothing where there is no file.

    Raises: ConfigError where the file is broken, or where others may read it.
    """
    if path.exists() and readable_by_others(path):
        raise ConfigError(
            f"{path}: other users of this machine can read these credentials; run: chmod 600 '{path}'",
            reason="secrets_exposed",
        )
    return read_toml(path)


def set_secrets(path: Path, store: str, values: Mapping[str, Any]) -> None:
    """Keep the credentials of the store, in place of its earlier ones.

    Raises: ConfigError.
    """
    if values:
        set_store(path, store, values)
    else:
        drop_secrets(path, store)


def drop_secrets(path: Path, store: str) -> None:
    """Forget the credentials of the store.

    Raises: ConfigError.
    """
    if path.exists():
        drop_store(path, store)
