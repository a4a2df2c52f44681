"""What a request for orders will cost, before Shopify has told it, and how large a page may be. Pure.

An object counts 1, a list counts as one object, money nothing, and a connection as :func:`connection`. That is what
answers of 2026 show; the widespread "2 + first x children" is outdated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

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
