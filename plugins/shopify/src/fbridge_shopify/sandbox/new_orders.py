"""Makes an order of articles: its lines, and one fulfillment order for each location and kind of delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from typing import Any

from fbridge_shopify.sandbox.catalogue import Product, made_address
from fbridge_shopify.sandbox.records import FulfillmentOrder, FulfillmentOrderLine, Line, Order

COD_GATEWAY = "Cash on Delivery (COD)"
ROOM = 100
"""The ids of an order's own things follow from its id: ``id * ROOM`` and on."""


def make_order(
    order_id: int,
    number: int,
    created: int,
    basket: Sequence[tuple[Product, int]],
    *,
    random: Random,
    pickup: bool = False,
    **fields: Any,
) -> Order:
    """An order, paid unless ``fields`` say otherwise."""
    lines = [_line(order_id * ROOM + place, *choice) for place, choice in enumerate(basket)]
    address = made_address(random, order_id)
    nothing_to_ship = all(product.virtual for product, _ in basket)
    order = Order(
        id=order_id,
        number=number,
        created=created,
        updated=created,
        lines=lines,
        fulfillment_orders=[],
        customer_id=order_id * ROOM,
        email=f"cliente{number}@example.test",
        address=None if nothing_to_ship else address,
        billing=address,
        **{**_no_delivery(nothing_to_ship=nothing_to_ship, pickup=pickup), **fields},
    )
    order.fulfillment_orders = list(_fulfillment_orders(order, basket, pickup=pickup))
    return order


def cod_fields() -> dict[str, Any]:
    """What an order has that is paid to the courier."""
    return {"financial": "PENDING", "gateways": [COD_GATEWAY]}


def _line(line_id: int, product: Product, quantity: int) -> Line:
    return Line(
        id=line_id,
        sku=product.sku,
        title=product.title,
        quantity=quantity,
        price=product.price,
        requires_shipping=not product.virtual,
        variant_title=product.variant,
        product_id=product.id,
        grams=0 if product.virtual else 500,
    )


def _no_delivery(*, nothing_to_ship: bool, pickup: bool) -> dict[str, Any]:
    if nothing_to_ship:
        return {"shipping_title": None, "shipping_code": None, "shipping_price": 0}
    if pickup:
        return {"shipping_title": "Negozio Torino", "shipping_code": "Negozio Torino", "shipping_price": 0}
    return {}


def _fulfillment_orders(
    order: Order, basket: Sequence[tuple[Product, int]], *, pickup: bool
) -> Iterator[FulfillmentOrder]:
    groups: dict[tuple[int, str], list[Line]] = {}
    for line, (product, _) in zip(order.lines, basket, strict=True):
        method = "NONE" if product.virtual else "PICK_UP" if pickup else "SHIPPING"
        groups.setdefault((product.warehouse, method), []).append(line)
    line_ids = count(order.id * ROOM + 40)
    for place, ((location_id, method), lines) in enumerate(groups.items()):
        yield FulfillmentOrder(
            id=order.id * ROOM + 20 + place,
            order_id=order.id,
            location_id=location_id,
            created=order.created,
            updated=order.created,
            method=method,
            lines=[
                FulfillmentOrderLine(next(line_ids), line.id, line.quantity, line.quantity) for line in lines
            ],
        )
