"""Text from stores and files as it may stand on paper and in a record."""

from __future__ import annotations

from unicodedata import normalize


def clean(text: str) -> str:
    """One line of whole characters: accents joined to their letters, no control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in normalize("NFC", text)).split())
