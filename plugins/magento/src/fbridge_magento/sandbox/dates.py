"""Times as Magento keeps and shows them: UTC, without saying so."""

from __future__ import annotations

from datetime import UTC, datetime

FORMAT = "%Y-%m-%d %H:%M:%S"


def shown(seconds: int) -> str:
    """``2026-11-23 01:00:00``, whatever the time zone of the store view."""
    return datetime.fromtimestamp(seconds, UTC).strftime(FORMAT)


def seconds_of(text: str) -> int:
    """Back from :func:`shown`. Raises: ValueError."""
    return int(datetime.strptime(text, FORMAT).replace(tzinfo=UTC).timestamp())
