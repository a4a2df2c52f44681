"""New orders: rows, addresses and sums as Magento puts them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from fbridge_magento.sandbox.catalogue import Product, order_rows
from fbridge_magento.sandbox.records import ItemRecord, OrderParts

FLAT_RATE = Decimal("5.00")
PAYMENTS = {
    "checkmo": "Check / Money order",
    "cashondelivery": "Contrassegno",
    "banktransfer": "Bonifico",
    "stripe_payments": "Carta",
}
UNPAID_AT_FIRST = frozenset({"cashondelivery", "banktransfer"})


def make_parts(
    order_id: int,
    basket: Sequence[tuple[Product, int]],
    address: dict[str, Any],
    *,
    payment: str,
    invoiced: bool,
    made: int,
) -> OrderParts:
    """The parts of an order of these articles, nothing of it shipped. Row ids follow from the order's."""
    ids = _item_ids(order_id)
    items = [row for product, quantity in basket for row in order_rows(ids, product, quantity, made)]
    virtual = all(row.is_virtual for row in items)
    if invoiced:
        invoice(items)
    return OrderParts(
        billing=address,
        shipping=None if virtual else dict(address),
        items=items,
        shipping_amount=Decimal(0) if virtual else _flat_rate(items),
        payment=(payment, PAYMENTS[payment]),
        invoiced=invoiced,
    )


def invoice(items: Iterable[ItemRecord]) -> None:
    """Invoice what is left to invoice of all rows."""
    for row in items:
        row.invoiced = row.ordered - row.canceled


def subtotal(items: Iterable[ItemRecord]) -> Decimal:
    """The sum of the goods; a bundle's price is the sum of its children's."""
    return sum((row.price * row.ordered for row in items if row.parent_id is None), Decimal(0))


def grand_total(parts: OrderParts) -> Decimal:
    """What the customer pays."""
    return subtotal(parts.items) + parts.shipping_amount


def _item_ids(order_id: int) -> Iterator[int]:
    return iter(range(order_id * 20, order_id * 20 + 20))


def _flat_rate(items: Iterable[ItemRecord]) -> Decimal:
    """The flat rate counts the pieces of the articles bought, and one for each child row."""
    return FLAT_RATE * sum(row.ordered if row.parent_id is None else 1 for row in items)
