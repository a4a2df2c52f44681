"""Turning the store's answer into what a client gets, where the whole of it is known beforehand. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from fbridge.testing.faults.rules import Answer, Fault

OVERSIZE = 40 * 1024 * 1024
_PAGE = (
    "<!DOCTYPE html><html><head><title>{title}</title></head>"
    "<body><h1>{title}</h1><form id='login' method='post'><input name='password'></form></body></html>"
)
_TITLES = {200: "Log In", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A whole answer. ``blanks``: so many blanks stand before the body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    blanks: int = 0

    def with_type(self, content_type: str) -> HttpAnswer:
        """The same under another content type, and in no other encoding."""
        kept = tuple(
            pair for pair in self.headers if pair[0].lower() not in {"content-type", "content-encoding"}
        )
        return replace(self, headers=(*kept, ("Content-Type", content_type)))


def altered(fault: Fault, answer: HttpAnswer, *, before: HttpAnswer | None, elsewhere: str) -> HttpAnswer:
    """What the client gets. ``before`` is the last answer of the same path, ``elsewhere`` where a redirect leads."""
    if fault.answer is Answer.STATUS:
        return _page(fault)
    if fault.answer is Answer.REDIRECT:
        return HttpAnswer(status=fault.status, headers=(("Location", elsewhere),))
    if fault.answer is Answer.REPEATED:
        return before or answer
    return _with_other_body(fault.answer, answer)


def _with_other_body(kind: Answer, answer: HttpAnswer) -> HttpAnswer:
    if kind is Answer.HALF_JSON:
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    if kind is Answer.OVERSIZED:
        return replace(answer, blanks=OVERSIZE)
    if kind is Answer.WRONG_TYPE:
        return answer.with_type("text/html; charset=UTF-8")
    if kind is Answer.GARBAGE:
        return replace(answer.with_type("application/json"), status=200, body=b'{"id": \x00\xff, "]')
    if kind is Answer.EMPTY:
        return replace(answer, status=200, body=b"")
    return replace(answer, body=_reordered(answer.body)) if kind is Answer.REORDERED else answer


def _page(fault: Fault) -> HttpAnswer:
    if fault.body is not None:
        kind = "application/json" if fault.body.startswith(b"{") else "text/html; charset=UTF-8"
        return HttpAnswer(
            status=fault.status, headers=(("Content-Type", kind), *fault.headers), body=fault.body
        )
    title = _TITLES.get(fault.status, "Gateway Time-out")
    headers = (("Content-Type", "text/html; charset=UTF-8"), *fault.headers)
    return HttpAnswer(status=fault.status, headers=headers, body=_PAGE.format(title=title).encode())


def _reordered(body: bytes) -> bytes:
    try:
        content = json.loads(body)
    except ValueError:
        return body
    lists = list(_lists_in(content))
    if lists:
        max(lists, key=len).reverse()
    return json.dumps(content).encode()


def _lists_in(value: Any) -> list[list[Any]]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in _lists_in(inner)]
    if isinstance(value, list):
        return [value, *(found for inner in value for found in _lists_in(inner))]
    return []
