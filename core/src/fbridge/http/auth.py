"""How requests prove who they come from. Each try is signed anew: a nonce is good for one only."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from fbridge.models.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping


class Auth(Protocol):
    """Signs one try of one request. The client hides what an implementation has as ``secrets``."""

    def sign(self, method: str, url: str) -> tuple[str, Mapping[str, str]]:
        """The URL to call and the headers to add."""


class BasicAuth:
    """HTTP Basic (RFC 7617). ``user`` may itself be the key, with an empty password (PrestaShop)."""

    def __init__(self, user: str | Secret, password: str | Secret = "") -> None:
        name, word = plain(user), plain(password)
        self._token = base64.b64encode(f"{name}:{word}".encode()).decode()
        hides_user = isinstance(user, Secret) or not word
        self.secrets = (self._token, word, name) if hides_user else (self._token, word)

    def sign(self, method: str, url: str) -> tuple[str, Mapping[str, str]]:  # noqa: ARG002 - the protocol's arguments
        """Add the Authorization header."""
        return url, {"Authorization": f"Basic {self._token}"}


class HeaderAuth:
    """A secret in a header: ``X-Shopify-Access-Token``, or ``Authorization`` with the prefix "Bearer "."""

    def __init__(self, name: str, secret: str | Secret, *, prefix: str = "") -> None:
        self._name = name
        self._prefix = prefix
        self.secrets = (plain(secret),)

    def sign(self, method: str, url: str) -> tuple[str, Mapping[str, str]]:  # noqa: ARG002 - the protocol's arguments
        """Add the header."""
        return url, {self._name: self._prefix + self.secrets[0]}


class QueryAuth:
    """Credentials as parameters of the URL: for hosts that keep the Authorization header to themselves."""

    def __init__(self, **parameters: str | Secret) -> None:
        self._parameters = {name: plain(value) for name, value in parameters.items()}
        self.secrets = tuple(self._parameters.values())

    def sign(self, method: str, url: str) -> tuple[str, Mapping[str, str]]:  # noqa: ARG002 - the protocol's arguments
        """Add the parameters, in place of those that a redirect may have carried along."""
        parts = urlsplit(url)
        kept = [
            one for one in parts.query.split("&") if one and one.partition("=")[0] not in self._parameters
        ]
        query = "&".join([*kept, urlencode(self._parameters, quote_via=quote)])
        return urlunsplit(parts._replace(query=query)), {}


def plain(value: str | Secret) -> str:
    """The string inside, for the one place that signs."""
    return value.reveal() if isinstance(value, Secret) else value
