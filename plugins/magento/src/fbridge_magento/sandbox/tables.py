"""What can be searched: the columns of orders and shipments, by their names in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fbridge_magento.sandbox.conditions import sql_seconds
from fbridge_magento.sandbox.order_index import TimeIndex
from fbridge_magento.sandbox.order_rendering import order_columns
from fbridge_magento.sandbox.records import OrderRecord, ShipmentRecord
from fbridge_magento.sandbox.shipment_rendering import shipment_columns
from fbridge_magento.sandbox.state import Shop

DATES = frozenset({"created_at", "updated_at"})
ORDER_TEXTS = (
    "coupon_code",
    "customer_dob",
    "customer_email",
    "customer_firstname",
    "customer_lastname",
    "customer_middlename",
    "customer_note",
    "customer_prefix",
    "customer_suffix",
    "customer_taxvat",
    "ext_customer_id",
    "ext_order_id",
    "hold_before_state",
    "hold_before_status",
    "increment_id",
    "order_currency_code",
    "original_increment_id",
    "protect_code",
    "remote_ip",
    "shipping_description",
    "shipping_method",
    "state",
    "status",
    "store_name",
    "x_forwarded_for",
)
ORDER_NUMBERS = (
    "base_grand_total",
    "base_shipping_amount",
    "base_subtotal",
    "base_total_due",
    "base_total_paid",
    "billing_address_id",
    "customer_group_id",
    "customer_id",
    "customer_is_guest",
    "discount_amount",
    "edit_increment",
    "email_sent",
    "entity_id",
    "grand_total",
    "is_virtual",
    "quote_id",
    "send_email",
    "shipping_address_id",
    "shipping_amount",
    "store_id",
    "subtotal",
    "tax_amount",
    "total_due",
    "total_invoiced",
    "total_item_count",
    "total_paid",
    "total_qty_ordered",
    "total_refunded",
    "weight",
)
SHIPMENT_TEXTS = ("customer_note", "increment_id", "packages", "shipping_label")
SHIPMENT_NUMBERS = (
    "billing_address_id",
    "customer_id",
    "customer_note_notify",
    "email_sent",
    "entity_id",
    "order_id",
    "send_email",
    "shipment_status",
    "shipping_address_id",
    "store_id",
    "total_qty",
    "total_weight",
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by their id. ``kinds`` are the columns with ``text``, ``number`` or ``date``.

    ``attributes`` are columns that stand in the record itself, ``rest`` makes the others. ``indexes`` are the
    times in order; ``grouped_by`` is a column by which rows come unless they are sorted, once it is asked for.
    """

    name: str
    rows: Mapping[int, Any]
    kinds: Mapping[str, str]
    attributes: Mapping[str, str]
    rest: Callable[[Any], Mapping[str, Any]]
    indexes: Mapping[str, TimeIndex] = field(default_factory=dict)
    parents: Mapping[str, Mapping[int, list[int]]] = field(default_factory=dict)
    grouped_by: str = "entity_id"

    def getter(self, column: str) -> Callable[[Any], Any]:
        """Reads a column of a row; times are seconds."""
        attribute = self.attributes.get(column)
        if attribute is not None:
            return lambda row: getattr(row, attribute)
        return lambda row: self.rest(row).get(column)


def orders_table(shop: Shop) -> Table:
    """``sales_order``."""

    def rest(record: OrderRecord) -> Mapping[str, Any]:
        parts = shop.parts(record)
        return order_columns(record, parts) | {
            "shipping_method": parts.shipping_method[0] if parts.shipping else None
        }

    return Table(
        name="sales_order",
        rows=shop.orders,
        kinds=_kinds(ORDER_TEXTS, ORDER_NUMBERS),
        attributes={
            "entity_id": "id",
            "store_id": "store_id",
            "increment_id": "increment_id",
            "state": "state",
            "status": "status",
            "created_at": "created",
            "updated_at": "updated",
        },
        rest=rest,
        indexes={"updated_at": shop.orders_updated, "created_at": shop.orders_created},
        grouped_by="status",
    )


def shipments_table(shop: Shop) -> Table:
    """``sales_shipment``."""

    def rest(record: ShipmentRecord) -> Mapping[str, Any]:
        return shipment_columns(record, shop.shipment_parts(record))

    return Table(
        name="sales_shipment",
        rows=shop.shipments,
        kinds=_kinds(SHIPMENT_TEXTS, SHIPMENT_NUMBERS),
        attributes={
            "entity_id": "id",
            "order_id": "order_id",
            "store_id": "store_id",
            "increment_id": "increment_id",
            "created_at": "created",
            "updated_at": "updated",
        },
        rest=rest,
        indexes={"updated_at": shop.shipments_updated, "created_at": shop.shipments_created},
        parents={"order_id": shop.by_order},
        grouped_by="order_id",
    )


def json_table(
    name: str, rows: list[dict[str, Any]], numbers: frozenset[str], texts: frozenset[str]
) -> Table:
    """A small table of rows that are JSON already."""

    def rest(row: dict[str, Any]) -> Mapping[str, Any]:
        return {column: sql_seconds(row[column]) if column in DATES else row[column] for column in row}

    return Table(
        name=name,
        rows=dict(enumerate(rows)),
        kinds=_kinds(tuple(texts), tuple(numbers)),
        attributes={},
        rest=rest,
        grouped_by="",
    )


def _kinds(texts: tuple[str, ...], numbers: tuple[str, ...]) -> dict[str, str]:
    return (
        dict.fromkeys(texts, "text") | dict.fromkeys(numbers, "number") | dict.fromkeys(sorted(DATES), "date")
    )
