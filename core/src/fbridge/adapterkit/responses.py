"""What reads the same in the answers of every platform: JSON of the wanted form, and faults that are nobody's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from fbridge.errors import UnreachableError
from fbridge.http import Response, blocked, redirected, wordless
from fbridge.http.before_store import known_stranger
from fbridge.http.noise import list_in, noise_in

NOT_FOUND = 404
"""The HTTP status of what is not there."""

_SAYING = ("message", "error", "error_description", "detail", "reason")
_LONGEST_SAID = 160
_SURPLUS = re.compile(
    r"/(?:(?:[\w-]+/)?[\w-]+\.php|wp-admin|wp-json(?:/[\w/]+)?|api(?:/\w+)?|rest(?:/\w+)*)(?=/(?:wp-json|api|rest)/)"
)
"""What the address of an API has before it by mistake: a script, the back office, the API itself."""

_TAG = re.compile(r"<[^>]*>")
_PASSING = {429: "rate_limited", 500: "server_error", 502: "gateway_timeout", 504: "gateway_timeout"}


def is_redirect(response: Response) -> bool:
    """Whether it sends on to another place."""
    return 300 <= response.status <= 399  # noqa: PLR2004 - the definition of a redirect


def is_passing(response: Response) -> bool:
    """Whether its status is one of a passing fault."""
    return response.status == 429 or response.status >= 500  # noqa: PLR2004 - the definition of a passing fault


def is_gateway_timeout(response: Response) -> bool:
    """Whether a gateway waited in vain: a smaller request may have better luck."""
    return response.status == 504  # noqa: PLR2004 - HTTP's number


def body_of(response: Response) -> Mapping[str, Any]:
    """The JSON object of an answer; empty where it is none."""
    try:
        body = response.json()
    except UnreachableError:
        return {}
    return body if isinstance(body, Mapping) else {}


def list_from(response: Response, content: Any, what: str = "a list") -> list[Any]:
    """The list that ``content`` of the answer is. Raises: UnreachableError."""
    found = list_in(content)
    if found is None:
        raise unexpected(response, what)
    return found


def rows_from(response: Response, content: Any, what: str = "a list") -> list[dict[str, Any]]:
    """The objects of that list. Raises: UnreachableError where anything else stands in it."""
    rows = list_from(response, content, what)
    if not all(isinstance(row, dict) for row in rows):
        raise unexpected(response, what)
    return rows


def without_markup(message: Any) -> str:
    """A message for people as plain text."""
    return unescape(_TAG.sub("", str(message or ""))).strip()


def passing(response: Response, words: str) -> UnreachableError:
    """The store, or something before it, cannot answer now."""
    return UnreachableError(
        f"The store cannot answer now ({words}): try again later.",
        reason=_PASSING.get(response.status, "unavailable"),
        retry_after=response.wait_asked,
    )


def no_api(response: Response, api: str, advice: str) -> UnreachableError:
    """The platform's ``api`` does not stand there; ``advice`` says what to check."""
    if known_stranger(response.status, response.headers, response.text):
        return blocked(response)
    if surplus := surplus_in(response.url):
        advice = f"the store's URL, and take {surplus} off it"
    return UnreachableError(
        f"{response.url} answered HTTP {response.status} without the {api}: check {advice}.",
        reason="no_api",
    )


def surplus_in(url: str) -> str:
    """What stands in a store's URL because it was copied from a browser or a manual; "" where nothing does."""
    found = _SURPLUS.search(urlsplit(url).path)
    return found[0] if found else ""


def strange(response: Response, api: str, advice: str, *, words: str = "") -> UnreachableError | None:
    """What an answer outside 2xx means that is no lasting no of the platform's ``api``; None where it may be one.

    ``words`` are those of the platform itself, "" where something else gave the answer: a redirect, a gateway, a
    login page. That passes, or is to be mended, and is no order's fault.
    """
    if is_redirect(response):
        return redirected(response)
    if is_passing(response):
        return passing(response, words or wordless(response))
    if words:
        return None
    return no_api(response, api, advice) if response.status == NOT_FOUND else blocked(response)


def unexpected(response: Response, wanted: str) -> UnreachableError:
    """A good answer of another form than was asked for, with what it says for itself."""
    body = body_of(response)
    said = next((words for key in _SAYING if (words := _one_line(body.get(key)))), "")
    said = said or "; ".join(noise_in(response.text))
    told = f" (it says: {said})" if said else ""
    return UnreachableError(
        f"{response.url} answered with something else than {wanted}{told}; a plugin or module of the store, or "
        "something before it, may interfere.",
        reason="unexpected_answer",
    )


def _one_line(message: Any) -> str:
    words = " ".join(without_markup(message).split()) if isinstance(message, str) else ""
    return words if len(words) <= _LONGEST_SAID else f"{words[:_LONGEST_SAID]}..."
