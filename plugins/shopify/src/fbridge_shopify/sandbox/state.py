"""Puts what the emulated store holds in one place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from random import Random
from threading import RLock
from typing import Any

from fbridge.sandbox.pace import Pace
from fbridge_shopify.sandbox.bucket import Bucket
from fbridge_shopify.sandbox.bulk_operations import BulkOperations
from fbridge_shopify.sandbox.catalogue import LOCATIONS, find_product
from fbridge_shopify.sandbox.generated_orders import FIRST_ID, FIRST_NUMBER, GeneratedOrders
from fbridge_shopify.sandbox.gids import gid
from fbridge_shopify.sandbox.new_orders import make_order
from fbridge_shopify.sandbox.order_store import OrderStore
from fbridge_shopify.sandbox.records import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Location,
    Mail,
    Order,
)
from fbridge_shopify.sandbox.settings import SandboxSettings

MADE_UP = 60


class Shop:
    """Orders, locations and the mails that were sent. Take :attr:`lock` to look or to change."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.lock = RLock()
        self.pace = Pace(settings.pace, 0)
        made = MADE_UP if settings.orders is None else settings.orders
        self.orders = OrderStore(GeneratedOrders(made, settings.seed, settings.newest_order))
        self.locations: dict[int, Location] = {location.id: location for location in LOCATIONS}
        self.mails: list[Mail] = []
        self.broken: set[int] = set()
        """Orders whose lines Shopify cannot tell."""
        self.broken_roots: dict[str, str] = {}
        """Mutations that end with an internal error the next time: their name to ``before`` or ``after``."""
        self.bulk = BulkOperations(settings, self.seconds)
        self.bucket = Bucket(settings.bucket, settings.restore_rate, self.seconds)
        self._numbers = count(FIRST_NUMBER + made)
        self._order_ids = count(FIRST_ID + made)
        self._ids = count(9_000_000_000_000_001)

    def seconds(self) -> float:
        """The current time, in seconds since 1970."""
        return self.settings.clock().timestamp()

    def now(self) -> int:
        """The current second."""
        return int(self.seconds())

    def take_time(self, seconds: float) -> None:
        """Take the time of a piece of work, while other requests are served. Whoever calls it holds the lock once."""
        self.lock.release()
        try:
            self.pace.wait(seconds)
        finally:
            self.lock.acquire()

    def new_id(self, kind: str, order_id: int) -> int:
        """An id for something that came to an order later."""
        number = next(self._ids)
        self.orders.own(kind, number, order_id)
        return number

    def add_order(self, lines: list[tuple[str, int]], **fields: Any) -> Order:
        """A new order of these (SKU, quantity), made now."""
        order_id, number = next(self._order_ids), next(self._numbers)
        basket = [(find_product(sku), quantity) for sku, quantity in lines]
        random = Random(order_id)  # noqa: S311 - made-up data
        order = make_order(order_id, number, self.now(), basket, random=random, **fields)
        self.orders.add(order)
        return order

    def touch(self, order: Order, moment: int | None = None) -> None:
        """Move the order's date of change: to now, unless told otherwise."""
        self.orders.touch(order, self.now() if moment is None else moment)

    def fulfillment_order(self, number: int, *, keep: bool = False) -> tuple[Order, FulfillmentOrder]:
        """One with its order, ``keep`` to change it. Raises: LookupError."""
        order = self._owner("FulfillmentOrder", number, keep=keep)
        for one in order.fulfillment_orders:
            if one.id == number:
                return order, one
        raise LookupError(number)

    def fulfillment(self, number: int, *, keep: bool = False) -> tuple[Order, Fulfillment]:
        """One with its order, ``keep`` to change it. Raises: LookupError."""
        order = self._owner("Fulfillment", number, keep=keep)
        for one in order.fulfillments:
            if one.id == number:
                return order, one
        raise LookupError(number)

    def add_fulfillment_order(
        self, order: Order, like: FulfillmentOrder, pieces: Sequence[tuple[int, int]]
    ) -> FulfillmentOrder:
        """An open one at the same place, of these (order line, quantity)."""
        now = self.now()
        new = FulfillmentOrder(
            id=self.new_id("FulfillmentOrder", order.id),
            order_id=order.id,
            location_id=like.location_id,
            created=now,
            updated=now,
            method=like.method,
            lines=[
                FulfillmentOrderLine(
                    self.new_id("FulfillmentOrderLineItem", order.id), line_id, quantity, quantity
                )
                for line_id, quantity in pieces
            ],
        )
        order.fulfillment_orders.append(new)
        return new

    def after_change(self, order: Order) -> None:
        """Move the date of change; an order that is paid and shipped goes to the archive."""
        self.touch(order)
        done = order.financial == "PAID" and order.display_status == "FULFILLED"
        if done and self.settings.archive == "paid" and order.closed is None:
            order.closed = self.now()

    def _owner(self, kind: str, number: int, *, keep: bool) -> Order:
        order = self.orders.owner(kind, number)
        return self.orders.keep(order.id) if keep else order

    def send_mail(self, order: Order, kind: str, numbers: list[str]) -> None:
        """Mail the customer."""
        self.mails.append(Mail(gid("Order", order.id), kind, tuple(numbers), self.now()))
