"""What the store's answers mean: for a read the error, for a write what it proves."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fbridge.adapterkit.answers import AnswerTable, Listed, Said, Speaker, Verdict
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response

ANSWERS = AnswerTable(
    [
        Listed(
            HTTPStatus.UNAUTHORIZED,
            "",
            Verdict.CREDENTIALS,
            "the kiosk's API page: the key is looked at first",
        ),
        Listed(
            HTTPStatus.NOT_FOUND, "", Verdict.REFUSED, "the kiosk's API page: no such order", "no_such_order"
        ),
        Listed(HTTPStatus.UNPROCESSABLE_ENTITY, "", Verdict.REFUSED, "the kiosk's API page", "store_refused"),
    ]
)
"""All that proves that a write was not done. Whatever else comes is looked up before anything is sent again."""


def said_by(answer: Response) -> Said:
    """Who spoke: the kiosk's own errors are an object with ``error`` alone."""
    body = _body(answer)
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
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UnreachableError(f"{answer.url} answered HTTP {answer.status}; try again later.")
    return RefusedError(f"{answer.url} answered HTTP {answer.status}; check the store's URL.")


def _body(answer: Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except UnreachableError:
        return {}
    return body if isinstance(body, Mapping) else {}
