"""How long a version of the Admin API is served, and what has to be told of it. Pure.

Shopify makes a version each quarter and serves it for at least a year; what is older is answered by the oldest that
there still is, without an error. Source: https://shopify.dev/docs/api/usage/versioning
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fbridge.models.platforms import Notice

TOLD_BEFORE = timedelta(days=90)
_WAY_OUT = "install a newer fbridge-shopify, or set api_version to a newer version (docs/settings.md)"


def end_of(version: str) -> datetime:
    """The first moment at which a version such as ``2026-10`` need not be served any more, aware UTC."""
    year, month = map(int, version.split("-"))
    return datetime(year + 1, month, 1, 17, tzinfo=UTC)


def notices_of(asked: str, served: str, deprecated: str, now: datetime) -> Iterator[Notice]:
    """What somebody has to do; ``served`` and ``deprecated`` are as the last answers told them ("": they did not).

    ``now`` is aware UTC.
    """
    end = end_of(asked)
    yield Notice(
        words=f"Shopify serves version {asked} of its Admin API until {end:%Y-%m-%d}: {_WAY_OUT}.",
        since=end - TOLD_BEFORE,
    )
    if served and served != asked:
        words = f"Shopify answers with version {served} of its Admin API, where {asked} was asked for: {_WAY_OUT}."
        yield Notice(words=words, since=now)
    if deprecated:
        words = (
            f"Shopify warns that it will take something away that is in use here ({deprecated}): {_WAY_OUT}."
        )
        yield Notice(words=words, since=now)
