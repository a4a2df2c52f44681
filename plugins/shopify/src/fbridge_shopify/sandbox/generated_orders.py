"""Plausible orders, each made from its id alone, so that 100 000 of them cost little memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from fbridge_shopify.sandbox.catalogue import CATALOGUE, MILAN, VIRTUAL, Product
from fbridge_shopify.sandbox.new_orders import ROOM, cod_fields, make_order
from fbridge_shopify.sandbox.records import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    Hold,
    Order,
    Tracking,
)

FIRST_ID = 5_900_000_000_001
FIRST_NUMBER = 1001
SPACING = 8640  # ten orders a day, and more when a year would not hold them all
YEAR = 365 * 86_400

KINDS = (
    "paid",
    "cod",
    "fulfilled",
    "partial",
    "on_hold",
    "cancelled",
    "virtual",
    "unpaid",
    "pickup",
    "part_held",
)
WEIGHTS = (46, 13, 14, 6, 5, 4, 4, 3, 3, 2)
NOTES = (None, None, None, None, "Consegnare dopo le 17", "Citofonare «Rossi» – piano 3°\nGrazie! 🎁")


@dataclass(frozen=True, slots=True)
class Head:
    """When an order was made and changed, in seconds since 1970."""

    id: int
    created: int
    updated: int


@dataclass(frozen=True, slots=True)
class GeneratedOrders:
    """``count`` orders, the last made at ``newest``; a seed makes the same ones again."""

    count: int
    seed: int
    newest: int

    def heads(self) -> Iterator[Head]:
        """All of them, oldest first."""
        for place in range(self.count):
            yield self._head(FIRST_ID + place)

    def make(self, order_id: int) -> Order:
        """One of them, always the same. Raises: LookupError."""
        if not FIRST_ID <= order_id < FIRST_ID + self.count:
            raise LookupError(order_id)
        random = Random(f"{self.seed}/{order_id}")  # noqa: S311 - made-up data
        kind = random.choices(KINDS, WEIGHTS)[0]
        head = self._head(order_id)
        fields = cod_fields() | {"cod_fee": Decimal("4.00")} if kind == "cod" else {}
        if kind == "unpaid":
            fields = {"financial": "PENDING", "gateways": ["Bonifico bancario"]}
        order = make_order(
            order_id,
            FIRST_NUMBER + order_id - FIRST_ID,
            head.created,
            _basket(random, kind),
            random=random,
            pickup=kind == "pickup",
            note=random.choice(NOTES),
            tags=sorted(
                random.sample(("B2B", "fragile", "regalo", "urgente"), k=random.choice((0, 0, 1, 2)))
            ),
            **fields,
        )
        order.updated = head.updated
        _live(order, kind)
        return order

    def _head(self, order_id: int) -> Head:
        spacing = min(SPACING, YEAR // max(self.count, 1))
        created = self.newest - spacing * (FIRST_ID + self.count - 1 - order_id)
        return Head(order_id, created, created + 60)


def _basket(random: Random, kind: str) -> Sequence[tuple[Product, int]]:
    if kind == "virtual":
        return [(VIRTUAL, 1)]
    if kind in {"partial", "part_held"}:
        return [(CATALOGUE[0], random.randint(2, 5)), (random.choice(CATALOGUE[1:5]), random.randint(1, 3))]
    products = random.sample(
        CATALOGUE[:7] if kind != "pickup" else CATALOGUE[5:7], k=random.choice((1, 1, 2, 2))
    )
    if random.random() < 0.06 and kind == "paid":  # noqa: PLR2004 - now and then something from the third place
        products.append(CATALOGUE[7])
    return [(product, random.randint(1, 3)) for product in products]


def _live(order: Order, kind: str) -> None:
    """What happened to the order since it was made."""
    if kind == "cancelled":
        _cancelled(order)
    elif kind == "fulfilled":
        for place, one in enumerate(order.fulfillment_orders):
            _ship(order, one, place, everything=True)
        order.closed = order.updated
    elif kind == "partial":
        _ship(order, order.fulfillment_orders[0], 0, everything=False)
    elif kind in {"on_hold", "part_held"}:
        _held(order)
    if kind == "part_held":
        _release_first_line(order)


def _cancelled(order: Order) -> None:
    order.cancelled, order.cancel_reason = order.updated, "CUSTOMER"
    order.financial = "REFUNDED"
    for one in order.fulfillment_orders:
        one.status, one.updated = "CLOSED", order.updated


def _held(order: Order) -> None:
    for one in order.fulfillment_orders:
        one.status, one.updated = "ON_HOLD", order.updated
        one.holds = [Hold(one.id, "HIGH_RISK_OF_FRAUD", "Da verificare")]


def _ship(order: Order, one: FulfillmentOrder, place: int, *, everything: bool) -> None:
    base = order.id * ROOM + 60 + place * 10
    taken = [(line, line.remaining) for line in one.lines] if everything else [(one.lines[0], 1)]
    order.fulfillments.append(
        Fulfillment(
            id=base,
            order_id=order.id,
            name=f"{order.name}-F{place + 1}",
            location_id=one.location_id,
            created=order.updated,
            updated=order.updated,
            lines=[
                FulfillmentLine(base + 1 + spot, line.line_id, pieces, line.id)
                for spot, (line, pieces) in enumerate(taken)
            ],
            fulfillment_order_ids=[one.id],
            tracking=[Tracking("BRT", f"BRT{order.number:09d}", f"https://brt.example/{order.number}")],
        )
    )
    for line, pieces in taken:
        line.remaining -= pieces
    one.status, one.updated = ("CLOSED" if everything else "IN_PROGRESS"), order.updated


def _release_first_line(order: Order) -> None:
    """Only the second line waits: the first has a fulfillment order of its own."""
    held = order.fulfillment_orders[0]
    free = FulfillmentOrder(
        id=held.id + 10,
        order_id=order.id,
        location_id=MILAN,
        created=held.created,
        updated=order.updated,
        lines=[held.lines.pop(0)],
    )
    order.fulfillment_orders.append(free)
