"""What an answer of the store means for whoever asked: its JSON, or the error that says what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response, blocked, redirected, wordless
from fbridge.http.before_store import known_stranger
from fbridge.http.noise import list_in

_KEYS_PAGE = "WooCommerce > Settings > Advanced > REST API"
_ERROR_KEYS = {"code", "message"}
_TAG = re.compile(r"<[^>]*>")


def content_of(response: Response) -> Any:
    """The JSON of a good answer. WordPress under repair words its own error with status 200.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    if not response.ok:
        raise error_of(response)
    content = response.json()
    if isinstance(content, Mapping) and content.keys() >= _ERROR_KEYS and "id" not in content:
        raise _passing(response)
    return content


def list_of(response: Response) -> list[Any]:
    """The JSON list of a good answer. Raises as :func:`content_of`."""
    content = list_in(content_of(response))
    if content is None:
        raise UnreachableError(
            f"{response.url} answered with something else than a list; a plugin of the store may interfere.",
            reason="unexpected_answer",
        )
    return content


def error_of(response: Response) -> FbridgeError:
    """The error that an answer outside 2xx means."""
    if response.status in (401, 403):
        return _not_allowed(response)
    if 300 <= response.status < 400:  # noqa: PLR2004 - the definition of a redirect
        return redirected(response)
    if response.status == 429 or response.status >= 500:  # noqa: PLR2004 - the definition of a passing fault
        return _passing(response)
    if response.status == 404 and not code_of(response):  # noqa: PLR2004 - not found
        return no_api(response)
    if not code_of(response):
        return blocked(response)
    if code_of(response) == "rest_no_route":
        return RefusedError(
            f"The store has no such route ({words_of(response)}): check that WooCommerce and the tracking plugin are "
            "active there, then run: fbridge store check STORE",
            reason="rest_no_route",
        )
    return RefusedError(f"The store refused: {words_of(response)}", reason=code_of(response))


def needs_less(response: Response) -> bool:
    """Whether the same request has no better luck, and a smaller one may: WordPress died of it, or a gateway waited
    in vain."""
    return response.status == 504 or (response.status == 500 and bool(code_of(response)))  # noqa: PLR2004 - HTTP's


def body_of(response: Response) -> Mapping[str, Any]:
    """The JSON object of an answer; empty where it is none."""
    try:
        body = response.json()
    except UnreachableError:
        return {}
    return body if isinstance(body, Mapping) else {}


def code_of(response: Response) -> str:
    """WordPress's error code, or "" where the answer does not come from WordPress.

    Core fulfillments answer with a number there, mostly 0.
    """
    code = body_of(response).get("code", "")
    return code if isinstance(code, str) else "refused"


def words_of(response: Response) -> str:
    """The store's own words without markup, or the HTTP status."""
    return plain_words(body_of(response).get("message")) or wordless(response)


def plain_words(message: Any) -> str:
    """A message of WordPress as plain text."""
    return unescape(_TAG.sub("", str(message or ""))).strip()


def no_api(response: Response) -> UnreachableError:
    """Neither WordPress's REST API nor its error stands there."""
    if known_stranger(response.status, response.headers, response.text):
        return blocked(response)
    return UnreachableError(
        f"{response.url} answered HTTP {response.status} without the WooCommerce REST API: check the store's "
        "URL, that WooCommerce is active, and that Settings > Permalinks is not Plain.",
        reason="no_api",
    )


def _not_allowed(response: Response) -> FbridgeError:
    code, words = code_of(response), words_of(response)
    if not code:
        return blocked(response)
    if "permissions" in words:
        return CredentialsError(
            f"The store says: {words} Give the key Read/Write under {_KEYS_PAGE}.",
            reason="missing_permission",
        )
    if code == "woocommerce_rest_authentication_error":
        return CredentialsError(f"The store says: {words} {_remedy(words)}")
    return CredentialsError(
        f"The store does not know the key or did not see it ({words}): check consumer_key, the rights of its user, "
        "and that the web server hands the Authorization header on."
    )


def _remedy(words: str) -> str:
    if "timestamp" in words:
        return "Set this computer's clock: over http the store takes no request more than 15 minutes off."
    if "signature" in words:
        return "Check consumer_secret, and that the URL is the store's own address, port included."
    return "Check consumer_key and consumer_secret."


def _passing(response: Response) -> UnreachableError:
    reasons = {429: "rate_limited", 500: "server_error", 502: "gateway_timeout", 504: "gateway_timeout"}
    return UnreachableError(
        f"The store cannot answer now ({words_of(response)}): try again later.",
        reason=reasons.get(response.status, "unavailable"),
        retry_after=response.wait_asked,
    )
