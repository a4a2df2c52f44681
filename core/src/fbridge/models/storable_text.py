"""Text that both databases take, and JSON."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from math import isfinite
from typing import Any

HIGHEST_IN_JSON = 2**63 - 1
"""The largest whole number that both databases hold."""


def storable(value: str, limit: int | None = None) -> str:
    """Without what no database can hold: shops send NULs, half surrogates (cut emoji) and endless titles."""
    if "\x00" in value:
        value = value.replace("\x00", "")
    if not value.isascii():
        value = value.encode(errors="replace").decode()
    return value[:limit]


def is_storable(value: str) -> bool:
    """Whether :func:`storable` would change nothing."""
    return (value.isascii() or storable(value) == value) and "\x00" not in value


def storable_copy(value: Any) -> Any:
    """As :func:`storable_json`, for what is made of dataclasses and tuples too."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: storable_copy(getattr(value, one.name)) for one in fields(value)})
    if isinstance(value, tuple):
        return tuple(map(storable_copy, value))
    return storable_json(value)


def storable_json(value: Any) -> Any:
    """The same JSON; texts as :func:`storable`, null for a number that no database can hold. As it is where nothing
    was to be done."""
    if isinstance(value, str):
        return value if is_storable(value) else storable(value)
    if isinstance(value, dict):
        kept = {storable_json(name): storable_json(inner) for name, inner in value.items()}
        return value if kept == value else kept
    if isinstance(value, list):
        inner = [storable_json(one) for one in value]
        return value if inner == value else inner
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, int):
        return value if abs(value) <= HIGHEST_IN_JSON else None
    return value
