"""Who asks: an integration's token as Bearer, OAuth 1.0a with HMAC-SHA256, or an administrator's token (docs:
Adobe Commerce Web APIs, Authentication).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, cast
from urllib.parse import quote, unquote

from oauthlib.oauth1.rfc5849 import signature as oauth_signature
from werkzeug.wrappers import Request

from fbridge_magento.sandbox.errors import RestError
from fbridge_magento.sandbox.integrations import Integration

REQUIRED = (
    "oauth_consumer_key",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_nonce",
    "oauth_timestamp",
    "oauth_token",
)
HOUR = 3600
AHEAD = 600
"""Seconds by which a client's clock may be fast; a slow one is never refused."""


class Authenticator:
    """Finds out which integration sent a request. ``bearer``: whether its token counts as a Bearer token."""

    def __init__(
        self, integrations: Mapping[str, Integration], now: Callable[[], int], *, signed_host: str | None
    ) -> None:
        self._by_key = {one.consumer_key: one for one in integrations.values()}
        self._by_token = {one.access_token: one for one in integrations.values()}
        self._now = now
        self._signed_host = signed_host
        self._lock = Lock()
        self._used_nonces: set[tuple[int, str]] = set()
        self.bearer = True
        self._admin_tokens: dict[str, tuple[Integration, int]] = {}

    def authenticate(self, request: Request) -> Integration | None:
        """The integration, or None for a request without a token that counts.

        Raises: RestError (400, 401) when a signature is there and wrong.
        """
        header = request.headers.get("Authorization", "")
        kind, _, rest = header.partition(" ")
        if kind.lower() == "bearer":
            token = rest.strip()
            return self._administrator(token) or (self._by_token.get(token) if self.bearer else None)
        if kind.lower() == "oauth":
            return self._oauth(request, _protocol_parameters(rest))
        return None

    def admin_token(self, administrator: Integration) -> str:
        """A JSON web token for an hour, as ``/V1/integration/admin/token`` gives it."""
        now = self._now()
        payload = {"uid": administrator.id, "utypid": 2, "iat": now, "exp": now + HOUR}
        signed = f"{_base64({'kid': '1', 'alg': 'HS256'})}.{_base64(payload)}"
        digest = hmac.new(b"sandbox", signed.encode(), hashlib.sha256).digest()
        token = f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
        self._admin_tokens[token] = (administrator, now + HOUR)
        return token

    def _administrator(self, token: str) -> Integration | None:
        administrator, until = self._admin_tokens.get(token, (None, 0))
        return administrator if self._now() < until else None

    def _oauth(self, request: Request, protocol: dict[str, str]) -> Integration:
        """In Magento's order: a nonce is used up before the signature is looked at."""
        missing = [name for name in REQUIRED if name not in protocol]
        if missing:
            raise RestError(400, '"%fieldName" is required. Enter and try again.', {"fieldName": missing[0]})
        method = protocol["oauth_signature_method"]
        if method != "HMAC-SHA256":
            raise RestError(400, "Signature method %1 is not supported", [method])
        consumer = self._by_key.get(protocol["oauth_consumer_key"])
        if consumer is None:
            raise RestError(401, "A consumer having the specified key does not exist")
        self._use_nonce(consumer, protocol)
        if protocol["oauth_token"] != consumer.access_token:
            raise RestError(401, "Specified token does not exist")
        self._check_signature(request, consumer, protocol)
        return consumer

    def _use_nonce(self, consumer: Integration, protocol: Mapping[str, str]) -> None:
        stamp = protocol["oauth_timestamp"]
        if not stamp.isdigit() or not 0 < int(stamp) <= self._now() + AHEAD:
            raise RestError(
                401,
                "The timestamp value in the oauth_timestamp parameter is invalid.",
            )
        used = (consumer.id, protocol["oauth_nonce"])
        with self._lock:
            if used in self._used_nonces:
                words = "The nonce is already being used by the consumer with ID %1"
                raise RestError(401, words, [str(consumer.id)])
            self._used_nonces.add(used)

    def _check_signature(self, request: Request, consumer: Integration, protocol: Mapping[str, str]) -> None:
        host = self._signed_host or request.host
        base = oauth_signature.signature_base_string(
            cast("Any", request.method),
            oauth_signature.base_string_uri(f"{request.scheme}://{host}{request.path}"),
            _normalized({**query_as_signed(request), **protocol}),
        )
        key = f"{quote(consumer.consumer_secret)}&{quote(consumer.access_token_secret)}"
        mac = hmac.new(key.encode(), base.encode(), hashlib.sha256)
        expected = base64.b64encode(mac.digest()).decode()
        if not hmac.compare_digest(expected.encode(), protocol["oauth_signature"].encode()):
            raise RestError(401, "The signature is invalid. Verify and try again.")


def query_as_signed(request: Request) -> dict[str, str]:
    """Magento decodes ``%20`` here and leaves ``+`` a plus, so that a space written as plus breaks the signature."""
    raw = request.query_string.decode("latin-1")
    split = [part.partition("=") for part in raw.split("&") if part.count("=") == 1]
    return {unquote(name): unquote(value) for name, _, value in split}


def natural_order(text: str) -> list[tuple[int, int]]:
    """Sorts as PHP's ``strnatcmp``: digits as the number they make."""
    digits, others = re.compile(r"\d+"), re.compile(r"\d+|\D")
    return [
        (ord("0"), int(part)) if digits.fullmatch(part) else (ord(part), 0) for part in others.findall(text)
    ]


def _base64(content: Mapping[str, Any]) -> str:
    compact = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(compact).decode().rstrip("=")


def _normalized(parameters: Mapping[str, str]) -> str:
    encoded = {
        quote(name, safe="~"): quote(value, safe="~")
        for name, value in parameters.items()
        if name != "oauth_signature"
    }
    return "&".join(f"{name}={encoded[name]}" for name in sorted(encoded, key=natural_order))


def _protocol_parameters(header: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    read = {unquote(name): unquote(value.strip('"')) for name, _, value in pairs}
    return {name: value for name, value in read.items() if name.startswith("oauth_")}
