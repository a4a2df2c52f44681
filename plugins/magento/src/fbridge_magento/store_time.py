"""Magento's times: ``YYYY-MM-DD HH:MM:SS``, UTC whatever the store's time zone. Pure.

An offset in a filter is ignored without a word, and what is no time matches everything, so only this form is sent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

_LENGTH = len("2026-11-23 01:03:37")


def text_of(moment: datetime) -> str:
    """An aware moment as Magento writes it. Raises: ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without its zone cannot be sent")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat(sep=" ")


def parse(text: Any) -> datetime | None:
    """A moment as Magento writes it, aware UTC; None for anything else."""
    if not isinstance(text, str) or len(text) != _LENGTH or text[10] != " ":
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
