"""Text that both databases take."""

from __future__ import annotations


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
