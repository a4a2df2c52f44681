"""From the lines of a bulk operation's file to orders as a page gives them. Pure.

One object a line; what belongs to another names it in ``__parentId``. Asked for with ``groupObjects``, the objects of
an order follow it, so no more than one order is held at a time. Source: "Perform bulk operations with the GraphQL
Admin API".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_PARENT = "__parentId"
_LISTS = {
    "LineItem": "lineItems",
    "FulfillmentOrder": "fulfillmentOrders",
    "FulfillmentOrderLineItem": "lineItems",
}
"""In which list of its parent an object stands, by the type that its id names."""


class BrokenFileError(ValueError):
    """The file is not what was asked for; ``str`` says at which line and why."""


def orders_in(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The orders of the file, each with its lines and fulfillment orders.

    Raises: BrokenFileError for a line that is cut, or an object that does not follow its order.
    """
    whole: dict[str, dict[str, Any]] = {}
    order: dict[str, Any] | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = _object(line, number)
        parent_id = found.pop(_PARENT, None)
        if parent_id is None:
            if order is not None:
                yield order
            order, whole = found, {}
        elif parent_id in whole:
            _put(found, whole[parent_id], number)
        else:
            raise BrokenFileError(f"line {number} does not follow what it belongs to")
        _open(found, whole)
    if order is not None:
        yield order


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BrokenFileError(f"line {number} is broken or cut")
    return found


def _open(found: dict[str, Any], whole: dict[str, dict[str, Any]]) -> None:
    """Make room for what may belong to this object."""
    kind = _kind(found)
    if kind == "Order":
        found |= {"lineItems": {"nodes": []}, "fulfillmentOrders": {"nodes": []}}
    elif kind == "FulfillmentOrder":
        found["lineItems"] = {"nodes": []}
    whole[str(found.get("id"))] = found


def _put(found: dict[str, Any], parent: dict[str, Any], number: int) -> None:
    place = parent.get(_LISTS.get(_kind(found), ""))
    if place is None:
        raise BrokenFileError(f"line {number} holds something that was not asked for")
    place["nodes"].append(found)


def _kind(found: Mapping[str, Any]) -> str:
    """``Order`` for ``gid://shopify/Order/1``."""
    return str(found.get("id")).removeprefix("gid://shopify/").partition("/")[0]
