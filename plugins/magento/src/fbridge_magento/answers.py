"""What an answer of the store means: its content, or the error that says what to do; and of a write, what it proves.

Magento's messages are translated and decide nothing about a read. A 401 stands for a wrong token, for tokens that the
store does not take alone and for a missing permission; the resource that it names, and a look at ``/V1/modules``,
which every good token may see, tell them apart.

After a write a message that is not listed may be Magento's own as well as a module's, which may have answered after
the shipment was saved (observed: 400 and 404). Whatever of 400 and 404 has Magento's form is therefore looked into at
once: the order, read again, shows the shipment or why none was made; else the message counts if it is listed. After a
5xx the store may go on, a 503 included, for a cache in front says it of a slow store. Magento itself has no 403 and
no rate limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fbridge.adapterkit import answers, responses
from fbridge.adapterkit.answers import AnswerTable, Listed, Said, Speaker, Verdict, said_in, written
from fbridge.adapterkit.responses import (
    NOT_FOUND,
    body_of,
    is_gateway_timeout,
    list_from,
    rows_from,
    unexpected,
)
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response, blocked, wordless
from fbridge.http.before_store import known_stranger
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import Outcome

if TYPE_CHECKING:
    from fbridge_magento.client import MagentoClient

INTEGRATIONS_PAGE = "System > Extensions > Integrations"
ANY_TOKEN = "Magento_Backend::admin"  # noqa: S105 - the name of a permission
"""What ``/V1/modules`` asks for: refused, the token itself is."""

API = "Magento REST API"
NOT_SAVED = "not_saved"
ADVICE = (
    "the store's URL (without /rest and without the code of a store view), and that its web server hands /rest on to "
    "Magento"
)
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
    """The largest page that the store allows ("Maximum Page Size"), where it refused a larger one; else None."""
    return _limit_in(response, {"max"})


def longest_list_in(response: Response) -> int | None:
    """How many entries a list in a body may have ("Input List Limit"), where a longer one was refused; else None.

    It looks at that before anything else, and so nothing was done.
    """
    return _limit_in(response, {"type", "max"})


def _limit_in(response: Response, names: set[str]) -> int | None:
    """A limit that a request exceeded: the words are translated, so the names of its parameters tell which."""
    parameters = body_of(response).get("parameters") if response.status == 400 else None  # noqa: PLR2004
    if not isinstance(parameters, Mapping) or set(parameters) != names:
        return None
    most = parameters["max"]
    return most if isinstance(most, int) and most > 0 else None


def error_of(response: Response) -> FbridgeError:
    """The error that an answer outside 2xx means."""
    if response.status in (401, 403):
        return _not_allowed(response)
    if is_own_fault(response):
        return RefusedError(
            f"The store has an error of its own at {response.url}: {words_of(response)}. Look into var/log of the "
            "store.",
            reason="store_error",
        )
    words = words_of(response) if is_own(response) else ""
    if response.status == 503:  # noqa: PLR2004 - HTTP's number
        words = f"{words or wordless(response)}; maintenance, or too much to do"
    if stranger := responses.strange(response, API, ADVICE, words=words):
        return stranger
    if body_of(response).get("message") == _NO_ROUTE:
        return RefusedError(
            f"The store has no such route: {response.url} ({words}). Check that its URL is set without /rest, and "
            "that its modules are switched on and set up, then run: fbridge store check STORE",
            reason="no_route",
        )
    return RefusedError(f"The store refused: {words}", reason="refused")


def is_own(response: Response) -> bool:
    """Whether an error has Magento's form, and no firewall that words its own in JSON shows itself in it."""
    body = body_of(response)
    has_form = isinstance(body.get("message"), str) and set(body) <= _KEYS
    return has_form and known_stranger(response.status, {}, response.text) is None


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
    return responses.no_api(response, API, ADVICE)


def _not_allowed(response: Response) -> FbridgeError:
    # Magento itself has no 403.
    if response.status == 403 or not is_own(response):  # noqa: PLR2004 - HTTP's number
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


_LOOKED_INTO = frozenset({400, NOT_FOUND})
_NO_ROUTE = "Request does not match any route."
_KEYS = frozenset({"message", "parameters", "trace", "errors", "code"})
_REFUSED, _CREDENTIALS = Verdict.REFUSED, Verdict.CREDENTIALS

ANSWERS = AnswerTable(
    [
        # The heading of a list of reasons; it alone is never translated.
        Listed(400, "Shipment Document Validation Error(s):", _REFUSED, "ship_repeat_it.json", "refused"),
        Listed(400, 'Maximum items of type "%type" is %max', _REFUSED, "input_limits_array.json", "refused"),
        Listed(400, "Decoding error.", _REFUSED, "ship_bad_json.json", "refused"),
        Listed(
            400,
            '"%fieldName" is not supported. Correct the field name and try again.',
            _REFUSED,
            "ship_unknown_property.json",
            "refused",
        ),
        Listed(
            400,
            '"%fieldName" is required. Enter and try again.',
            _REFUSED,
            "track_add_no_entity_wrapper.json",
            "refused",
        ),
        # Said of a deadlock (6 of 40 orders while an index ran), and of what the database will never take.
        Listed(
            400,
            "Could not save a shipment, see error log for details",
            Verdict.LATER,
            "ship_carrier_missing_code.json",
            NOT_SAVED,
        ),
        Listed(
            400,
            "Could not save the shipment tracking.",
            Verdict.LATER,
            "track_add_unknown_shipment.json",
            NOT_SAVED,
        ),
        Listed(
            404,
            "The entity that was requested doesn't exist. Verify the entity and try again.",
            _REFUSED,
            "ship_order_not_found.json",
            "order_missing",
        ),
        Listed(
            404,
            _NO_ROUTE,
            Verdict.NOT_SENT,
            "bulk_ship_wrong_path.json",
            "no_route",
        ),
        # The right is looked at before the service is called. A module's 401 names another right, or none.
        Listed(401, "Magento_Sales::ship", _CREDENTIALS, "auth_acl_missing.json"),
        Listed(401, "Magento_Sales::shipment", _CREDENTIALS, "acl_missing_shipment.json"),
        Listed(401, "Magento_Backend::admin", _CREDENTIALS, "auth_bad_token.json"),
        Listed(
            401, "The signature is invalid. Verify and try again.", _CREDENTIALS, "oauth_bad_signature.json"
        ),
        Listed(401, "Specified token does not exist", _CREDENTIALS, "oauth_bad.json"),
        Listed(401, "A consumer having the specified key does not exist", _CREDENTIALS, "oauth_bad.json"),
    ]
)
"""What Magento says of a write that it did not do. Sources: recordings of 2.4.7.

A nonce that was used before is not among them: a proxy may have sent the request twice, and the first one acted."""

_GRAVEST_FIRST = (Outcome.UNCONFIRMED, Outcome.RETRY, Outcome.REFUSED)


class Rejected(Exception):  # noqa: N818 - an answer, and not an error of its own
    """A no in Magento's form, to be looked into. ``problem`` is what it means where the order does not tell more;
    ``is_missing``: what it was about does not exist; ``longest_list``: the limit that a list in the body exceeded."""

    def __init__(
        self, problem: Problem, *, is_missing: bool = False, longest_list: int | None = None
    ) -> None:
        super().__init__(problem.words)
        self.problem = problem
        self.is_missing = is_missing
        self.longest_list = longest_list


def gravest(refusals: Sequence[Rejected]) -> Problem:
    """Of several no's the one that leaves most open."""
    problems = [no.problem for no in refusals]
    return min(problems, key=lambda problem: _GRAVEST_FIRST.index(problem.outcome))


def answer_to(write: Callable[[], Response], client: MagentoClient, now: Callable[[], datetime]) -> Any:
    """Send it and give the JSON of its good answer.

    Raises: Rejected; WriteFault; CredentialsError and NotSentError where Magento itself turned it away.
    """
    return written(write, now, lambda response: _fault_in(response, client, now()), Response.json)


def not_understood(what: str) -> WriteFault:
    """A good answer that does not tell what became of it."""
    return answers.not_understood(
        f"The store's answer does not tell what became of {what}; a module of the store may interfere."
    )


def said_by(response: Response) -> Said:
    """Who answered a write, and what. A permission that is missing is told by its name, the rest by the message."""
    body = body_of(response)
    message = body.get("message")
    code = resource_of(response) or str(message or "").split("\n")[0].strip()
    return said_in(response, code, words=words_of(response), is_own=is_own(response))


def _fault_in(response: Response, client: MagentoClient, now: datetime) -> Exception:
    said, named = said_by(response), error_of(response)
    fault = ANSWERS.fault(said, named, now)
    if isinstance(fault, CredentialsError):
        return _which_right(response, client, fault)
    if isinstance(fault, WriteFault) and said.speaker is Speaker.STORE and said.status in _LOOKED_INTO:
        return Rejected(
            fault.problem, is_missing=said.status == NOT_FOUND, longest_list=longest_list_in(response)
        )
    return fault


def _which_right(response: Response, client: MagentoClient, error: FbridgeError) -> Exception:
    try:
        told = client.error_of(response)
    except UnreachableError:
        return error
    return told if isinstance(told, CredentialsError) else error
