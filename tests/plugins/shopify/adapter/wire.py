"""What goes over the wire while several documents are under way, and how long each takes there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from fbridge.http import Response
from fbridge.models.fulfillments import Fulfillment
from fbridge.models.platforms import Store
from fbridge_shopify.mapping import FULFILLMENT_ORDERS

CREATES = "fulfillmentCreate"
SOON = 10.0


@dataclass
class Sent:
    """One document on the wire."""

    body: Any
    orders: list[str]

    @property
    def pieces(self) -> int:
        read: int = self.body["variables"]["pieces"]
        return read


@dataclass
class Wire:
    """Watches the writes to a store, which go their way.

    ``before`` is called for each with its number, from 0; then the first ``gather`` wait for each other.
    """

    owners: dict[str, str]
    gather: int = 0
    before: Callable[[int], object] = lambda number: None
    sent: list[Sent] = field(default_factory=list)
    most_at_once: int = 0
    met: set[str] = field(default_factory=set)
    answers: list[Any] = field(default_factory=list)
    _under_way: list[Sent] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._barrier = threading.Barrier(max(self.gather, 1))

    @contextmanager
    def on(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        write = store.http.write

        def watched(method: str, path: str, **options: Any) -> Response:
            with self._leaving(options["json"]):
                response = write(method, path, **options)
                self.answers.append(response.content)
                return response

        with monkeypatch.context() as patch:
            patch.setattr(store.http, "write", watched)
            yield

    @contextmanager
    def _leaving(self, body: Any) -> Iterator[None]:
        one = Sent(body, [self.owners[key] for key in _fulfillment_orders(body)])
        with self._lock:
            number = len(self.sent)
            self.sent.append(one)
            self.met |= {key for other in self._under_way for key in other.orders if key in one.orders}
            self._under_way.append(one)
            self.most_at_once = max(self.most_at_once, len(self._under_way))
        self.before(number)
        if number < self.gather:
            self._barrier.wait(SOON)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.remove(one)

    @property
    def throttled(self) -> int:
        return sum(b"THROTTLED" in answer for answer in self.answers)


def _fulfillment_orders(body: Any) -> list[str]:
    return [
        row["fulfillmentOrderId"]
        for value in body["variables"].values()
        if isinstance(value, dict) and "lineItemsByFulfillmentOrder" in value
        for row in value["lineItemsByFulfillmentOrder"]
    ]


def wire_for(chunk: Sequence[Fulfillment], **options: Any) -> Wire:
    owners = {row["id"]: one.order_id for one in chunk for row in one.order.adapter_data[FULFILLMENT_ORDERS]}
    return Wire(owners, **options)
