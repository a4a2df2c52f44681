"""What an answer of the store means for whoever asked: its JSON, or the error that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fbridge.adapterkit import responses
from fbridge.adapterkit.responses import (
    NOT_FOUND,
    body_of,
    is_gateway_timeout,
    is_passing,
    is_redirect,
    list_from,
    without_markup,
)
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response, blocked, redirected, wordless

_KEYS_PAGE = "WooCommerce > Settings > Advanced > REST API"
_ERROR_KEYS = {"code", "message"}


def content_of(response: Response) -> Any:
    """The JSON of a good answer. WordPress under repair words its own error with status 200.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    if not response.ok:
        raise error_of(response)
    content = response.json()
    if isinstance(content, Mapping) and content.keys() >= _ERROR_KEYS and "id" not in content:
        raise responses.passing(response, words_of(response))
    return content


def list_of(response: Response) -> list[Any]:
    """The JSON list of a good answer. Raises as :func:`content_of`."""
    return list_from(response, content_of(response))


def error_of(response: Response) -> FbridgeError:
    """The error that an answer outside 2xx means."""
    if response.status in (401, 403):
        return _not_allowed(response)
    if is_redirect(response):
        return redirected(response)
    if is_passing(response):
        return responses.passing(response, words_of(response))
    if not code_of(response):
        return no_api(response) if response.status == NOT_FOUND else blocked(response)
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
    return is_gateway_timeout(response) or (response.status == 500 and bool(code_of(response)))  # noqa: PLR2004 - HTTP's


def code_of(response: Response) -> str:
    """WordPress's error code, or "" where the answer does not come from WordPress.

    Core fulfillments answer with a number there, mostly 0.
    """
    code = body_of(response).get("code", "")
    return code if isinstance(code, str) else "refused"


def words_of(response: Response) -> str:
    """The store's own words without markup, or the HTTP status."""
    return without_markup(body_of(response).get("message")) or wordless(response)


def no_api(response: Response) -> UnreachableError:
    """Neither WordPress's REST API nor its error stands there."""
    advice = "the store's URL, that WooCommerce is active, and that Settings > Permalinks is not Plain"
    return responses.no_api(response, "WooCommerce REST API", advice)


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
