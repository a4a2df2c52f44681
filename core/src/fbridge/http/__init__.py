"""The HTTP client that the core hands to adapters as ``store.http`` (docs/contract.md, "HTTP").

httpx is loaded with :class:`StoreHttp` on first use, so that a plugin may import the other names for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fbridge.http.auth import Auth, BasicAuth, HeaderAuth, QueryAuth
from fbridge.http.diagnoses import blocked, redirected, wordless
from fbridge.http.exchange import Exchange
from fbridge.http.response import Response
from fbridge.http.retries import RetryPolicy
from fbridge.http.way_through import WayThrough

if TYPE_CHECKING:
    from fbridge.http.client import StoreHttp as StoreHttp

__all__ = [
    "Auth",
    "BasicAuth",
    "Exchange",
    "HeaderAuth",
    "QueryAuth",
    "Response",
    "RetryPolicy",
    "StoreHttp",
    "WayThrough",
    "blocked",
    "redirected",
    "wordless",
]


def __getattr__(name: str) -> Any:
    if name == "StoreHttp":
        from fbridge.http.client import StoreHttp

        return StoreHttp
    raise AttributeError(f"module 'fbridge.http' has no attribute {name!r}")
