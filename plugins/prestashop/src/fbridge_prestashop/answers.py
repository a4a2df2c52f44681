"""What an answer of the Webservice means for whoever asked: its content, or the error that says what to do.

A 401 is told by its code: 18 and 20 are about the key, 26 about one permission of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from fbridge.adapterkit import responses
from fbridge.adapterkit.responses import NOT_FOUND, is_gateway_timeout, is_passing, is_redirect, rows_from
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response, blocked, wordless
from fbridge.http.before_store import known_stranger
from fbridge_prestashop.xml_bodies import errors_in

KEYS_PAGE = "Advanced Parameters > Webservice"
BAD_FORMAT, NOT_ACTIVE, DISABLED, NO_METHOD, NO_PERMISSION, NO_RESOURCE = 18, 20, 22, 25, 26, 27
_OF_PHP = range(2, 16)
"""A code for each kind of message that PHP has; an error of the Webservice may stand beside them."""

_VERSION = "psws-version"


def rows_of(response: Response, resource: str) -> list[dict[str, Any]]:
    """The entities of a good answer; an empty list is ``[]`` there, without the resource's name.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    if not response.ok:
        raise error_of(response)
    content = response.json()
    entities = content.get(resource) if isinstance(content, Mapping) else content
    return rows_from(response, entities, f"a list of {resource}")


def error_of(response: Response) -> FbridgeError:
    """The error that an answer outside 2xx means."""
    if is_redirect(response):
        return redirected(response)
    if response.status in (401, 403, 405):
        return _not_allowed(response)
    if is_passing(response):
        return _passing(response)
    codes = codes_of(response)
    if not codes:
        return no_api(response) if response.status == NOT_FOUND else blocked(response)
    return RefusedError(f"The store refused: {words_of(response)}", reason=reason_of(codes))


def codes_of(response: Response) -> tuple[int, ...]:
    """PrestaShop's error codes; none where the answer is not the Webservice's own."""
    return tuple(code for code, _ in _telling(response))


def words_of(response: Response) -> str:
    """The store's own words, entities decoded, or the HTTP status."""
    words = "; ".join(dict.fromkeys(message for _, message in _telling(response) if message))
    return words or wordless(response)


def reason_of(codes: tuple[int, ...]) -> str:
    """A stable code of ours for PrestaShop's."""
    return f"prestashop_{codes[0]}" if codes else "refused"


def _telling(response: Response) -> list[tuple[int, str]]:
    """The Webservice's own errors; what PHP warned of on the way counts only where there is nothing else.

    Such warnings make a 500 of any answer. Seen on 8.2.1 with PHP 8.2: a hundred times a function that is deprecated,
    then that the mail could not be sent.
    """
    errors = _errors(response)
    own = [one for one in errors if not _is_of_php(*one)]
    return own if own and response.status == 500 else errors  # noqa: PLR2004 - HTTP's number


def _is_of_php(code: int, message: str) -> bool:
    return code in _OF_PHP and message.startswith("[PHP ")


def _errors(response: Response) -> list[tuple[int, str]]:
    """(code, message)s, from JSON or XML. Of a message that repeats our own body (127) the rest is cut off."""
    try:
        content = response.json()
    except UnreachableError:
        pairs = errors_in(response.xml)
    else:
        found = content.get("errors") if isinstance(content, Mapping) else None
        errors = [one for one in found or [] if isinstance(one, Mapping)]
        pairs = [(str(one.get("code")), str(one.get("message") or "")) for one in errors]
    return [(int(code), _plain(message)) for code, message in pairs if code.isdigit()]


def _plain(message: str) -> str:
    return unescape(message).partition("\n")[0].strip()


def version_of(response: Response) -> str:
    """PrestaShop's version; "" on answers without a valid key, where the header is 0."""
    version = response.headers.get(_VERSION, "")
    return version if "." in version else ""


def is_empty_crash(response: Response) -> bool:
    """PHP ended in the middle: 500 without a word. What was saved before stays saved."""
    return response.status == 500 and not response.content.strip()  # noqa: PLR2004 - HTTP's number


def is_php_warning(response: Response) -> bool:
    """PHP warned on the way, and PrestaShop says so in place of the answer. What was done stays done."""
    errors = _errors(response)
    return response.status == 500 and bool(errors) and all(_is_of_php(*one) for one in errors)  # noqa: PLR2004 - HTTP's number


def leads_to_front_page(response: Response) -> bool:
    """PrestaShop's own redirect, by which it turns away every request that does not use the shop's own domain."""
    target = urlsplit(response.headers.get("location", ""))
    return response.status == 302 and target.query.startswith("url=")  # noqa: PLR2004 - HTTP's number


def saw_no_key(response: Response) -> bool:
    """PrestaShop's own answer to a request that came without a key."""
    return response.status == 401 and response.text.strip() == "401 Unauthorized"  # noqa: PLR2004 - HTTP's number


def needs_less(response: Response) -> bool:
    """Whether the same request has no better luck, and a smaller one may: PHP died of it, or a gateway waited in
    vain."""
    return is_gateway_timeout(response) or is_empty_crash(response)


def server_time(response: Response) -> datetime | None:
    """The store's clock, from ``Access-Time`` or ``Date``; aware UTC."""
    seconds = response.headers.get("access-time", "")
    if seconds.isdigit():
        return datetime.fromtimestamp(int(seconds), UTC)
    return response.date


def redirected(response: Response) -> UnreachableError:
    """PrestaShop sends every request to the front page that does not use the shop's own domain."""
    if known_stranger(response.status, response.headers, response.text):
        return blocked(response, reason="redirected")
    target = response.headers.get("location", "")
    parts = urlsplit(target)
    shop = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "another place"
    if parts.query.startswith("url=") or parts.path in ("", "/"):
        words = (
            f"{response.url} sends on to the front page of {shop}: use the shop's own domain as its URL, exactly as "
            "under Shop Parameters > Traffic & SEO, and check the setting id_shop if there is one."
        )
    else:
        words = f"{response.url} sends on to {shop}{parts.path}: set the store's URL to the one that it really has."
    return UnreachableError(words, reason="redirected")


def no_api(response: Response) -> UnreachableError:
    """The Webservice does not stand there."""
    advice = "the store's URL and that its web server hands /api on to PrestaShop"
    return responses.no_api(response, "PrestaShop Webservice", advice)


def _not_allowed(response: Response) -> FbridgeError:
    codes, words = codes_of(response), words_of(response)
    if BAD_FORMAT in codes:
        return CredentialsError(f"The store says: {words}. Check api_key: it has 32 characters.")
    if NO_PERMISSION in codes or NO_METHOD in codes:
        return CredentialsError(
            f"The store says: {words}. Give the key this permission under {KEYS_PAGE}.",
            reason="missing_permission",
        )
    if NOT_ACTIVE in codes:
        return CredentialsError(
            f"The store says: {words}. Check api_key, and under {KEYS_PAGE} that the key is enabled."
        )
    if saw_no_key(response):
        return CredentialsError(
            f"{response.url} did not see the key: let the web server hand the Authorization header on to PHP."
        )
    return blocked(response, reason="method_blocked" if response.status == 405 else "blocked")  # noqa: PLR2004 - HTTP's number


def _passing(response: Response) -> UnreachableError:
    if DISABLED in codes_of(response):
        words = f"The store says: {words_of(response)}. Switch it on under {KEYS_PAGE}."
        return UnreachableError(words, reason="webservice_off", retry_after=response.wait_asked)
    wordlessly = " without a word; the store's error log has the reason" if is_empty_crash(response) else ""
    return responses.passing(response, words_of(response) + wordlessly)
