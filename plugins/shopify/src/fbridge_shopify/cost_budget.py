"""The points an app may spend at one shop: a bucket that Shopify fills again, and what a request will take of it.

What is in it is known from ``extensions.cost.throttleStatus`` of the last answer, never guessed: bucket size and rate
depend on the shop's plan. Until the first answer everything is sent at once. Source: "Shopify API rate limits".

An object counts 1, a list counts as one object, money nothing, and a connection as :func:`connection`. That is what
answers of 2026 show; the widespread "2 + first x children" is outdated.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Self

MARGIN = 1.0
"""Points to wait for beyond the need: the numbers that Shopify tells are rounded."""

LEAST_RATE = 1.0
"""Points a second: the smallest plan has 50 of them, and what tells fewer would be waited for without end."""

_INSTANT = 0.0005
"""Seconds that are not worth a wait: less than the margin comes back in them on any plan."""


@dataclass(frozen=True, slots=True)
class ThrottleStatus:
    """Points: the bucket's size, what was in it after an answer, what comes back each second."""

    maximum: float
    available: float
    restore_rate: float

    @classmethod
    def from_json(cls, status: Any) -> Self | None:
        """What ``throttleStatus`` tells; None where it tells nothing usable."""
        if not isinstance(status, Mapping):
            return None
        try:
            read = cls(
                float(status["maximumAvailable"]),
                float(status["currentlyAvailable"]),
                float(status["restoreRate"]),
            )
        except (KeyError, TypeError, ValueError):
            return None
        finite = all(map(math.isfinite, (read.maximum, read.available, read.restore_rate)))
        usable = finite and read.restore_rate >= LEAST_RATE
        return replace(read, available=max(read.available, 0.0)) if usable else None


@dataclass(frozen=True, slots=True)
class Reservation:
    """Points that are set aside for one request. ``ended``: how many requests had ended when it was begun."""

    points: float
    ended: int


class CostBudget:
    """Spends the points of one app at one shop, from any number of threads.

    Answers may come in another order than the shop gave them. Each tells what was left when it was given, so an older
    one does not know what was spent since: where requests overlap, the least that any of them tells counts.

    ``clock`` gives seconds that never go back, ``sleep`` waits so many.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._queue = Lock()
        self._lock = Lock()
        self._status: ThrottleStatus | None = None
        self._level = math.inf
        self._at = clock()
        self._reserved = 0.0
        self._ended = 0
        self._costs: dict[object, float] = {}

    def take(self, cost: float) -> Reservation:
        """Return when ``cost`` points are there, and set them aside. Give them back by :meth:`settle`.

        One thread waits at a time, so that cheap requests do not overtake a dear one for ever.
        """
        with self._queue:
            while (wait := self.seconds_until(cost)) > _INSTANT:
                self._sleep(wait)
            with self._lock:
                self._reserved += cost
                return Reservation(cost, self._ended)

    def settle(
        self, reservation: Reservation, status: ThrottleStatus | None, *, executed: bool = True
    ) -> None:
        """The request for which points were set aside has ended with this status (None: with none).

        Without a status the points count as spent, unless the store did not execute it.
        """
        with self._lock:
            overlapped = self._ended != reservation.ended
            self._ended += 1
            self._reserved -= reservation.points
            self._refill()
            if status is not None:
                self._status = status
                self._level = min(self._level, status.available) if overlapped else status.available
            elif executed:
                self._level -= reservation.points

    def learn(self, key: object, requested: float) -> None:
        """What a request of this kind costs, as Shopify itself counted it (``requestedQueryCost``)."""
        with self._lock:
            self._costs[key] = requested

    def expected(self, key: object, otherwise: float) -> float:
        """What a request of this kind cost when it was last sent, else ``otherwise``."""
        with self._lock:
            return self._costs.get(key, otherwise)

    def seconds_until(self, cost: float) -> float:
        """How long to wait until ``cost`` points are there; 0 where nothing is known."""
        with self._lock:
            if self._status is None:
                return 0.0
            self._refill()
            # A request dearer than the whole bucket would wait for ever: Shopify shall refuse it.
            wanted = min(cost + MARGIN, self._status.maximum)
            return max(wanted + self._reserved - self._level, 0.0) / self._status.restore_rate

    def pause(self, seconds: float) -> None:
        """Wait: for an answer that did not say what is left."""
        self._sleep(seconds)

    def _refill(self) -> None:
        """Add what came back since the last time."""
        now = self._clock()
        if self._status is not None:
            restored = (now - self._at) * self._status.restore_rate
            self._level = min(self._level + restored, self._status.maximum)
        self._at = now


MOST_POINTS = 1000
"""A dearer query is refused, whatever the shop's plan ("Single query limit")."""

COMFORT = 800
"""What a page may cost: room for the next version to count something more."""

LARGEST_PAGE = 250
"""Of any connection ("Pagination in GraphQL")."""

COUNT_COST = 10
"""Of ``ordersCount``."""

_PAGES = (100, 75, 50, 25, 10, 5, 2, 1)
"""Larger pages cost less an order, and come nearer to the 10 s at which Shopify cuts a request."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of each order the first answer holds; what is more comes by further calls."""

    lines: int
    fulfillment_orders: int
    pieces: int

    @property
    def variables(self) -> dict[str, int]:
        """As the documents name them."""
        return {
            "lines": self.lines,
            "fulfillmentOrders": self.fulfillment_orders,
            "pieces": self.pieces,
        }

    def halved(self) -> Self:
        """Half of everything, at least 1."""
        return replace(
            self,
            lines=max(self.lines // 2, 1),
            fulfillment_orders=max(self.fulfillment_orders // 2, 1),
            pieces=max(self.pieces // 2, 1),
        )


USUAL = Sizes(lines=20, fulfillment_orders=5, pieces=20)
"""Of a page of many orders: nearly all orders are smaller."""

AMPLE = Sizes(lines=50, fulfillment_orders=10, pieces=50)
"""Of orders asked for by id: there the number of orders costs nothing."""


def connection(first: int, node: int) -> int:
    """The cost of a connection whose nodes cost ``node`` beside themselves."""
    return 2 + max(1, math.floor(2 * math.log(first))) * (1 + node)


def order_cost(sizes: Sizes, *, shipments: bool) -> int:
    """What the fragment ``OrderFields`` costs below one order."""
    addresses_and_shipping_line, fulfillments_shown = 3, 1
    lines = connection(sizes.lines, node=1)
    pieces = connection(sizes.pieces, node=1)
    # Actions, holds, delivery method, assigned location and its location.
    fulfillment_orders = connection(sizes.fulfillment_orders, node=5 + pieces)
    # The fulfillment, its service, its tracking, its fulfillment orders, its lines.
    fulfillments = 1 + 1 + 1 + connection(2, node=0) + pieces if shipments else 0
    return addresses_and_shipping_line + fulfillments_shown + lines + fulfillment_orders + fulfillments


def page_cost(first: int, sizes: Sizes, *, shipments: bool) -> int:
    """What a page of so many orders costs."""
    return connection(first, order_cost(sizes, shipments=shipments))


def nodes_cost(sizes: Sizes, *, shipments: bool) -> int:
    """What orders asked for by id cost, however many they are."""
    return 1 + order_cost(sizes, shipments=shipments)


@dataclass(frozen=True, slots=True)
class PageShape:
    """So many orders at once, and so much of each."""

    first: int
    sizes: Sizes


def comfortable_page(sizes: Sizes, *, shipments: bool, points: int = COMFORT) -> PageShape:
    """The largest page that costs no more than ``points``."""
    fitting = (first for first in _PAGES if page_cost(first, sizes, shipments=shipments) <= points)
    return PageShape(next(fitting, 1), sizes)


def rest_cost(first: int, sizes: Sizes) -> int:
    """What the rest of one of an order's lists costs, at most."""
    return 1 + connection(first, node=5 + connection(sizes.pieces, node=1))
