"""Reads and changes TOML files; comments and order of what a person wrote are kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fbridge.errors import ConfigError
from fbridge.settings.private_file import write_private

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_POSITION = re.compile(r"^(?P<what>.*) \(at (?P<where>.*)\)$", re.DOTALL)


def read_toml(path: Path) -> dict[str, Any]:
    """What the file says; nothing where there is no file.

    Raises: ConfigError naming file, line and what is wrong.
    """
    text = _read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, str(error)) from None
    except RecursionError:
        raise _broken(path, "Nested too deeply") from None


def set_store(path: Path, name: str, values: Mapping[str, Any]) -> None:
    """Write these values as the table of the store, in place of what stood there.

    Raises: ConfigError.
    """
    import tomlkit

    document = _parse(path)
    if "stores" not in document:
        document["stores"] = tomlkit.table(is_super_table=True)
    table = tomlkit.table()
    table.update(values)
    document["stores"][name] = table
    _write(path, document)


def drop_store(path: Path, name: str) -> None:
    """Take the store's table out, if it is there.

    Raises: ConfigError.
    """
    document = _parse(path)
    stores = document.get("stores", {})
    if name in stores:
        del stores[name]
        _write(path, document)


def _parse(path: Path) -> TOMLDocument:
    import tomlkit

    read_toml(path)  # its messages name the line
    return tomlkit.parse(_read_text(path))


def _write(path: Path, document: TOMLDocument) -> None:
    text = document.as_string()
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        # Tables may be written in ways that do not mix; better to ask than to leave a file that nobody can read.
        raise ConfigError(
            f"{path}: its [stores] are written in an unusual way that fbridge cannot change; change them by hand."
        ) from None
    write_private(path, text)


def _read_text(path: Path) -> str:
    try:
        # Editors on Windows put a byte order mark, which TOML forbids, before the text.
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text; save it again as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from error


def _broken(path: Path, message: str) -> ConfigError:
    found = _POSITION.match(message)
    if found is None:
        return ConfigError(f"{path}: is not valid TOML: {message}.")
    return ConfigError(f"{path}, {found['where'].replace(', ', ' ')}: is not valid TOML: {found['what']}.")
