"""A request as Magento sees it, and the answer of a route."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from werkzeug.wrappers import Request

from fbridge_magento.sandbox.errors import RestError, decoding_error, wrong_type

JSON = "application/json"
READABLE = frozenset({JSON, "application/xml", "text/xml", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a route. ``body`` is the decoded body, {} without one; ``home`` the store's address."""

    home: str
    store_id: int
    query: Mapping[str, Any]
    body: Any
    in_path: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """An id out of the path, where ``000000005`` is 5. Raises: RestError (400)."""
        text = self.in_path[name]
        if not re.fullmatch(r"\s*[+-]?\d+\s*", text):
            raise wrong_type(text, "int")
        return int(text)

    def given(self, name: str) -> Any:
        """A parameter of the service in the body: ``appendComment`` or ``append_comment``; None without."""
        if not isinstance(self.body, dict):
            return None
        return self.body.get(name, self.body.get(snake_case(name)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers."""

    body: Any
    status: int = 200
    kind: str = "application/json; charset=utf-8"
    before: str = ""
    """What a module printed before it."""


def read_query(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The query as PHP reads it: ``a[b][0][c]=x`` is nested; of equal names the last counts."""
    query: dict[str, Any] = {}
    for name, value in pairs:
        bare, *inner = re.split(r"\[", name)
        keys = [bare, *(part.rstrip("]") for part in inner)]
        place = query
        for key in keys[:-1]:
            found = place.setdefault(key, {})
            if not isinstance(found, dict):
                found = place[key] = {}
            place = found
        last = keys[-1] or str(len(place))
        place[last] = value
    return query


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """The decoded parameters of the query, in their order."""
    raw = request.query_string.decode("latin-1")
    split = [part.partition("=") for part in raw.split("&") if part]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in split]


def read_body(request: Request) -> Any:
    """The decoded body. Raises: RestError (400)."""
    content = request.get_data()
    if not content:
        return {}
    if not request.mimetype:
        raise RestError(400, "Content-Type header is empty.")
    if request.mimetype not in READABLE:
        raise RestError(
            400,
            f"Server cannot understand Content-Type HTTP header media type {request.mimetype}",
        )
    try:
        return json.loads(content)
    except ValueError:
        raise decoding_error() from None


def snake_case(name: str) -> str:
    """``appendComment`` as ``append_comment``."""
    return re.sub(r"(?<=\w)(?=[A-Z])", "_", name).lower()


def upper_camel_case(name: str) -> str:
    """``order_item_id`` as ``OrderItemId``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
