"""Read all orders by a bulk operation: Shopify gathers them into a file, which is read line by line.

For a first sync of many orders: no points are spent, and memory stays flat. The operation's id stands in the cursor
from its start on, so that whoever comes after a crash goes on with it. ``groupObjects`` makes the operation slower,
and its file readable without holding it: one object a line, what belongs to another names it in ``__parentId``, and
the objects of an order follow it. Source: "Perform bulk operations with the GraphQL Admin API".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Self

from fbridge.adapterkit.reading import Bookmark, RawPage
from fbridge.errors import RefusedError
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.mapping import RawOrder
from fbridge_shopify.schemas import OVERLAP, written

BULK_THRESHOLD = 2000
"""From so many orders on, a first sync uses a bulk operation: their pages would take the points of two minutes."""

PAGE = 100
FIRST_WAIT = 1.0
LONGEST_WAIT = 10.0
"""Seconds between two looks at an operation; the wait grows from the first to the longest."""

LONGEST_STANDSTILL = 1800.0
"""Seconds in which an operation finds no further order before pages are read: Shopify has let some wait for hours."""

_GROWTH = 1.5
_GONE = frozenset({"FAILED", "CANCELED", "EXPIRED"})


class BulkUnusableError(Exception):
    """No orders will come this way; ``str`` says why. Pages of orders always go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A bulk operation and how much of its file is read. ``since`` limits it, ``started`` is the store's time,
    ``ours`` what our clock showed then. All are aware UTC.
    """

    id: str
    started: datetime
    ours: datetime | None = None
    since: datetime | None = None
    read: int = 0

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any]) -> Self | None:
        """The operation that :meth:`to_cursor` wrote; None where the cursor is another one."""
        told = cursor.get("bulk")
        if not isinstance(told, Mapping):
            return None
        times = {name: told.get(name) for name in ("since", "ours")}
        try:
            return cls(
                id=str(told["id"]),
                started=datetime.fromisoformat(told["started"]),
                read=int(told.get("read", 0)),
                **{name: datetime.fromisoformat(text) if text else None for name, text in times.items()},
            )
        except (KeyError, TypeError, ValueError):
            return None

    def to_cursor(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "bulk": {
                "id": self.id,
                "started": self.started.isoformat(),
                "ours": self.ours and self.ours.isoformat(),
                "since": self.since and self.since.isoformat(),
                "read": self.read,
            }
        }

    @property
    def end(self) -> dict[str, Any]:
        """The cursor by which pages go on: what changed while the operation ran is in none of its lines, or in an old
        form."""
        mark = Bookmark(since=self.since, newest=self.started, ours=self.ours, theirs=self.started)
        return {"orders": mark.ended(OVERLAP).to_json()}


def start(client: ShopifyClient, since: datetime | None, now: datetime) -> Operation:
    """Start an operation for all orders changed since then.

    Raises: BulkUnusableError where the store does not want to; CredentialsError, UnreachableError.
    """
    try:
        payload = client.start_bulk(written(since) if since else None)
    except RefusedError as error:
        raise BulkUnusableError(str(error)) from None
    operation = payload.get("bulkOperation")
    if not operation:
        words = " ".join(str(error.get("message")) for error in payload.get("userErrors") or ())
        raise BulkUnusableError(words or "the store started no operation")
    created = operation.get("createdAt")
    started = datetime.fromisoformat(created).astimezone(UTC) if created else now
    return Operation(id=operation["id"], started=started, ours=now, since=since)


def pages(
    client: ShopifyClient, operation: Operation, sleep: Callable[[float], object]
) -> Iterator[RawPage[RawOrder]]:
    """What is left of an operation: empty pages while it runs, then its orders.

    Each cursor resumes behind its page. An empty page lets the caller stop in between.

    Raises: BulkUnusableError; CredentialsError, UnreachableError.
    """
    yield RawPage(cursor=operation.to_cursor())
    state = _state(client, operation)
    wait, stands_still, found = FIRST_WAIT, 0.0, _orders_found(state)
    while state.get("status") != "COMPLETED":
        if stands_still >= LONGEST_STANDSTILL:
            raise BulkUnusableError("the operation has found no further order for long")
        sleep(wait)
        stands_still += wait
        wait = min(wait * _GROWTH, LONGEST_WAIT)
        # How many it found so far tells whoever waits that it goes on.
        yield RawPage(cursor=operation.to_cursor(), remaining=found or None)
        state = _state(client, operation)
        before, found = found, _orders_found(state)
        stands_still = 0.0 if found > before else stands_still
    if state.get("url"):
        with TemporaryFile() as file:
            _download(client, str(state["url"]), file)
            yield from _file_pages(file, operation, found)
    elif operation.read < found:
        raise BulkUnusableError("its file is not kept any more")


def _orders_found(state: Mapping[str, Any]) -> int:
    """How many orders the operation has found; it has no file where it found none."""
    return int(state.get("rootObjectCount") or 0)


def _state(client: ShopifyClient, operation: Operation) -> Mapping[str, Any]:
    try:
        state = client.bulk_operation(operation.id)
    except RefusedError as error:
        raise BulkUnusableError(str(error)) from None
    if state is None:
        raise BulkUnusableError("the store does not know the operation any more")
    status = str(state.get("status"))
    if status in _GONE:
        why = state.get("errorCode")
        raise BulkUnusableError(f"the operation is {status.lower()}{f' ({why})' if why else ''}")
    return state


def _download(client: ShopifyClient, url: str, file: BinaryIO) -> None:
    """The link is good for seven days."""
    try:
        client.download(url, file)
    except RefusedError as error:
        raise BulkUnusableError(str(error)) from None
    file.seek(0)


def _file_pages(file: BinaryIO, operation: Operation, total: int) -> Iterator[RawPage[RawOrder]]:
    try:
        orders = islice(orders_in(file), operation.read, None)
        while rows := list(islice(orders, PAGE)):
            operation = replace(operation, read=operation.read + len(rows))
            yield RawPage(
                orders=tuple(RawOrder(order=row) for row in rows),
                cursor=operation.to_cursor(),
                remaining=max(total - operation.read, 0),
            )
    except BrokenFileError as error:
        raise BulkUnusableError(f"the file is not usable: {error}") from None
    if operation.read < total:
        raise BulkUnusableError(f"the file holds {operation.read} of {total} orders")


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
