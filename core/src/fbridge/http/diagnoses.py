"""What stands between us and a store, told from its answer; the same on every platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fbridge.errors import RefusedError, UnreachableError

if TYPE_CHECKING:
    from fbridge.http.response import Response


def redirected(response: Response) -> RefusedError:
    """The store wants another URL."""
    target = response.headers.get("location", "").partition("?")[0]
    return RefusedError(
        f"{response.url} sends on to {target or 'another place'}: set the store's URL to the one that it really has.",
        reason="redirected",
    )


def blocked(response: Response, *, reason: str = "blocked") -> UnreachableError:
    """Not the platform answers, but something before it."""
    return UnreachableError(
        f"Something before the store (a firewall, a login page) answered HTTP {response.status} at {response.url}: "
        "allow this computer there.",
        reason=reason,
    )


def cached(response: Response) -> UnreachableError:
    """A cache answered what only the store can know."""
    return UnreachableError(
        f"A cache before the store, not the store itself, answered at {response.url} ({response.cache_sign}), so "
        "nothing is decided by it: exempt the store's API from caching there.",
        reason="cached_answer",
    )
