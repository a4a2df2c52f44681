"""What the store's answers mean: for a read the error, for a write what it proves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from fbridge.adapterkit.answers import AnswerTable, Listed, Said, Speaker, Verdict, not_understood, written
from fbridge.adapterkit.responses import body_of, is_passing, passing
from fbridge.errors import CredentialsError, FbridgeError, RefusedError
from fbridge.http import Response, wordless
from fbridge.models.orders import Order
from fbridge_kiosk.mapping import order_from

API_PAGE = "the kiosk's API page"
ANSWERS = AnswerTable(
    [
        Listed(HTTPStatus.UNAUTHORIZED, "", Verdict.CREDENTIALS, f"{API_PAGE}: the key is looked at first"),
        Listed(HTTPStatus.NOT_FOUND, "", Verdict.REFUSED, f"{API_PAGE}: no such order", "no_such_order"),
        Listed(HTTPStatus.UNPROCESSABLE_ENTITY, "", Verdict.REFUSED, API_PAGE, "store_refused"),
    ]
)
"""All that proves that a write was not done. Whatever else comes is looked up before anything is sent again."""


def order_written(write: Callable[[], Response], now: Callable[[], datetime]) -> Order:
    """The order as the answer to a write shows it. Raises: WriteFault, CredentialsError, NotSentError."""
    return written(
        write, now, lambda answer: ANSWERS.fault(said_by(answer), error_of(answer), now()), _order_in
    )


def _order_in(answer: Response) -> Order:
    order = order_from(answer.json())
    if not isinstance(order, Order):
        raise not_understood(f"The store's answer is no order ({order.reason}).", "unreadable_answer")
    return order


def said_by(answer: Response) -> Said:
    """Who spoke: the kiosk's own errors are an object with ``error`` alone."""
    body = body_of(answer)
    is_own = set(body) == {"error"} and isinstance(body["error"], str)
    return Said(
        speaker=Speaker.STORE if is_own else Speaker.OTHER,
        status=answer.status,
        words=body["error"] if is_own else "",
        wait=answer.wait_asked,
    )


def error_of(answer: Response) -> FbridgeError:
    """The error that an answer outside 2xx means for a read."""
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return CredentialsError(f"{answer.url} does not accept the key; check api_key.")
    if is_passing(answer):
        return passing(answer, wordless(answer))
    return RefusedError(f"{answer.url} answered HTTP {answer.status}; check the store's URL.")
