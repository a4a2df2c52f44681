"""How orders look to people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fbridge.cli.displayed import Day, Words
from fbridge.cli.shipment_views import SHIPMENT_COLUMNS
from fbridge.cli.tables import Block, Column, Facts, Table
from fbridge.models.orders import Address, StoreShipment
from fbridge.models.standing_words import order_state_words, payment_words, shipping_words
from fbridge.models.states import FulfillmentState, OrderStatus

if TYPE_CHECKING:
    from fbridge.orders.listing import OrderDetail, OrderLineRow, OrderRow


def _telling_state(row: OrderRow) -> OrderStatus | FulfillmentState:
    return row.status if row.status in (OrderStatus.ON_HOLD, OrderStatus.CANCELLED) else row.fulfillment


ORDER_COLUMNS: list[Column[OrderRow]] = [  # these fit 80 characters
    Column("Store", lambda row: row.store),
    Column("Order", lambda row: row.number),
    Column("Created", lambda row: Day(row.created_at)),
    Column("State", lambda row: Words(order_state_words(row)), wraps=True, state=_telling_state),
    Column("Payment", lambda row: Words(payment_words(row.payment, row.amount_due)), wraps=True),
    Column("Open", lambda row: row.open_quantity, right=True),
    Column("Shipping", shipping_words, wraps=True),
    Column("Customer", lambda row: row.customer, wraps=True),
]

LINE_COLUMNS: list[Column[OrderLineRow]] = [
    Column("Line", lambda row: row.line.id),
    Column("SKU", lambda row: row.line.sku),
    Column("Article", lambda row: row.line.name, wraps=True),
    Column("Ordered", lambda row: row.line.quantity, right=True),
    Column("Removed", lambda row: row.line.removed or "", right=True),
    Column("Kept back", lambda row: row.line.held or "", right=True),
    Column("In shipments", lambda row: row.in_shipments or "", right=True),
    Column("Free", lambda row: row.free, right=True),
]

STORE_SHIPMENT_COLUMNS: list[Column[StoreShipment]] = [
    Column("On the store", lambda one: one.remote_id),
    Column("Carrier", lambda one: one.carrier),
    Column("Numbers", lambda one: one.numbers, wraps=True),
    Column("Made at", lambda one: one.created_at),
]


def address_words(address: Address | None) -> str:
    """An address on one line."""
    if address is None:
        return ""
    place = " ".join(filter(None, (address.postcode, address.city, address.province)))
    parts = (
        address.name,
        address.company,
        *address.street,
        place,
        address.country,
        address.phone,
        address.email,
    )
    return ", ".join(filter(None, parts))


def order_blocks(detail: OrderDetail) -> Iterator[Block[Any]]:
    """One order, as ``orders show`` prints it."""
    row = detail.row
    yield f"Order {row.number} of {row.store}: {order_state_words(row)}"
    yield Facts(_order_facts(detail))
    yield ""
    yield Table(LINE_COLUMNS, detail.lines)
    if detail.shipments:
        yield ""
        yield Table(SHIPMENT_COLUMNS, detail.shipments)
    if detail.store_shipments:
        yield ""
        yield Table(STORE_SHIPMENT_COLUMNS, detail.store_shipments)


def _order_facts(detail: OrderDetail) -> list[tuple[str, object]]:
    row = detail.row
    return [
        ("Cannot be read", row.unreadable),
        *(("Marked", doubt.words) for doubt in row.doubts),
        *(("Kept back", words) for words in kept_back(detail)),
        ("Created", row.created_at),
        ("Changed", row.changed_at),
        ("On the store", row.remote_status),
        ("Payment", Words(payment_words(row.payment, row.amount_due))),
        ("Paid by", row.payment_method),
        ("Total", row.total),
        ("Shipping", shipping_words(row)),
        ("Method", " ".join(filter(None, (row.shipping_method, row.shipping_title)))),
        ("Channel", row.channel),
        ("Sold in", row.sold_in),
        ("Ship to", address_words(detail.ship_to)),
        ("Bill to", "" if detail.bill_to == detail.ship_to else address_words(detail.bill_to)),
        ("Note", detail.note),
    ]


def kept_back(detail: OrderDetail) -> Iterator[str]:
    """What the store keeps back of an order, and why, line by line."""
    for one in detail.lines:
        if one.line.held:
            why = f": {one.line.held_why}" if one.line.held_why else ""
            yield f"{one.line.held} x {one.line.sku or one.line.name}{why}"


def next_step(detail: OrderDetail) -> str:
    """What to type next for this order."""
    if any(line.free for line in detail.lines):
        if detail.row.doubts:
            return f"fbridge shipment create {detail.row.store}:{detail.row.number} --allow-marked"
        return (
            f"fbridge manifest add {detail.row.carrier or 'CARRIER'} {detail.row.store}:{detail.row.number}"
        )
    return "fbridge status"
