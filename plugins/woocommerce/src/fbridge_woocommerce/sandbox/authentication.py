"""Keys and signatures: Basic over https, one-legged OAuth 1.0a over both (docs: WooCommerce REST API,
Authentication).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast
from urllib.parse import unquote

from oauthlib.oauth1.rfc5849 import signature as oauth_signature
from werkzeug.wrappers import Request

from fbridge_woocommerce.sandbox.errors import RestError

WINDOW = 15 * 60
REQUIRED = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)
DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
READS = frozenset({"GET", "HEAD"})
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A REST key; ``permissions`` is ``read``, ``write`` or ``read_write``."""

    consumer_key: str
    consumer_secret: str
    permissions: str


def made_up_key(permissions: str) -> ApiKey:
    """The same key in every sandbox, so that a demo can be repeated. It opens nothing else."""
    digest = hashlib.sha256(f"fbridge sandbox {permissions}".encode()).hexdigest()
    return ApiKey(f"ck_{digest[:40]}", f"cs_{digest[-40:]}", permissions)


class Authenticator:
    """Finds out which key a request carries."""

    def __init__(self, keys: Mapping[str, ApiKey], now: Callable[[], int]) -> None:
        self._keys = {key.consumer_key: key for key in keys.values()}
        self._now = now
        self._lock = Lock()
        self._used_nonces: dict[tuple[str, str], int] = {}

    def authenticate(self, request: Request, *, https: bool, home: str, method: str) -> ApiKey | None:
        """The key, or None for a request that carries none that counts.

        Raises: RestError (401) when credentials are there and wrong, or lack the right for ``method``.
        """
        if not re.search(r"/wp-json/wc[/-]", request.path.replace("//", "/")):
            return None
        key = (self._basic(request) if https else None) or self._oauth(request, home)
        if key is not None:
            _check_permission(key, method)
        return key

    def _basic(self, request: Request) -> ApiKey | None:
        consumer_key = request.args.get("consumer_key", "")
        consumer_secret = request.args.get("consumer_secret", "")
        basic = request.authorization
        if not (consumer_key and consumer_secret) and basic is not None and basic.type == "basic":
            consumer_key, consumer_secret = basic.username or "", basic.password or ""
        key = self._keys.get(consumer_key)
        if key is None or not consumer_secret:
            return None
        if not hmac.compare_digest(key.consumer_secret.encode(), consumer_secret.encode()):
            raise _refused("Consumer secret is invalid.")
        return key

    def _oauth(self, request: Request, home: str) -> ApiKey | None:
        given = _oauth_parameters(request)
        missing = [name for name in REQUIRED if not given.get(name)]
        if len(missing) == len(REQUIRED):
            return None
        if missing:
            plural = "s" if len(missing) > 1 else ""
            message = f"Missing OAuth parameter{plural} {', '.join(missing)}"
            raise RestError(401, "woocommerce_rest_authentication_missing_parameter", message)
        key = self._keys.get(given["oauth_consumer_key"])
        if key is None:
            raise _refused("Consumer key is invalid.")
        _check_signature(request, home, key, given)
        self._check_nonce(key, given)
        return key

    def _check_nonce(self, key: ApiKey, given: Mapping[str, str]) -> None:
        stamp = int(given["oauth_timestamp"]) if given["oauth_timestamp"].isdigit() else 0
        now = self._now()
        if abs(now - stamp) > WINDOW:
            raise _refused("Invalid timestamp.")
        used = (key.consumer_key, given["oauth_nonce"])
        with self._lock:
            if used in self._used_nonces:
                raise _refused("Invalid nonce - nonce has already been used.")
            self._used_nonces = {nonce: at for nonce, at in self._used_nonces.items() if at > now - WINDOW}
            self._used_nonces[used] = stamp


def _refused(message: str) -> RestError:
    return RestError(401, "woocommerce_rest_authentication_error", message)


def _check_permission(key: ApiKey, method: str) -> None:
    for methods, right in ((READS, "read"), (WRITES, "write")):
        if method in methods and right not in key.permissions.split("_"):
            raise _refused(f"The API key provided does not have {right} permissions.")


def _oauth_parameters(request: Request) -> dict[str, str]:
    header = request.authorization
    in_header: dict[str, str] = {}
    if header is not None and header.type == "oauth":
        in_header = {name: unquote(value or "") for name, value in header.parameters.items()}
    given = request.args.to_dict() | in_header
    return {name: value for name, value in given.items() if name.startswith("oauth_")}


def _check_signature(request: Request, home: str, key: ApiKey, given: Mapping[str, str]) -> None:
    """The signed address is the store's home plus the path, whatever host the request came to."""
    digest = DIGESTS.get(given["oauth_signature_method"])
    if digest is None:
        raise _refused("Invalid signature - signature method is invalid.")
    parameters = [(name, value) for name, value in _signed_query(request) if name != "oauth_signature"]
    named = {name for name, _ in parameters}
    parameters += [
        (name, value) for name, value in given.items() if name != "oauth_signature" and name not in named
    ]
    base = oauth_signature.signature_base_string(
        cast("Any", request.method),
        oauth_signature.base_string_uri(f"{home}{request.path}"),
        oauth_signature.normalize_parameters(cast("Any", parameters)),
    )
    mac = hmac.new(f"{key.consumer_secret}&".encode(), base.encode(), digest)
    expected = base64.b64encode(mac.digest()).decode()
    if not hmac.compare_digest(expected, given["oauth_signature"].replace(" ", "+")):
        raise _refused("Invalid signature - provided signature does not match.")


def _signed_query(request: Request) -> list[tuple[str, str]]:
    """PHP reads ``status[]=a&status[]=b`` as a list, and it is signed as ``status[0]``, ``status[1]``."""
    pairs: list[tuple[str, str]] = []
    for name, values in request.args.lists():
        if name.endswith("[]"):
            pairs += [(f"{name[:-2]}[{position}]", value) for position, value in enumerate(values)]
        else:
            pairs.append((name, values[-1]))
    return pairs
