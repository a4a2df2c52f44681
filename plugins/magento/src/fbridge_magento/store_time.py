"""Magento's times: ``YYYY-MM-DD HH:MM:SS``, UTC whatever the store's time zone. Pure.

An offset in a filter is ignored without a word, and what is no time matches everything, so only this form is sent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fbridge.adapterkit.payloads import moment


def text_of(time: datetime) -> str:
    """An aware time as Magento writes it. Raises: ValueError for a naive one."""
    if time.tzinfo is None:
        raise ValueError("a time without its zone cannot be sent")
    return time.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat(sep=" ")


def parse(text: Any) -> datetime | None:
    """A time as Magento writes it, aware UTC; None for anything else."""
    return moment(text)
