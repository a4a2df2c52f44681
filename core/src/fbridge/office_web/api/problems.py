"""What went wrong, as problem details (RFC 9457) with the reason codes of ``--json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

from fbridge import (
    BusyError,
    DatabaseUnreachableError,
    FbridgeError,
    InputError,
    NotFoundError,
    RefusedError,
    StoppedError,
    UnreachableError,
)

CONTENT_TYPE = "application/problem+json"
_STATUS = (
    (NotFoundError, 404),
    (InputError, 422),
    (StoppedError, 422),
    (RefusedError, 502),
    (BusyError, 503),
    (UnreachableError, 503),
    (DatabaseUnreachableError, 503),
)
_STATUS_OF_REASON = {"request_runs": 409, "workers_need_postgresql": 422, "workers_not_installed": 422}
_WAIT_SECONDS = 5
_OF_HTTP = {
    400: ("bad_request", "This request cannot be read, or came by a name that is none of this server."),
    403: ("foreign_origin", "This request comes from a page of another site."),
    404: ("no_such_path", "There is no such path; all of them stand in openapi.json."),
    405: ("no_such_method", "This path has no such method; all of them stand in openapi.json."),
    413: ("too_large", "The request is too large."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A field that is not as it has to be, by its place in the request, and why."""

    field: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemDetails:
    """Why a request was refused: a stable ``reason``, in ``detail`` a sentence, and the fields that are at fault.

    ``type`` is ``about:blank``, for the ``reason`` tells the problems apart.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    reason: str
    faults: tuple[Fault, ...] = ()


class ProblemError(Exception):
    """A request that is refused before anything is done."""

    def __init__(
        self, words: str, *, reason: str, status: int, faults: Iterable[Fault] = (), **headers: str
    ) -> None:
        super().__init__(words)
        self.status, self.reason, self.faults = status, reason, tuple(faults)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def of_refusal(error: ProblemError) -> Response:
    """What this module's own error is answered with."""
    return _response(error.status, error.reason, str(error), error.faults, error.headers)


def of_error(error: FbridgeError) -> Response:
    """What fbridge refuses."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    status = _STATUS_OF_REASON.get(error.reason, status)
    headers = {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        wait = error.retry_after if isinstance(error, UnreachableError) else None
        headers["Retry-After"] = str(ceil(wait.total_seconds()) if wait else _WAIT_SECONDS)
    return _response(status, error.reason, str(error), (), headers)


def of_http(error: HTTPException) -> Response:
    """What HTTP itself refuses."""
    status = error.code or 500
    reason, words = _OF_HTTP.get(status, ("bad_request", "This request cannot be answered."))
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return _response(status, reason, words, (), headers)


def of_bug() -> Response:
    """What is no fault of whoever asked."""
    return _response(500, "bug", "This is a bug of fbridge; its log says more.", (), {})


def faults_of(messages: Any, known: Iterable[str], path: str = "") -> Iterator[Fault]:
    """What marshmallow says of each field, in our words; ``known`` are the fields that there are."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            inside = path if key in {"key", "value", "_schema"} else f"{path}.{key}".lstrip(".")
            yield from faults_of(inner, known, inside)
    else:
        yield from (Fault(field=path, words=_said(one, known, path)) for one in messages)


def refuse_faults(faults: Iterable[Fault]) -> None:
    """Raise ProblemError that names each field, where there are any."""
    found = tuple(faults)
    if found:
        words = " ".join(f"{one.field}: {one.words}" if one.field else one.words for one in found[:10])
        raise ProblemError(words, reason="bad_fields", status=422, faults=found)


def _said(message: str, known: Iterable[str], path: str) -> str:
    if message == "Unknown field.":
        return (
            f"is unknown; known are: {', '.join(sorted(known)) or 'none'}."
            if "." not in path
            else "is unknown."
        )
    return {
        "Missing data for required field.": "is missing.",
        "Field may not be null.": "may not be null; leave it out.",
    }.get(message, message)


def _response(
    status: int, reason: str, words: str, faults: tuple[Fault, ...], headers: Mapping[str, str]
) -> Response:
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": words,
        "reason": reason,
        "faults": [{"field": one.field, "words": one.words} for one in faults],
    }
    response = Response(json.dumps(told, ensure_ascii=False), status, content_type=CONTENT_TYPE)
    response.headers.update(headers)
    return response
