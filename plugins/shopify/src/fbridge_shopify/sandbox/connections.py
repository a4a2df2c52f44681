"""Relay connections: pages of a list, with cursors (docs: Paginating results with GraphQL)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from fbridge_shopify.sandbox.errors import bad_request

T = TypeVar("T")
MOST = 250
EVERYTHING = 1 << 30
View = dict[str, Any]


@dataclass(slots=True)
class BulkPass:
    """A bulk operation reads the roots page by page, and whatever hangs on them whole."""

    after: str | None = None
    more: bool = False


BULK: ContextVar[BulkPass | None] = ContextVar("bulk", default=None)
"""Set while a bulk operation reads: connections then need no ``first``."""


def page_size(first: int | None, last: int | None) -> int:
    """How many are asked for. Raises: GraphQLError as Shopify words it."""
    if first is None and last is None and BULK.get() is not None:
        return EVERYTHING
    if first is None and last is None:
        raise bad_request("you must provide one of first or last")
    if first is not None and last is not None:
        raise bad_request("providing both first and last is not supported")
    asked = first if first is not None else last or 0
    if not 0 <= asked <= MOST:
        raise bad_request(f"{'first' if first is not None else 'last'} must be between 0 and {MOST}")
    return asked


def cursor(identity: int, value: Any = None) -> str:
    """Where a page ended."""
    keys = {"last_id": identity, "last_value": str(identity if value is None else value)}
    return base64.b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode()


def read_cursor(text: str) -> tuple[int, str]:
    """Id and value of a cursor. Raises: GraphQLError for what is none."""
    try:
        keys = json.loads(base64.b64decode(text, validate=True))
        return int(keys["last_id"]), str(keys["last_value"])
    except (ValueError, KeyError, TypeError):
        raise bad_request("Invalid cursor for current pagination sort.") from None


def connection(
    items: Sequence[T],
    identity: Callable[[T], int],
    view: Callable[[T], View],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
    **_: Any,
) -> View:
    """A page of a short list that is held whole."""
    size = page_size(first, last)
    items = list(reversed(items)) if reverse else list(items)
    ids = [identity(item) for item in items]
    start = _position(ids, after) + 1 if after else 0
    stop = _position(ids, before) if before else len(ids)
    low, high = (start, min(start + size, stop)) if last is None else (max(start, stop - size), stop)
    return page_view(
        items[low:high],
        lambda item: cursor(identity(item)),
        view,
        has_next=high < len(ids),
        has_previous=low > 0,
    )


def page_view(
    items: Sequence[T],
    cursor_of: Callable[[T], str],
    view: Callable[[T], View],
    *,
    has_next: bool,
    has_previous: bool,
) -> View:
    """The page as an object of the API; nodes are made when they are asked for."""
    return {
        "nodes": lambda _info: [view(item) for item in items],
        "edges": lambda _info: [{"cursor": cursor_of(item), "node": view(item)} for item in items],
        "pageInfo": {
            "hasNextPage": has_next,
            "hasPreviousPage": has_previous,
            "startCursor": cursor_of(items[0]) if items else None,
            "endCursor": cursor_of(items[-1]) if items else None,
        },
    }


def _position(ids: Sequence[int], text: str) -> int:
    identity, _ = read_cursor(text)
    return ids.index(identity) if identity in ids else -1
