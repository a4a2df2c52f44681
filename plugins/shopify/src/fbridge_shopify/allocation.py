"""Which fulfillment orders the pieces of a shipment are taken from. Pure.

Shopify divides an order into fulfillment orders: what one location is to ship of it. A fulfillment takes pieces of
fulfillment orders of one location.
Source: https://shopify.dev/docs/api/admin-graphql/latest/objects/FulfillmentOrder
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fbridge.models.problems import Problem, refused_as_it_stands
from fbridge_shopify.fulfillment_orders import CREATE_FULFILLMENT, open_ones
from fbridge_shopify.mapping import FULFILLMENT_ORDERS
from fbridge_shopify.schemas import number_of

_SPLIT = "SPLIT"

MISSING_SCOPES = "missing_scopes"
_MISSING_SCOPES = (
    "The store does not show the fulfillment orders of these goods, so the app may not see them. Grant it "
    "read_merchant_managed_fulfillment_orders and write_merchant_managed_fulfillment_orders (where a fulfillment "
    "service ships, those with assigned and third_party too), and install it again."
)

NOTHING_LEFT = "nothing_left_to_fulfill"

Pieces = Counter[str]
"""How many pieces of which order line."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """Pieces of an order line (``line_id``) in a fulfillment order, under an id of their own."""

    id: str
    line_id: str
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentOrder:
    """What one location is to ship of an order. ``actions`` are those that Shopify allows now.

    One that is not open is over, though it may go on to show remaining pieces. ``service`` names the fulfillment
    service that ships it, "" where it is ours to ship; ``collected``: the customer comes for it.
    """

    id: str
    status: str
    is_open: bool
    actions: frozenset[str]
    location: str
    lines: tuple[OpenLine, ...]
    service: str = ""
    collected: bool = False
    holds: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether we ship it, now or later: neither a service does, nor does the customer come for it."""
        return not self.service and not self.collected

    @property
    def is_fulfillable(self) -> bool:
        """Whether a fulfillment can be made of it now; only the allowed actions tell."""
        return self.is_open and self.is_ours and CREATE_FULFILLMENT in self.actions

    @property
    def can_split(self) -> bool:
        """Whether a part of it can become a fulfillment order of its own."""
        return _SPLIT in self.actions

    @property
    def pieces(self) -> Pieces:
        """What is still to be shipped from it."""
        return pieces_of((line.line_id, line.remaining) for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Pieces of one fulfillment order, each under the id that it has there. ``whole``: nothing is left in it."""

    source: FulfillmentOrder
    pieces: tuple[tuple[str, int], ...]
    whole: bool


def fulfillment_orders_in(adapter_data: Mapping[str, Any]) -> tuple[FulfillmentOrder, ...]:
    """The fulfillment orders of an order, as they came with it."""
    rows = adapter_data.get(FULFILLMENT_ORDERS, ())
    still_open = {row["id"] for row in open_ones(rows)}
    return tuple(
        FulfillmentOrder(
            id=row["id"],
            status=row["status"],
            is_open=row["id"] in still_open,
            actions=frozenset(row["actions"]),
            location=row["location"],
            lines=tuple(OpenLine(*line) for line in row["lines"]),
            service=row["service"],
            collected=row["collected"],
            holds=tuple(row["holds"]),
        )
        for row in rows
    )


def pieces_of(pairs: Iterable[tuple[str, int]]) -> Pieces:
    """Pairs of line id and quantity, added up."""
    pieces: Pieces = Counter()
    for line_id, quantity in pairs:
        pieces[line_id] += quantity
    return pieces


def place_rank(
    location: str | None, wanted: Pieces, there: Mapping[str, Pieces]
) -> Callable[[str], tuple[bool, bool, str]]:
    """In which order places give what is wanted, as a key to sort by; ``there`` is what each has.

    The wanted ``location`` (its number, name or global id) comes first, then those that have everything, then the
    others. A plan and its push must not differ, so equal ones go by their numbers.
    """
    preferred = {location, number_of(location or "")}
    return lambda place: (place not in preferred, not wanted <= there[place], place)


class Stock:
    """What the fulfillable fulfillment orders still have, while the shipments of one order take theirs."""

    def __init__(self, orders: Sequence[FulfillmentOrder]) -> None:
        self._orders = [order for order in orders if order.is_fulfillable]
        self._left = {line.id: line.remaining for order in self._orders for line in order.lines}

    def take(
        self,
        wanted: Pieces,
        *,
        location: str | None = None,
        allowed: Callable[[FulfillmentOrder], bool] = lambda _: True,
    ) -> tuple[tuple[Take, ...], Pieces]:
        """Take these pieces, and tell which of them are not to be had.

        Locations come as :func:`place_rank` says. At one location whole fulfillment orders come before parts of one,
        so that fewer have to be split.
        """
        lacking = +wanted
        taken: list[tuple[FulfillmentOrder, list[tuple[str, int]]]] = []
        for orders in self._by_location(lacking, location, allowed):
            exact_first = sorted(orders, key=lambda order: self._pieces(order) != lacking)
            whole = [order for order in exact_first if self._take_whole(order, lacking, taken)]
            for order in orders:
                if order not in whole:
                    self._take_some(order, lacking, taken)
        takes = tuple(
            Take(source=order, pieces=tuple(pieces), whole=dict(pieces) == _all_of(order))
            for order, pieces in taken
        )
        return takes, +lacking

    @property
    def left(self) -> Pieces:
        """What nobody has taken."""
        return sum(map(self._pieces, self._orders), Counter[str]())

    def _by_location(
        self, wanted: Pieces, location: str | None, allowed: Callable[[FulfillmentOrder], bool]
    ) -> list[list[FulfillmentOrder]]:
        groups: dict[str, list[FulfillmentOrder]] = {}
        for order in filter(allowed, self._orders):
            groups.setdefault(order.location, []).append(order)
        there = {place: sum(map(self._pieces, orders), Counter[str]()) for place, orders in groups.items()}
        return [groups[place] for place in sorted(groups, key=place_rank(location, wanted, there))]

    def _pieces(self, order: FulfillmentOrder) -> Pieces:
        return +pieces_of((line.line_id, self._left[line.id]) for line in order.lines)

    def _take_whole(
        self,
        order: FulfillmentOrder,
        lacking: Pieces,
        taken: list[tuple[FulfillmentOrder, list[tuple[str, int]]]],
    ) -> bool:
        pieces = self._pieces(order)
        if not pieces or not pieces <= lacking:
            return False
        self._take_some(order, lacking, taken)
        return True

    def _take_some(
        self,
        order: FulfillmentOrder,
        lacking: Pieces,
        taken: list[tuple[FulfillmentOrder, list[tuple[str, int]]]],
    ) -> None:
        pieces = []
        for line in order.lines:
            quantity = min(self._left[line.id], lacking[line.line_id])
            if quantity > 0:
                self._left[line.id] -= quantity
                lacking[line.line_id] -= quantity
                pieces.append((line.id, quantity))
        if pieces:
            taken.append((order, pieces))


def _all_of(order: FulfillmentOrder) -> dict[str, int]:
    return {line.id: line.remaining for line in order.lines if line.remaining}


def why_lacking(orders: Sequence[FulfillmentOrder], lacking: Pieces, *, unseen: bool) -> Problem:
    """Why these pieces cannot be fulfilled: a hold, a date, somebody else's goods, missing scopes, or they are gone.

    ``unseen``: the order has pieces to ship that are in no fulfillment order which the app may see.
    """
    for order in orders:
        if order.is_open and not order.is_fulfillable and order.pieces & lacking:
            return _not_now(order)
    if unseen:
        return refused_as_it_stands(MISSING_SCOPES, _MISSING_SCOPES)
    count = sum(lacking.values())
    what = "1 piece is" if count == 1 else f"{count} pieces are"
    return refused_as_it_stands(
        NOTHING_LEFT,
        f"{what} not to be fulfilled on the store any more: cancelled, refunded or fulfilled meanwhile.",
    )


def _not_now(order: FulfillmentOrder) -> Problem:
    name = f"Fulfillment order {order.id.rpartition('/')[2]}"
    if order.status == "ON_HOLD":
        holds = f" ({'; '.join(order.holds)})" if order.holds else ""
        return refused_as_it_stands(
            "on_hold", f"{name} is on hold{holds}: release it on the store, then fetch and push again."
        )
    if order.status == "SCHEDULED":
        return refused_as_it_stands(
            "scheduled", f"{name} is scheduled for later: open it on the store, then fetch and push again."
        )
    if order.service:
        return refused_as_it_stands(
            "not_fulfillable", f"{name} is at {order.service}, a fulfillment service, which ships it itself."
        )
    if order.collected:
        return refused_as_it_stands(
            "not_fulfillable", f"{name} is a pick-up: the customer collects it, and no carrier takes it."
        )
    return refused_as_it_stands(
        "not_fulfillable",
        f"{name} ({order.status}) may not be fulfilled by this app: a fulfillment service or another app ships it.",
    )
