"""The access token that signs every request: a permanent one, or one of 24 hours that is asked for when needed.

Source: shopify.dev, "Client credentials grant". Such a token cannot be refreshed; another is asked for with the
app's id and secret. It is kept in memory only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode, urlsplit

from fbridge.errors import FbridgeError, UnreachableError
from fbridge.http.auth import plain
from fbridge_shopify.answers import grant_error

if TYPE_CHECKING:
    from fbridge.http import Response, StoreHttp
    from fbridge.models.platforms import Store
    from fbridge.models.secrets import Secret

TOKEN_PATH = "admin/oauth/access_token"  # noqa: S105 - a path
RENEW_EARLY = 600.0
"""Seconds before its end at which a token is replaced; one that lives a short time is replaced after half of it."""

ASK_AGAIN = 60.0
"""Seconds after a vain request for a token, while the old one still signs."""

_HEADER = "X-Shopify-Access-Token"
_USUAL_LIFE = 86399.0


class Tokens(Protocol):
    """Signs requests, as :class:`fbridge.http.Auth`, and knows how to come by another token."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""

    @property
    def current(self) -> str:
        """The token that signs now."""

    def sign(self, method: str, url: str) -> tuple[str, Mapping[str, str]]:
        """Add the header."""

    def ready(self) -> None:
        """See to it that there is a token. Raises: CredentialsError, UnreachableError."""

    def renew(self, refused: str) -> None:
        """The store refused this token: see to another, where that is possible. Raises as :meth:`ready`."""


def tokens_for(store: Store) -> Tokens:
    """The way in that the store's settings name."""
    token = plain(store.settings.get("access_token") or "")
    if token:
        return FixedToken(token)
    return GrantedToken(store.http, store.settings["client_id"], store.settings["client_secret"])


class FixedToken:
    """A permanent token."""

    def __init__(self, token: str | Secret) -> None:
        self.current = plain(token)
        self.secrets: tuple[str, ...] = (self.current,)

    def sign(self, method: str, url: str) -> tuple[str, Mapping[str, str]]:  # noqa: ARG002 - the protocol's arguments
        """Add the header."""
        return url, {_HEADER: self.current}

    def ready(self) -> None:
        """It always is."""

    def renew(self, refused: str) -> None:
        """There is no other."""


class GrantedToken:
    """A token of 24 hours; the old one signs until the new one is there. Safe for several threads."""

    def __init__(
        self,
        http: StoreHttp,
        client_id: str | Secret,
        client_secret: str | Secret,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._id, self._secret = plain(client_id), plain(client_secret)
        self._clock = clock
        self._lock = Lock()
        self._ends = self._renew_at = 0.0
        self.current = ""
        self.secrets: tuple[str, ...] = (self._secret,)

    def sign(self, method: str, url: str) -> tuple[str, Mapping[str, str]]:  # noqa: ARG002 - the protocol's arguments
        """Add the header, but not where a token is asked for."""
        if urlsplit(url).path.endswith(TOKEN_PATH):
            return url, {}
        return url, {_HEADER: self.current}

    def ready(self) -> None:
        """Ask for a token where there is none, or it ends soon. Raises: CredentialsError, UnreachableError."""
        # Where the old one still signs, nobody waits for whoever is at it.
        if self._is_fresh() or not self._lock.acquire(blocking=not self._signs()):
            return
        try:
            if not self._is_fresh():
                self._ask()
        except FbridgeError:
            if not self._signs():
                raise
            self._renew_at = self._clock() + ASK_AGAIN
        finally:
            self._lock.release()

    def renew(self, refused: str) -> None:
        """Ask for another token, unless another thread has done so. Raises: CredentialsError, UnreachableError."""
        with self._lock:
            if self.current == refused:
                self._ask()

    def _signs(self) -> bool:
        return bool(self.current) and self._clock() < self._ends

    def _is_fresh(self) -> bool:
        return self._signs() and self._clock() < self._renew_at

    def _ask(self) -> None:
        asked_at = self._clock()
        form = {
            "grant_type": "client_credentials",
            "client_id": self._id,
            "client_secret": self._secret,
        }
        response = self._http.read(
            TOKEN_PATH,
            method="POST",
            content=urlencode(form).encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
            follow=False,
        )
        granted = _granted(response)
        token, life = str(granted["access_token"]), granted.get("expires_in")
        # Before anything may show it.
        self._http.hide(token)
        seconds = float(life) if isinstance(life, int | float) else _USUAL_LIFE
        self._ends = asked_at + seconds
        self._renew_at = self._ends - min(RENEW_EARLY, seconds / 2)
        self.current = token


def _granted(response: Response) -> Mapping[str, Any]:
    if not response.ok:
        raise grant_error(response)
    body = response.json()
    if not isinstance(body, Mapping) or not body.get("access_token"):
        raise UnreachableError(
            f"{response.url} answered without an access token: check the store's URL.",
            reason="unexpected_answer",
        )
    return body
