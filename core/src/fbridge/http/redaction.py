"""Takes credentials out of everything that is shown or kept (C12)."""

from __future__ import annotations

import base64
import json
import re
from itertools import permutations
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote_plus, urlsplit, urlunsplit

from fbridge.http.auth import plain
from fbridge.models.secrets import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fbridge.models.secrets import Secret

SECRET_PARAMETERS = frozenset(
    {
        "access_token",
        "api_key",
        "client_secret",
        "consumer_key",
        "consumer_secret",
        "key",
        "oauth_consumer_key",
        "oauth_nonce",
        "oauth_signature",
        "oauth_token",
        "password",
        "secret",
        "signature",
        "token",
        "ws_key",
        "x-amz-credential",
        "x-amz-signature",
        "x-goog-credential",
        "x-goog-signature",
    }
)
"""Query parameters that are hidden whatever they hold."""

# A digit or "=" tells a token from the words "Basic authentication".
_CREDENTIALS = re.compile(r"\b(Basic|Bearer) +(?=\S*[\d=])[^\s\"',]{8,}", re.IGNORECASE)
_OAUTH_PARTS = re.compile(r"\b(oauth_(?:consumer_key|token|signature|nonce)=)(\"?)[^\"&,\s]+")


class Redactor:
    """Hides known secrets in every form they travel in: plain, URL-encoded, JSON-escaped, base64 of Basic."""

    def __init__(self, secrets: Iterable[str | Secret] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.hide(*secrets)

    def hide(self, *secrets: str | Secret) -> None:
        """Hide these too, from now on (a token that was fetched, the secrets of an auth)."""
        known = self._secrets | {plain(secret) for secret in secrets if plain(secret)}
        forms = sorted(set(_forms(sorted(known))), key=len, reverse=True)
        # Both are replaced, never changed, so that other threads see the old or the new.
        self._pattern = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE) if forms else None
        self._secrets = known

    def text(self, text: str) -> str:
        """The text without secrets, and without the tokens of Authorization headers."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        text = _OAUTH_PARTS.sub(rf"\1\2{HIDDEN}", text)
        return _CREDENTIALS.sub(rf"\1 {HIDDEN}", text)

    def url(self, url: str) -> str:
        """The URL without secrets, user information and the values of :data:`SECRET_PARAMETERS`."""
        parts = urlsplit(url)
        query = "&".join(_without_value(part) for part in parts.query.split("&")) if parts.query else ""
        bare = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))
        return self._pattern.sub(HIDDEN, bare) if self._pattern is not None else bare

    def place(self, url: str) -> str:
        """The URL without its query, for messages."""
        return self.url(url).partition("?")[0]


def _without_value(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    if unquote_plus(name).lower() in SECRET_PARAMETERS:
        return f"{name}{equals}{HIDDEN}"
    return parameter


def _forms(secrets: list[str]) -> Iterator[str]:
    for secret in secrets:
        yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret))
        yield json.dumps(secret)[1:-1]
        yield from _base64(secret)
        yield from _base64(f"{secret}:")
    for user, password in permutations(secrets, 2):
        yield from _base64(f"{user}:{password}")


def _base64(text: str) -> Iterator[str]:
    encoded = base64.b64encode(text.encode()).decode()
    yield from (encoded, quote(encoded, safe=""), encoded.rstrip("="))
