"""What stands between us and a store, told from its answer; the same on every platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fbridge.errors import UnreachableError
from fbridge.http.before_store import known_stranger, of_gateway, stranger_in

if TYPE_CHECKING:
    from fbridge.http.response import Response


def redirected(response: Response) -> UnreachableError:
    """The store wants another URL, or something before it a login. It may pass, so it is no order's fault."""
    target = response.headers.get("location", "").partition("?")[0]
    stranger = known_stranger(response.status, response.headers, response.text)
    if stranger:
        return blocked(response, reason="redirected")
    if not target:
        return UnreachableError(
            f"{response.url} answered HTTP {response.status} and no place to go on to, as no store does: exempt the "
            "store's API in the cache or proxy before it.",
            reason="redirected",
        )
    return UnreachableError(
        f"{response.url} sends on to {target}: set the store's URL to the one that it really has.",
        reason="redirected",
    )


def blocked(response: Response, *, reason: str = "blocked") -> UnreachableError:
    """Not the platform answers, but something before it, named where it shows (:mod:`fbridge.http.before_store`)."""
    stranger = stranger_in(response.status, response.headers, response.text)
    return UnreachableError(
        f"{stranger.name[0].upper()}{stranger.name[1:]} answered HTTP {response.status} at {response.url}, not the "
        f"store's API: {stranger.advice}.",
        reason=reason,
        retry_after=response.wait_asked,
    )


def wordless(response: Response) -> str:
    """What can be said of an answer without words of the store: its status, and who gave it where that shows."""
    known = known_stranger(response.status, response.headers, response.text)
    stranger = of_gateway(response.status) or known
    return f"HTTP {response.status} from {response.url}" + (
        f", {stranger.name.rstrip(',')}" if stranger else ""
    )


def cached(response: Response) -> UnreachableError:
    """A cache answered what only the store can know."""
    return UnreachableError(
        f"A cache before the store, not the store itself, answered at {response.url} ({response.cache_sign}), so "
        "nothing is decided by it: exempt the store's API from caching there.",
        reason="cached_answer",
    )
