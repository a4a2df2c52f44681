"""OAuth 1.0a without a user ("one-legged"), as WooCommerce over http and Magento want it (extra ``oauth1``).

oauthlib makes nonces, base strings and signatures; RFC 5849. JSON bodies are not signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from oauthlib.common import Request
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import parameters, signature

from fbridge.http.auth import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fbridge.models.secrets import Secret

Pair = tuple[str, str]

# oauthlib publishes no types of its own, and those of typeshed contradict what it does here.
_parameters: Any = parameters
_signature: Any = signature


class OAuth1Auth:
    """Signs with a consumer key and secret, and with a token where there is one.

    The signature stands in the Authorization header, or in the query where a server loses that header.
    A subclass may override :meth:`normalised` (Magento sorts parameters naturally, not by byte).
    """

    def __init__(
        self,
        key: str | Secret,
        secret: str | Secret,
        signature_method: str = "HMAC-SHA256",
        *,
        token: str | Secret = "",
        token_secret: str | Secret = "",
        placement: Literal["header", "query"] = "header",
    ) -> None:
        self.secrets = tuple(filter(None, map(plain, (key, secret, token, token_secret))))
        self._client: Any = Client(
            plain(key),
            client_secret=plain(secret),
            resource_owner_key=plain(token) or None,
            resource_owner_secret=plain(token_secret) or None,
            signature_method=signature_method,
        )
        self._placement = placement

    def sign(self, method: str, url: str) -> tuple[str, Mapping[str, str]]:
        """The URL and headers of one try, with a nonce and a timestamp of its own."""
        bare, query = _without_oauth(url)
        oauth = self._oauth_parameters(method.upper(), bare, query)
        if self._placement == "header":
            return bare, dict(_parameters.prepare_headers(oauth, {}))
        return _with_query(bare, [*query, *oauth]), {}

    def normalised(self, pairs: Sequence[Pair]) -> str:
        """The decoded parameters as one string, encoded, sorted and joined (RFC 5849 3.4.1.3.2)."""
        return str(_signature.normalize_parameters(pairs))

    def _oauth_parameters(self, method: str, url: str, query: list[Pair]) -> list[Pair]:
        oauth: list[Pair] = self._client.get_oauth_params(Request(url))
        base = _signature.signature_base_string(
            method, _signature.base_string_uri(url), self.normalised([*query, *oauth])
        )
        signer = self._client.SIGNATURE_METHODS[self._client.signature_method]
        return [*oauth, ("oauth_signature", signer(base, self._client))]


def _without_oauth(url: str) -> tuple[str, list[Pair]]:
    """The URL and its parameters without those of an earlier signature, which a redirect may carry along."""
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    kept = [(name, value) for name, value in query if not name.startswith("oauth_")]
    return (url if len(kept) == len(query) else _with_query(url, kept)), kept


def _with_query(url: str, pairs: Sequence[Pair]) -> str:
    return urlunsplit(urlsplit(url)._replace(query=urlencode(pairs, quote_via=quote, safe="")))
