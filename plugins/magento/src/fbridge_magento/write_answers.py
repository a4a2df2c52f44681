"""What the answer to a write means: done, refused, later, or nobody knows.

Magento translates its messages, so one that is not listed may be its own as well as a module's, which may have
answered after the shipment was saved (observed: 400 and 404). Whatever of 400 and 404 has Magento's form is
therefore looked into at once: the order, read again, shows the shipment or why none was made; else the message
counts if it is listed. After a 5xx the store may go on, a 503 included, for a cache in front says it of a slow store.
Magento itself has no 403 and no rate limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from fbridge.adapterkit import answers
from fbridge.adapterkit.answers import AnswerTable, Listed, Said, Speaker, Verdict, written
from fbridge.adapterkit.responses import NOT_FOUND, body_of
from fbridge.errors import CredentialsError, FbridgeError, UnreachableError
from fbridge.http import Response
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import Outcome
from fbridge_magento.answers import error_of, longest_list_in, resource_of, words_of
from fbridge_magento.client import MagentoClient

_LOOKED_INTO = frozenset({400, NOT_FOUND})
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
            "not_saved",
        ),
        Listed(
            400,
            "Could not save the shipment tracking.",
            Verdict.LATER,
            "track_add_unknown_shipment.json",
            "not_saved",
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
            "Request does not match any route.",
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
    is_own = isinstance(message, str) and set(body) <= _KEYS
    code = resource_of(response) or str(message or "").split("\n")[0].strip()
    return Said(
        speaker=Speaker.STORE if is_own else Speaker.OTHER,
        status=response.status,
        codes=(code,),
        words=words_of(response),
        wait=response.wait_asked,
    )


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
