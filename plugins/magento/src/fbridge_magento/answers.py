"""What an answer of the store means for whoever asked: its content, or the error that says what to do.

Magento's messages are translated and are never used to decide anything. A 401 stands for a wrong token, for
tokens that the store does not take alone and for a missing permission; the resource that it names, and a look at
``/V1/modules``, which every good token may see, tell them apart.
"""

from __future__ import annotations

import re
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
    rows_from,
    unexpected,
)
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response, blocked, redirected, wordless

INTEGRATIONS_PAGE = "System > Extensions > Integrations"
ANY_TOKEN = "Magento_Backend::admin"  # noqa: S105 - the name of a permission
"""What ``/V1/modules`` asks for: refused, the token itself is."""

LONGEST_WORDS = 500
_PLACEHOLDER = re.compile(r"%(\w+)")
_WANTED = "what was asked for"
_INSIDE = ("SQLSTATE[", "Stack trace:", "Exception #")


def content_of(response: Response) -> Any:
    """The JSON of a good answer.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    if not response.ok:
        raise error_of(response)
    return response.json()


def rows_of(response: Response) -> list[dict[str, Any]]:
    """The ``items`` of a good answer; with ``fields`` Magento writes an empty list as null.

    Raises as :func:`content_of`.
    """
    content = content_of(response)
    if not isinstance(content, Mapping) or "items" not in content:
        raise unexpected(response, _WANTED)
    return rows_from(response, content["items"] or [], _WANTED)


def list_of(response: Response) -> list[Any]:
    """The JSON list of a good answer. Raises as :func:`content_of`."""
    return list_from(response, content_of(response), _WANTED)


def number_of(response: Response, name: str) -> int:
    """A whole number in the JSON object of a good answer. Raises as :func:`content_of`."""
    content = content_of(response)
    found = content.get(name) if isinstance(content, Mapping) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise unexpected(response, _WANTED)
    return found


def total_of(response: Response) -> int | None:
    """The store's count of all that was asked for."""
    total = body_of(response).get("total_count")
    return total if isinstance(total, int) else None


def largest_page_in(response: Response) -> int | None:
    """The largest page that the store allows ("Maximum Page Size"), where it refused a larger one; else None.

    Its words are translated, so its parameters tell: for lists within a body there is a ``type`` beside ``max``.
    """
    parameters = body_of(response).get("parameters") if response.status == 400 else None  # noqa: PLR2004
    if not isinstance(parameters, Mapping) or set(parameters) != {"max"}:
        return None
    most = parameters["max"]
    return most if isinstance(most, int) and most > 0 else None


def longest_list_in(response: Response) -> int | None:
    """How many entries a list in a body may have ("Input List Limit"), where a longer one was refused; else None.

    It looks at that before anything else, and so nothing was done.
    """
    parameters = body_of(response).get("parameters") if response.status == 400 else None  # noqa: PLR2004
    if not isinstance(parameters, Mapping) or set(parameters) != {"type", "max"}:
        return None
    most = parameters["max"]
    return most if isinstance(most, int) and most > 0 else None


def error_of(response: Response) -> FbridgeError:
    """The error that an answer outside 2xx means."""
    if is_redirect(response):
        return redirected(response)
    if response.status in (401, 403):
        return _not_allowed(response)
    if is_passing(response) and not is_own_fault(response):
        return _passing(response)
    if not body_of(response):
        return no_api(response) if response.status == NOT_FOUND else blocked(response)
    if response.status >= 500:  # noqa: PLR2004 - HTTP's number
        return RefusedError(
            f"The store has an error of its own at {response.url}: {words_of(response)}. Look into var/log of the "
            "store.",
            reason="store_error",
        )
    return RefusedError(f"The store refused: {words_of(response)}", reason="refused")


def is_own_fault(response: Response) -> bool:
    """A 500 that Magento itself words in JSON: for an unknown field, say. The same request has no better luck."""
    return response.status == 500 and bool(body_of(response))  # noqa: PLR2004 - HTTP's number


def needs_less(response: Response) -> bool:
    """Whether the same request has no better luck, and a smaller one may: Magento broke off, or a gateway waited in
    vain."""
    return is_gateway_timeout(response) or is_own_fault(response)


def words_of(response: Response) -> str:
    """The store's own words on one line with their parameters filled in, or the HTTP status.

    In developer mode an error of the store tells its SQL and its file names; of that nothing is repeated.
    """
    body = body_of(response)
    words = filled(body.get("message"), body.get("parameters"))
    if not words or any(mark in words for mark in _INSIDE) or (response.status >= 500 and "trace" in body):  # noqa: PLR2004
        return wordless(response)
    return words


def filled(message: Any, parameters: Any = None) -> str:
    """A message with ``%1`` (from a list) and ``%name`` (from an object) filled in, on one line."""
    if not isinstance(message, str):
        return ""
    values: dict[str, Any] = {}
    if isinstance(parameters, Mapping):
        values = {str(name): value for name, value in parameters.items()}
    elif isinstance(parameters, list):
        values = {str(number): value for number, value in enumerate(parameters, 1)}
    words = _PLACEHOLDER.sub(lambda found: _value(found, values), message)
    return " ".join(words.split())[:LONGEST_WORDS]


def _value(found: re.Match[str], values: Mapping[str, Any]) -> str:
    value = values.get(found[1], found[0])
    return str(value) if isinstance(value, str | int | float) else found[0]


def resource_of(response: Response) -> str:
    """The permission (ACL resource) that a 401 asks for; "" where it names none."""
    parameters = body_of(response).get("parameters")
    name = parameters.get("resources") if isinstance(parameters, Mapping) else None
    return name if isinstance(name, str) else ""


def missing_permission(resource: str) -> CredentialsError:
    """The token is good, and may not do this."""
    return CredentialsError(
        f"The integration has no permission {resource}: tick it under {INTEGRATIONS_PAGE}, tab API, save, and "
        "reauthorize the integration.",
        reason="missing_permission",
    )


def unknown_token() -> CredentialsError:
    """The store takes no request with it."""
    return CredentialsError(
        f"The store does not take the access token. Check that it is the one under {INTEGRATIONS_PAGE} and that the "
        "integration is active. Magento from 2.4.4 takes a token alone only with Stores > Configuration > Services "
        "> OAuth > Allow OAuth Access Tokens to be used as standalone Bearer tokens; without it give consumer_key, "
        "consumer_secret and access_token_secret too. Check also that the web server hands the Authorization header "
        "on."
    )


def no_api(response: Response) -> UnreachableError:
    """Neither Magento's REST API nor its error stands there."""
    advice = (
        "the store's URL (without /rest and without the code of a store view), and that its web server hands "
        "/rest on to Magento"
    )
    return responses.no_api(response, "Magento REST API", advice)


def _not_allowed(response: Response) -> FbridgeError:
    # Magento itself has no 403.
    if response.status == 403 or not body_of(response):  # noqa: PLR2004 - HTTP's number
        return blocked(response)
    resource = resource_of(response)
    if resource and resource != ANY_TOKEN:
        return CredentialsError(
            f"The store refuses the token or its permission {resource}: `fbridge store check STORE` tells which. "
            f"Both are set under {INTEGRATIONS_PAGE}.",
            reason="missing_permission",
        )
    if resource:
        return unknown_token()
    return CredentialsError(
        f"The store says: {words_of(response).rstrip('.')}. Check the credentials (OAuth: all four) under "
        f"{INTEGRATIONS_PAGE}, and that the URL is the store's own address."
    )


def _passing(response: Response) -> UnreachableError:
    words = words_of(response)
    if response.status == 503:  # noqa: PLR2004 - HTTP's number
        words += "; maintenance, or too much to do"
    return responses.passing(response, words)
