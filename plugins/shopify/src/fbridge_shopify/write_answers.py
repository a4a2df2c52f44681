"""What the answer to mutations means, one by one: done, refused, later, or nobody knows. Pure.

An error at the alias itself says that this mutation was not executed; one below it, or none at all beside missing
data, leaves that open. Texts of user errors were recorded from live stores; they carry no codes.
Source: https://shopify.dev/docs/api/usage/response-codes
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from fbridge.models.orders import StoreShipment
from fbridge.models.problems import Problem
from fbridge.models.states import Outcome
from fbridge_shopify.allocation import MISSING_SCOPES
from fbridge_shopify.answers import ACCESS_DENIED, PASSING, Answer, GraphError, plain_words, words_in
from fbridge_shopify.mutation_documents import Kind, Mutation, alias_of
from fbridge_shopify.schemas import Below, FulfillmentPayload

CLOSED = "fulfillment_order_closed"
"""The reason of a fulfillment order that is over: the order has to be read to tell why."""

_NOT_TAKEN = frozenset({"ERROR", "FAILURE", "CANCELLED"})
_UNFULFILLABLE = re.compile(r"unfulfillable status\s*=\s*(\w+)")
_UNFULFILLABLE_REASONS = {
    "closed": CLOSED,
    "cancelled": "cancelled",
    "on_hold": "on_hold",
    "scheduled": "scheduled",
}
_TEXTS = {
    "Fulfillment order does not exist": "fulfillment_order_missing",
    "Fulfillment order line item does not exist": "fulfillment_order_changed",
    "Invalid fulfillment order line item quantity": "more_than_remains",
    "Fulfillment does not exist": "fulfillment_missing",
    "must be assigned to a single location": "several_locations",
    "must belong to the same order": "several_orders",
}


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

    order = Below("displayFulfillmentStatus", load_default=None, allow_none=True)


_PUSHED = _PushedPayload()


def results_in(answer: Answer, mutations: Sequence[Mutation]) -> list[Made | Problem]:
    """What became of each mutation of a document, in their order."""
    return [
        _result(mutation, answer.data.get(alias), _errors_about(answer.errors, alias))
        for mutation, alias in ((one, alias_of(position)) for position, one in enumerate(mutations))
    ]


def _errors_about(errors: Sequence[GraphError], alias: str) -> list[GraphError]:
    own = [error for error in errors if error.path[:1] == (alias,)]
    return own or [error for error in errors if not error.path]


def _result(mutation: Mutation, payload: Any, errors: Sequence[GraphError]) -> Made | Problem:
    if not isinstance(payload, Mapping):
        return _without_payload(errors)
    refused = [error for error in payload.get("userErrors") or () if isinstance(error, Mapping)]
    fulfillment = payload.get("fulfillment")
    if refused and fulfillment is None:
        return _refusal(refused)
    if mutation.kind is Kind.SPLIT:
        return Made()
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
            lines=tuple(
                (line["line_item"], line["quantity"] or 0) for line in read["fulfillment_line_items"]
            ),
        ),
        order_status=read["order"] or "",
        whole=not _goes_on(fulfillment.get("fulfillmentLineItems")),
    )


def _goes_on(page: Any) -> bool:
    """Whether a list has more than the answer holds."""
    info = page.get("pageInfo") if isinstance(page, Mapping) else None
    return isinstance(info, Mapping) and info.get("hasNextPage") is not False


def _without_payload(errors: Sequence[GraphError]) -> Problem:
    """An error at the alias itself with a code of its own was met before anything was done."""
    before = [error for error in errors if len(error.path) == 1 and error.code]
    if not before or any(error.code in PASSING for error in errors):
        return _unknown(errors)
    words = words_in(before)
    if any(error.code == ACCESS_DENIED for error in before):
        return _refused(MISSING_SCOPES, f"{words} Give the app this scope and install it again.")
    return _refused(before[0].code.lower(), words)


def _refusal(user_errors: Sequence[Mapping[str, Any]]) -> Problem:
    words = " ".join(dict.fromkeys(plain_words(error.get("message")) for error in user_errors))
    return _refused(_reason_in(words), words or "no reason given")


def _reason_in(words: str) -> str:
    status = _UNFULFILLABLE.search(words)
    if status:
        return _UNFULFILLABLE_REASONS.get(status[1].lower(), "not_fulfillable")
    return next((reason for text, reason in _TEXTS.items() if text in words), "refused")


def _unknown(errors: Sequence[GraphError]) -> Problem:
    words = "The store's answer does not tell what became of it"
    said = f" ({words_in(errors)})" if errors else ""
    passing = any(error.code in PASSING for error in errors)
    reason = "server_error" if passing else "not_in_answer"
    return Problem(outcome=Outcome.UNCONFIRMED, reason=reason, words=f"{words}{said}.")


def _refused(reason: str, words: str) -> Problem:
    return Problem(outcome=Outcome.REFUSED, reason=reason, words=words)
