"""Times in Shopify's form."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(seconds: int | None) -> str | None:
    """``2026-11-23T10:00:00Z``, or nothing."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def seconds_of(text: str) -> int:
    """Back again; a time without a zone counts as UTC. Raises: ValueError."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
