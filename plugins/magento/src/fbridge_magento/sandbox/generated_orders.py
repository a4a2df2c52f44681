"""Plausible orders, each made from its id alone, so that 100 000 of them cost no memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from fbridge_magento.sandbox.catalogue import (
    CONFIGURABLES,
    GROUPED,
    LESSON,
    SEPARATELY,
    SIMPLE,
    TOGETHER,
    Product,
)
from fbridge_magento.sandbox.order_making import UNPAID_AT_FIRST, grand_total, make_parts
from fbridge_magento.sandbox.people import made_address
from fbridge_magento.sandbox.records import (
    OrderComment,
    OrderParts,
    OrderRecord,
    ShipmentParts,
    ShipmentRecord,
    Track,
)
from fbridge_magento.sandbox.shipping_plan import Rows, everything, plan, register

SPACING = 8640  # ten orders a day, and more when a year would not hold them all
YEAR = 365 * 86_400
STORES = (1, 2, 4, 3)
STORE_WEIGHTS = (70, 20, 6, 4)
FATES = ("open", "shipped", "held", "canceled", "refunded", "picking")
FATE_WEIGHTS = (66, 18, 5, 5, 2, 4)
STATES = {
    "shipped": ("complete", "complete"),
    "held": ("holded", "holded"),
    "canceled": ("canceled", "canceled"),
    "refunded": ("closed", "closed"),
    "picking": ("processing", "in_picking"),
}
PICKUP = ("instore_pickup", "In-Store Pickup Delivery - Roma")
NOTES = ("Consegnare dopo le 17", "Citofonare «Rossi» – piano 3°\nGrazie!")
FIRST_NOTE = 1 << 24
"""Above the ids of comments that are written later."""
COMPOSITES = (*CONFIGURABLES, *CONFIGURABLES, TOGETHER, SEPARATELY, GROUPED, LESSON)


@dataclass(frozen=True, slots=True)
class GeneratedOrders:
    """``count`` orders with ids from 1, the last made at ``newest``; a seed makes the same ones again."""

    count: int
    seed: int
    newest: int

    def records(self) -> Iterator[OrderRecord]:
        """All of them, oldest first, without their parts."""
        random = Random(self.seed)  # noqa: S311 - made-up data
        spacing = min(SPACING, YEAR // max(self.count, 1))
        oldest = self.newest - spacing * (self.count - 1)
        numbers: Counter[int] = Counter()
        stores = random.choices(STORES, STORE_WEIGHTS, k=self.count)
        fates = random.choices(FATES, FATE_WEIGHTS, k=self.count)
        for position, (store_id, fate) in enumerate(zip(stores, fates, strict=True)):
            order_id = position + 1
            numbers[store_id] += 1
            state, status = _state(order_id, fate)
            created = oldest + spacing * position
            updated = created + (60 if state in {"new", "processing"} else spacing // 2)
            record = OrderRecord(order_id, store_id, numbers[store_id], state, status, created, updated)
            if fate == "held":
                record.before_hold = _state(order_id, "open")
            yield record

    def shipments(self, orders: Sequence[OrderRecord]) -> Iterator[ShipmentRecord]:
        """The shipments of those that were shipped, without their parts."""
        numbers: Counter[int] = Counter()
        shipped = [order for order in orders if order.state == "complete" and not _is_virtual(order.id)]
        for position, order in enumerate(shipped):
            numbers[order.store_id] += 1
            number = numbers[order.store_id]
            made = order.updated
            yield ShipmentRecord(position + 1, order.id, order.store_id, number, made, made)

    def parts(self, order: OrderRecord) -> OrderParts:
        """What was made with the order. Only for one that did not change since."""
        random = Random(f"{self.seed}/{order.id}")  # noqa: S311 - made-up data
        state, _ = order.before_hold or (order.state, order.status)
        invoiced = state in {"processing", "complete", "closed"}
        parts = make_parts(
            order.id,
            _basket(random, virtual=_is_virtual(order.id)),
            made_address(random, order.id),
            payment=_payment(order.id),
            invoiced=invoiced,
            made=order.created,
        )
        if order.id % 9 == 0 and parts.shipping is not None:
            parts.shipping_method, parts.shipping_amount = PICKUP, Decimal(0)
        if order.id % 11 == 0:
            note = OrderComment(FIRST_NOTE + order.id, order.created, random.choice(NOTES), "pending", 0, 1)
            parts.comments.append(note)
        _happen(order, parts)
        return parts

    def shipment_parts(self, shipment: ShipmentRecord, order: OrderRecord) -> ShipmentParts:
        """What a generated shipment holds: all of the order, under one number."""
        rows = Rows(self.parts(order).items)
        shown = [row for row in rows.items if row.shipped and (row.parent_id is None or row.separately)]
        items = [(shipment.id * 20 + at, row, row.shipped) for at, row in enumerate(shown)]
        made = shipment.created
        track = Track(shipment.id, f"1Z{order.id:016d}", "UPS", "ups", made, made)
        total = sum(quantity for _, _, quantity in items)
        return ShipmentParts(items=items, total=total, tracks=[track], email_sent=True)


def _state(order_id: int, fate: str) -> tuple[str, str]:
    if fate in {"held", "canceled", "refunded"}:
        return STATES[fate]
    if _is_virtual(order_id) and _payment(order_id) not in UNPAID_AT_FIRST:
        return STATES["shipped"]
    if fate == "open" or _is_virtual(order_id):
        unpaid = _payment(order_id) in UNPAID_AT_FIRST
        return ("new", "pending") if unpaid else ("processing", "processing")
    return STATES[fate]


def _is_virtual(order_id: int) -> bool:
    return order_id % 20 == 0


def _payment(order_id: int) -> str:
    if (order_id + 4) % 7 == 0 and not _is_virtual(order_id):
        return "cashondelivery"
    if (order_id + 8) % 13 == 0:
        return "banktransfer"
    return "stripe_payments" if order_id % 3 else "checkmo"


def _basket(random: Random, *, virtual: bool) -> list[tuple[Product, int]]:
    if virtual:
        return [(LESSON, 1)]
    products: list[Product] = random.sample(SIMPLE, k=random.choice((1, 1, 2, 2, 3)))
    if random.randrange(4) == 0:
        products[random.randrange(len(products))] = random.choice(COMPOSITES)
    if all(product.is_virtual for product in products):
        products.append(SIMPLE[0])
    return [(product, random.randint(1, 3)) for product in products]


def _happen(order: OrderRecord, parts: OrderParts) -> None:
    """What became of the order since it was made."""
    if order.state == "complete":
        rows = Rows(parts.items)
        register(plan(rows, everything(rows)), order.updated)
    elif order.state == "canceled":
        _cancel_all(parts, order.updated)
    elif order.state == "closed":
        _refund_all(parts, order.updated)
    elif order.state == "processing" and order.id % 17 == 0:
        _refund_a_piece(parts, order.updated)


def _refund_a_piece(parts: OrderParts, when: int) -> None:
    """Of the first row that has several and stands alone."""
    for item in parts.items:
        if item.kind == "simple" and item.parent_id is None and item.ordered > 1:
            item.refunded, item.updated = 1, when
            parts.refunded = item.price
            return


def _cancel_all(parts: OrderParts, when: int) -> None:
    rows = Rows(parts.items)
    for item in rows.items:
        if not rows.is_priced_by_children(item):
            item.canceled = int(rows.to_ship(item))
        item.updated = when


def _refund_all(parts: OrderParts, when: int) -> None:
    for item in parts.items:
        item.refunded = item.invoiced
        item.updated = when
    parts.refunded = grand_total(parts)
    parts.refunded_shipping = parts.shipping_amount
