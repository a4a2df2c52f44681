"""A request as WordPress sees it, and the answer of a route."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from fbridge_woocommerce.sandbox.errors import invalid_json
from fbridge_woocommerce.sandbox.rendering import Links
from fbridge_woocommerce.sandbox.response_fields import FieldTree, parse_fields

TRUE_WORDS = frozenset({"true", "1", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a route.

    ``params`` is what a handler reads: WordPress looks into the JSON body first, then the form, the query and
    only then the address, so that an ``id`` in the body wins over the one in the address. ``home`` is the
    store's address without a slash.
    """

    path: str
    home: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    in_path: Mapping[str, Any] = field(default_factory=dict)

    @property
    def params(self) -> dict[str, Any]:
        """All parameters."""
        return {**self.in_path, **self.query, **self.body}

    @property
    def fields(self) -> FieldTree | None:
        """What ``_fields`` asks for."""
        return parse_fields(self.params.get("_fields"))

    def number(self, name: str) -> int:
        """An id, as PHP turns it into a number."""
        return php_int(self.params.get(name))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers. ``links`` are shown whatever ``_fields`` says."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    links: Links | None = None
    filtered: bool = False


def read_query(request: Request) -> dict[str, Any]:
    """The query as PHP reads it: ``name[]`` and ``name[0]`` are lists, of equal names the last counts."""
    query: dict[str, Any] = {}
    for name, values in request.args.lists():
        bare, bracket, _ = name.partition("[")
        if bracket:
            query.setdefault(bare, [])
            if isinstance(query[bare], list):
                query[bare] += values
        else:
            query[name] = values[-1]
    return query


def read_body(request: Request) -> dict[str, Any]:
    """The parameters in the body. Raises: RestError (400) for broken JSON."""
    if request.mimetype == "application/json":
        return _read_json(request.get_data())
    return dict(request.form.to_dict())


def _read_json(content: bytes) -> dict[str, Any]:
    if not content.strip():
        return {}
    try:
        parsed = json.loads(content)
    except ValueError:
        raise invalid_json() from None
    return parsed if isinstance(parsed, dict) else {}


def is_true(value: object) -> bool:
    """A boolean parameter."""
    return value is True or value == 1 or (isinstance(value, str) and value.lower() in TRUE_WORDS)


def as_list(value: object) -> list[str]:
    """A list parameter: a list, or a text with commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(part) for part in value] if isinstance(value, Iterable) else [str(value)]


def php_int(value: object) -> int:
    """PHP's cast: the leading digits of a text, else 0."""
    if isinstance(value, (bool, int, float)):
        return int(value)
    text = str(value or "").strip()
    digits = len(text) - len(text.lstrip("0123456789"))
    return int(text[:digits]) if digits else 0
