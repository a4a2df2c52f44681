"""Access tokens, and the client credentials grant that gives them (docs: Client credentials grant)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import Any

from fbridge_shopify.sandbox.records import Token
from fbridge_shopify.sandbox.settings import ALL_SCOPES

WRONG_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105
NON_EXPIRING = (
    "[API] Non-expiring access tokens are no longer accepted for the Admin API. Start using expiring offline "
    "tokens: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens"
)
FORM_ERROR = 400


def _made_up(name: str, length: int = 32) -> str:
    """The same in every sandbox, so that a demo can be repeated. It opens nothing else."""
    return hashlib.sha256(f"fbridge sandbox {name}".encode()).hexdigest()[:length]


class Tokens:
    """The tokens of one app on one shop. ``now`` gives seconds."""

    def __init__(self, now: Callable[[], float], seconds: int) -> None:
        self._now = now
        self._lock = Lock()
        self._tokens: dict[str, Token] = {}
        self.seconds = seconds
        """How long a granted token is good for."""
        self.scopes = frozenset(ALL_SCOPES)
        """What the app was granted."""
        self.client_id = _made_up("client id")
        self.client_secret = f"shpss_{_made_up('client secret')}"
        self.other_organisation = False
        """Whether app and shop belong to different organisations."""
        self.permanent = self.add(f"shpat_{_made_up('token')}")

    def add(self, value: str, scopes: Collection[str] | None = None, expires: float | None = None) -> Token:
        """Take a token."""
        with self._lock:
            token = Token(value, self.scopes if scopes is None else frozenset(scopes), expires)
            self._tokens[value] = token
            return token

    def find(self, value: str) -> Token | None:
        """The token that this is, unless it is over."""
        with self._lock:
            token = self._tokens.get(value)
            if token is None or (token.expires is not None and token.expires <= self._now()):
                return None
            return token

    def revoke(self) -> None:
        """Let all tokens be over that were granted so far."""
        with self._lock:
            self._tokens = {value: one for value, one in self._tokens.items() if one.expires is None}

    def grant(self, form: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body of ``POST /admin/oauth/access_token``."""
        if form.get("grant_type") != "client_credentials":
            return FORM_ERROR, _refusal("unsupported_grant_type", "The grant type is not supported")
        if form.get("client_id") != self.client_id:
            return FORM_ERROR, _refusal("application_cannot_be_found", "The application cannot be found.")
        if form.get("client_secret") != self.client_secret:
            return FORM_ERROR, _refusal("invalid_client", "The client secret is not valid.")
        if self.other_organisation:
            return FORM_ERROR, _refusal(
                "shop_not_permitted", "Client credentials cannot be performed on this shop."
            )
        token = self.add(f"shpat_{secrets.token_hex(16)}", expires=self._now() + self.seconds)
        return 200, {
            "access_token": token.value,
            "scope": ",".join(sorted(token.scopes)),
            "expires_in": self.seconds,
        }


def _refusal(code: str, text: str) -> dict[str, str]:
    return {"error": code, "error_description": text}
