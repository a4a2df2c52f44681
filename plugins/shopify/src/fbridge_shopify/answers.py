"""What an answer of the store means for whoever asked: its data, or the error that says what to do.

Sources: shopify.dev, "Response status and error codes", "GraphQL Admin API reference: Status and error codes".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fbridge.adapterkit.responses import body_of, strange, unexpected, without_markup
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response, blocked, wordless
from fbridge_shopify.cost_budget import ThrottleStatus

API = "Shopify Admin API"
ADVICE = "that the store's URL is its own myshopify.com address, and api_version"
THROTTLED = "THROTTLED"
TOO_DEAR = "MAX_COST_EXCEEDED"
ACCESS_DENIED = "ACCESS_DENIED"
PASSING = frozenset({THROTTLED, "INTERNAL_SERVER_ERROR", "TIMEOUT"})
_PASSING_REASONS = {THROTTLED: "rate_limited", "TIMEOUT": "gateway_timeout"}
_PROTECTED_DATA = "docs/apps/launch/protected-customer-data"
_LONGEST_WORDS = 300
_CREDENTIALS = {
    401: (
        "bad_credentials",
        "does not know the access token: check it (or client_id and client_secret), and that the app is installed",
    ),
    402: ("shop_frozen", "is frozen until its Shopify bill is paid; ask its owner"),
    403: ("no_permission", "does not let this app in: check that it is installed, and its scopes"),
    423: ("shop_locked", "is locked by Shopify; ask its owner or Shopify's support"),
}
_SECURITY_REJECTION = 430
_WORDED = frozenset({400, 415, 422})
"""Where Shopify's words tell it from a stranger. It says no more than any web server with 404, and 406 and 414 are a
firewall's as well, which words them in JSON under ``error`` too."""
"""Shopify's own, without words."""

_PERMANENT = "Non-expiring access tokens are no longer accepted"
_INSTEAD_OF_PERMANENT = (
    "takes no permanent access tokens any more: make an app in the Dev Dashboard, and set its client_id and "
    "client_secret instead of access_token"
)
_GRANT = {
    "application_cannot_be_found": "the app and the store belong to different organisations, or client_id is wrong",
    "shop_not_permitted": "the app may only be used on stores of its own organisation",
    "invalid_client": "client_id or client_secret is wrong",
    "app_not_installed": "install the app on the store first",
}


@dataclass(frozen=True, slots=True)
class GraphError:
    """One of the ``errors`` of an answer. ``path`` names the field that it is about; () is the whole request."""

    message: str
    code: str = ""
    path: tuple[str | int, ...] = ()

    @property
    def protects_customers(self) -> bool:
        """Whether a name or an address was withheld because the app has no approval for customer data."""
        return _PROTECTED_DATA in self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A GraphQL answer. ``data`` is empty where there is none, and may be there beside ``errors``.

    ``requested_cost`` and ``throttle`` are what Shopify counted (None: not told). ``version`` is the API version
    that was served, ``deprecated`` why Shopify warns of what was asked ("" where not told), ``date`` the store's
    clock, aware UTC, ``cache_sign`` the header by which a cache shows that it answered. ``begun``: the execution
    began, or nobody can tell; a request that is turned away before has no ``data`` at all, not even null (GraphQL,
    7.1).
    """

    data: Mapping[str, Any]
    errors: tuple[GraphError, ...] = ()
    requested_cost: float | None = None
    throttle: ThrottleStatus | None = None
    version: str = ""
    deprecated: str = ""
    date: datetime | None = None
    cache_sign: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)
    begun: bool = True

    def nodes(self, name: str) -> list[Any]:
        """The list of a connection. Raises: UnreachableError where there is none."""
        found = _mapping(self.data.get(name)).get("nodes")
        if isinstance(found, list):
            return found
        raise self._odd(name)

    def page_info(self, name: str) -> Mapping[str, Any]:
        """Whether a connection goes on, and after what. Raises: UnreachableError where that is not told."""
        info = _mapping(_mapping(self.data.get(name)).get("pageInfo"))
        if isinstance(info.get("hasNextPage"), bool) and isinstance(info.get("endCursor"), str | None):
            return info
        raise self._odd(name)

    def entries(self, name: str, count: int) -> list[Any]:
        """The list of so many. Raises: UnreachableError where it is none, or of another length."""
        found = self.data.get(name)
        if isinstance(found, list) and len(found) == count:
            return found
        raise self._odd(name)

    def _odd(self, name: str) -> UnreachableError:
        return UnreachableError(
            f"The store answered with something else than a list of {name}; something before it may interfere.",
            reason="unexpected_answer",
        )

    @property
    def throttled(self) -> bool:
        """Whether the request was put off, in Shopify's own form for it: then nothing of it was executed."""
        return not self.begun and {error.code for error in self.errors} == {THROTTLED}

    @property
    def has_data(self) -> bool:
        """Whether any field that was asked for came back with something."""
        return any(value is not None for value in self.data.values())


class TooDearError(RefusedError):
    """The query would cost more than one may; ask for less at once."""

    default_reason = "too_dear"


def answer_of(response: Response) -> Answer:
    """The answer to a request, whatever its ``errors`` say.

    Raises: CredentialsError, RefusedError, UnreachableError where the HTTP answer itself is none.
    """
    if not response.ok:
        raise error_of(response)
    body = response.json()
    if not isinstance(body, Mapping) or not ({"data", "errors"} & set(body)):
        raise unexpected(response, "GraphQL")
    data, extensions = _mapping(body.get("data")), _mapping(body.get("extensions"))
    cost = _mapping(extensions.get("cost"))
    requested = cost.get("requestedQueryCost")
    return Answer(
        data=data,
        errors=tuple(graph_errors(body.get("errors"))),
        requested_cost=float(requested) if isinstance(requested, int | float) else None,
        throttle=ThrottleStatus.from_json(cost.get("throttleStatus")),
        version=response.headers.get("x-shopify-api-version", ""),
        deprecated=plain_words(response.headers.get("x-shopify-api-deprecated-reason")),
        date=response.date,
        cache_sign=response.cache_sign,
        extensions=extensions,
        begun="data" in body or not isinstance(body["errors"], list),
    )


def graph_errors(errors: Any) -> list[GraphError]:
    """The ``errors`` of a body: a list, or sometimes a bare string or an object of strings."""
    if not errors:
        return []
    if not isinstance(errors, Sequence) or isinstance(errors, str):
        return [GraphError(plain_words(errors))]
    return [_graph_error(error) for error in errors]


def error_in(errors: Sequence[GraphError]) -> FbridgeError:
    """The error that an answer without data means, by its ``errors``."""
    words = words_in(errors)
    codes = {error.code for error in errors}
    if TOO_DEAR in codes:
        return TooDearError(f"The store refused: {words}")
    if codes & PASSING:
        reason = next((_PASSING_REASONS[code] for code in codes if code in _PASSING_REASONS), "server_error")
        return UnreachableError(f"The store cannot answer now ({words}): try again later.", reason=reason)
    if "SHOP_INACTIVE" in codes:
        return CredentialsError(f"The store is not active on Shopify ({words}).", reason="shop_inactive")
    if any(error.protects_customers for error in errors):
        return CredentialsError(
            f"The store withholds orders from this app ({words}): ask for access to protected customer data in the "
            "app's API access settings.",
            reason="customer_data_protected",
        )
    if ACCESS_DENIED in codes:
        return CredentialsError(
            f"The store says: {words} Give the app this scope and install it again.",
            reason="missing_permission",
        )
    return RefusedError(f"The store refused: {words}", reason=_reason(codes))


def refuse_another_answer(answer: Answer, asked: Collection[str]) -> None:
    """An answer has each field that was asked for, null at least (GraphQL, 6.4). All queries have one address, and a
    cache that does not look at what is asked gives what another one got.

    Raises: UnreachableError.
    """
    if not answer.errors and (missing := [name for name in asked if name not in answer.data]):
        raise UnreachableError(
            f"The store's address gave the answer to another question (there is no {missing[0]} in it). A cache "
            "before it may mix them up: exempt the store's API there.",
            reason="unexpected_answer",
        )


def error_of(response: Response) -> FbridgeError:
    """The error that an HTTP answer outside 2xx means."""
    status, words = response.status, words_of(response)
    if status in _CREDENTIALS and response.content.strip() and not _is_own(response):
        return blocked(response)
    if status in _CREDENTIALS:
        reason, meaning = _CREDENTIALS[status]
        if _PERMANENT in words:
            meaning = _INSTEAD_OF_PERMANENT
        return CredentialsError(f"The store {meaning} ({words}).", reason=reason)
    if status == _SECURITY_REJECTION:
        return RefusedError(f"The store refused: {words}", reason=f"http_{status}")
    told = words if _is_own(response) and status in _WORDED else ""
    stranger = strange(response, API, ADVICE, words=told)
    return stranger or RefusedError(f"The store refused: {words}", reason=f"http_{status}")


def _is_own(response: Response) -> bool:
    """Whether Shopify itself words its no: in JSON, under one of its names."""
    body = body_of(response)
    return isinstance(body.get("errors"), str | list | dict) or isinstance(body.get("error"), str)


def grant_error(response: Response) -> FbridgeError:
    """The error that a refused token request means."""
    if response.status >= 500 or 300 <= response.status < 400:  # noqa: PLR2004 - HTTP's
        return error_of(response)
    if response.status in (402, 404, 423, 429):
        return error_of(response)
    words = words_of(response)
    meaning = next((said for code, said in _GRANT.items() if code in response.text), "")
    return CredentialsError(
        f"The store gave no access token for client_id ({words}): "
        f"{meaning or 'check client_id, client_secret and the store URL, and that the app is installed'}."
    )


def words_of(response: Response) -> str:
    """The store's own words, or the HTTP status."""
    body = body_of(response)
    errors = graph_errors(body.get("errors"))
    said = words_in(errors) if errors else plain_words(body.get("error_description") or body.get("error"))
    return said or wordless(response)


def words_in(errors: Sequence[GraphError]) -> str:
    """What the errors say, each once, on one line."""
    return " ".join(dict.fromkeys(error.message for error in errors)) or "no reason given"


def plain_words(message: Any) -> str:
    """A message as one line of plain text, not endless."""
    words = " ".join(without_markup(message).split())
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}..."


def _graph_error(error: Any) -> GraphError:
    if not isinstance(error, Mapping):
        return GraphError(plain_words(error))
    path = error.get("path")
    return GraphError(
        plain_words(error.get("message")),
        str(_mapping(error.get("extensions")).get("code") or ""),
        tuple(path) if isinstance(path, list) else (),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _reason(codes: set[str]) -> str | None:
    code = next((code for code in sorted(codes) if code), "")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", code).lower() or None
