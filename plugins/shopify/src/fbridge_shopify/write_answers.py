"""What the answer to mutations means, one by one: done, refused, later, or nobody knows. Pure.

A whole document was not executed where Shopify turned the request away in one of the forms listed here: by an HTTP
status with ``errors`` as one text, or by errors with a code and no ``data`` at all. Of one mutation an error at its
alias itself with a listed code says the same; one below it, one without a code, or none at all beside missing data
leaves that open. Texts of user errors were recorded from live stores; they carry no codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from fbridge.adapterkit.answers import AnswerTable, Listed, Said, Speaker, Verdict, put_off, said_in
from fbridge.adapterkit.needed import Told
from fbridge.adapterkit.payloads import rows
from fbridge.adapterkit.responses import body_of
from fbridge.errors import CredentialsError, NotSentError
from fbridge.http import Response
from fbridge.models.orders import StoreShipment
from fbridge.models.problems import Problem, WriteFault, refused_as_it_stands
from fbridge.models.states import Outcome
from fbridge_shopify.allocation import MISSING_SCOPES
from fbridge_shopify.answers import (
    ACCESS_DENIED,
    PASSING,
    THROTTLED,
    TOO_DEAR,
    Answer,
    GraphError,
    error_in,
    plain_words,
    words_in,
    words_of,
)
from fbridge_shopify.documents import Kind, Mutation, alias_of
from fbridge_shopify.schemas import FulfillmentPayload, below

RATE_LIMITED = "rate_limited"

_LIMITS = "shopify.dev/docs/api/usage/limits"
_CODES = "shopify.dev/docs/api/usage/response-codes"
_VALIDATION = "recorded: admin-platform_graphql-base-validation-unhappy-paths and others; GraphQL 5"

DOCUMENTS = AnswerTable(
    [
        Listed(401, "", Verdict.CREDENTIALS, _CODES),
        Listed(402, "", Verdict.CREDENTIALS, _CODES),
        Listed(403, "", Verdict.CREDENTIALS, _CODES),
        Listed(423, "", Verdict.CREDENTIALS, _CODES),
        Listed(404, "", Verdict.NOT_SENT, _CODES),
        Listed(429, "", Verdict.LATER, _LIMITS, RATE_LIMITED),
        Listed(200, THROTTLED, Verdict.LATER, _LIMITS, RATE_LIMITED),
        Listed(200, "SHOP_INACTIVE", Verdict.CREDENTIALS, _CODES),
        Listed(200, ACCESS_DENIED, Verdict.CREDENTIALS, _CODES),
        Listed(200, TOO_DEAR, Verdict.REFUSED, _LIMITS),
        *(
            Listed(200, code, Verdict.REFUSED, _VALIDATION)
            for code in (
                "PARSE_ERROR",
                "INVALID_VARIABLE",
                "MAX_INPUT_SIZE_EXCEEDED",
                "argumentLiteralsIncompatible",
                "argumentNotAccepted",
                "missingRequiredArguments",
                "missingRequiredInputObjectAttribute",
                "selectionMismatch",
                "undefinedField",
                "undefinedType",
                "variableNotUsed",
            )
        ),
    ]
)
"""Of a whole document: nothing of it was executed. A code counts where the answer has no ``data``."""

MUTATIONS = AnswerTable(
    [
        Listed(
            200, ACCESS_DENIED, Verdict.CREDENTIALS, "shopify.dev/api/usage/access-scopes; recorded 5 times"
        ),
        Listed(200, "RESOURCE_NOT_FOUND", Verdict.REFUSED, "recorded: fulfillment-create-invalid-id"),
        Listed(200, "NOT_FOUND", Verdict.REFUSED, "recorded: fulfillment-unknown-not-found"),
        Listed(200, "BAD_REQUEST", Verdict.REFUSED, "recorded: fulfillment-order-move-validation"),
        Listed(
            200, "INVALID_FIELD_ARGUMENTS", Verdict.REFUSED, "recorded: fulfillment-order-hold-validation"
        ),
    ]
)
"""Of one mutation, by the code of an error at its alias."""

_NOT_TAKEN = frozenset({"ERROR", "FAILURE", "CANCELLED"})
_UNFULFILLABLE = re.compile(r"unfulfillable status\s*=\s*(\w+)")
_UNFULFILLABLE_REASONS = {
    "closed": "fulfillment_order_closed",
    "cancelled": "cancelled",
    "on_hold": "on_hold",
    "scheduled": "scheduled",
}
_TEXTS = {
    "Fulfillment order does not exist": "fulfillment_order_missing",
    "Fulfillment order line item does not exist": "fulfillment_order_changed",
    "Invalid fulfillment order line item quantity": "more_than_remains",
    "Fulfillment does not exist": "fulfillment_missing",
    "Fulfillment not found": "fulfillment_missing",
    "must be assigned to a single location": "several_locations",
    "must belong to the same order": "several_orders",
    "not in a splittable state": "not_splittable",
}
"""All of them, as an unfulfillable status, rest on a state: a mutation says what its order was read to allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a mutation left on the store, as its answer shows it; no fulfillment after a split.

    ``whole``: all lines of the fulfillment are there. A list that was cut off is no sign of missing pieces.
    """

    fulfillment: StoreShipment | None = None
    order_status: str = ""
    whole: bool = True


class _PushedPayload(FulfillmentPayload):
    """The fragment ``PushedFields``."""

    order = Told(below("displayFulfillmentStatus"))


_PUSHED = _PushedPayload()


def said_by(response: Response) -> Said:
    """Who answered outside 2xx. Shopify's own answers there have ``errors`` as one text."""
    is_own = isinstance(body_of(response).get("errors"), str)
    return said_in(response, words=words_of(response), is_own=is_own)


def asked_to_wait(error: NotSentError, now: datetime) -> WriteFault | NotSentError:
    """Where Shopify put a document off, its orders wait; for any other reason nothing more is sent to the store."""
    return WriteFault(put_off(error, now)) if error.reason == RATE_LIMITED else error


def said_of_document(answer: Answer) -> Said:
    """Why a document was not executed; ``OTHER`` where that is not sure."""
    return Said(
        speaker=Speaker.OTHER if answer.begun else Speaker.STORE,
        status=200,
        codes=tuple(error.code for error in answer.errors),
        words=words_in(answer.errors),
    )


def results_in(answer: Answer, mutations: Sequence[Mutation]) -> list[Made | Problem | CredentialsError]:
    """What became of each mutation of a document, in their order; ``CredentialsError`` where the app may not do it,
    and did not."""
    return [
        _result(mutation, answer.data.get(alias), _errors_about(answer.errors, alias))
        for mutation, alias in ((one, alias_of(position)) for position, one in enumerate(mutations))
    ]


def _errors_about(errors: Sequence[GraphError], alias: str) -> list[GraphError]:
    own = [error for error in errors if error.path[:1] == (alias,)]
    return own or [error for error in errors if not error.path]


def _result(
    mutation: Mutation, payload: Any, errors: Sequence[GraphError]
) -> Made | Problem | CredentialsError:
    if not isinstance(payload, Mapping):
        return _without_payload(mutation, errors)
    refused = rows(payload.get("userErrors"))
    fulfillment = payload.get("fulfillment")
    if refused and fulfillment is None:
        return _refusal(refused)
    if mutation.kind is Kind.SPLIT:
        return Made()
    if mutation.kind is Kind.CANCEL:
        cancelled = isinstance(fulfillment, Mapping) and fulfillment.get("status") == "CANCELLED"
        return Made() if cancelled else _unknown(errors)
    try:
        return _made(fulfillment)
    except ValidationError:
        return _unknown(errors)


def _made(fulfillment: Any) -> Made | Problem:
    read = _PUSHED.load(fulfillment)
    if read["status"] in _NOT_TAKEN:
        words = f"The store shows the fulfillment as {read['status']}; look at it there."
        return _refused("fulfillment_failed", words)
    tracking = read["tracking_info"]
    return Made(
        fulfillment=StoreShipment(
            remote_id=read["id"],
            numbers=tuple(dict.fromkeys(entry["number"] for entry in tracking if entry["number"])),
            carrier=next((entry["company"] for entry in tracking if entry["company"]), ""),
            lines=tuple((line["line_item"], line["quantity"]) for line in read["fulfillment_line_items"]),
        ),
        order_status=read["order"],
        whole=not _goes_on(fulfillment.get("fulfillmentLineItems")),
    )


def _goes_on(page: Any) -> bool:
    """Whether a list has more than the answer holds."""
    info = page.get("pageInfo") if isinstance(page, Mapping) else None
    return isinstance(info, Mapping) and info.get("hasNextPage") is not False


def _without_payload(mutation: Mutation, errors: Sequence[GraphError]) -> Problem | CredentialsError:
    """An error at the alias itself with a listed code was met before anything was done."""
    at_alias = bool(errors) and all(len(error.path) == 1 for error in errors)
    said = Said(
        speaker=Speaker.STORE if at_alias else Speaker.OTHER,
        status=200,
        codes=tuple(error.code for error in errors),
    )
    row, words = MUTATIONS.find(said), words_in(errors)
    if row is None:
        return _unknown(errors)
    if row.verdict is not Verdict.CREDENTIALS:
        return _refused(row.code.lower(), words)
    if mutation.kind is Kind.SPLIT:
        # It can go on without: the shipment leaves without a fence.
        return _refused(MISSING_SCOPES, f"{words} Give the app this scope and install it again.")
    named = error_in(errors)
    return named if isinstance(named, CredentialsError) else CredentialsError(words)


def _refusal(user_errors: Sequence[Mapping[str, Any]]) -> Problem:
    words = " ".join(dict.fromkeys(plain_words(error.get("message")) for error in user_errors))
    reason = _reason_in(words)
    return refused_as_it_stands(reason, words) if reason else _refused("refused", words or "no reason given")


def _reason_in(words: str) -> str:
    """The reason of a no that rests on a state; "" for any other."""
    status = _UNFULFILLABLE.search(words)
    if status:
        return _UNFULFILLABLE_REASONS.get(status[1].lower(), "not_fulfillable")
    return next((reason for text, reason in _TEXTS.items() if text in words), "")


def _unknown(errors: Sequence[GraphError]) -> Problem:
    words = "The store's answer does not tell what became of it"
    said = f" ({words_in(errors)})" if errors else ""
    passing = any(error.code in PASSING for error in errors)
    reason = "server_error" if passing else "not_in_answer"
    return Problem(outcome=Outcome.UNCONFIRMED, reason=reason, words=f"{words}{said}.")


def _refused(reason: str, words: str) -> Problem:
    return Problem(outcome=Outcome.REFUSED, reason=reason, words=words)
