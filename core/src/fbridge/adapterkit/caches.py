"""Whether a cache stands before a store's API, found out by asking the same twice and once as it was never asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from fbridge.errors import UnreachableError
from fbridge.models.platforms import Finding

NAME = "cache"
"""The name of the finding."""
_LONGEST_ANSWER = timedelta(seconds=5)
"""Two answers to requests that follow each other are not further apart, by the store's clock."""


class Shown(Protocol):
    """What an answer shows of who gave it."""

    @property
    def cache_sign(self) -> str:
        """The header by which a cache tells that it answered; "" where none does."""

    @property
    def date(self) -> datetime | None:
        """The clock of who made the answer."""


def cache_finding(ask: Callable[[bool], Shown]) -> Finding:
    """What ``store check`` says of a cache; ``ask(fresh)`` is a small read of what needs the store's credentials.

    A cache that fresh reads get past is told, for the merchant to mend; one that answers those too stands in the way
    of every push.
    """
    try:
        ask(False)
        again, fresh = ask(False), ask(True)
    except UnreachableError as error:
        return Finding(name=NAME, ok=error.reason != "cached_answer", words=str(error))
    return finding_of(again, fresh)


def finding_of(again: Shown, fresh: Shown) -> Finding:
    """Of the answer to a request that was made before, and of one that was never made."""
    sign = again.cache_sign or _sign_of_time(again, fresh)
    if not sign:
        return Finding(name=NAME, ok=True, words="No cache shows itself before the API.")
    words = (
        f"A cache stands before the API and gave an answer of its own ({sign}). What decides is read past it; "
        "let it not keep the API's answers all the same."
    )
    return Finding(name=NAME, ok=True, words=words)


def _sign_of_time(again: Shown, fresh: Shown) -> str:
    if again.date is None or fresh.date is None or fresh.date - again.date <= _LONGEST_ANSWER:
        return ""
    return f"its Date is {round((fresh.date - again.date).total_seconds())} s old"
