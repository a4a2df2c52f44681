"""An order as ``GET /V1/orders/{id}`` shows it: fields that are NULL in the database are left out."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from fbridge_magento.sandbox.dates import shown
from fbridge_magento.sandbox.item_rendering import items_json
from fbridge_magento.sandbox.order_making import grand_total, subtotal
from fbridge_magento.sandbox.records import ItemRecord, OrderComment, OrderParts, OrderRecord, as_number

STORE_NAMES = {
    1: "Main Website\nMain Website Store\nDefault Store View",
    2: "Main Website\nMain Website Store\nItaliano",
    3: "Ingrosso\nIngrosso\nIngrosso IT",
    4: "Main Website\nMain Website Store\nDeutsch",
}
ZEROS = (
    "base_discount_amount",
    "base_discount_tax_compensation_amount",
    "base_shipping_discount_amount",
    "base_shipping_discount_tax_compensation_amnt",
    "base_shipping_tax_amount",
    "base_tax_amount",
    "discount_amount",
    "discount_tax_compensation_amount",
    "shipping_discount_amount",
    "shipping_discount_tax_compensation_amount",
    "shipping_tax_amount",
    "tax_amount",
    "store_to_base_rate",
    "store_to_order_rate",
)
CONSTANT: dict[str, Any] = {
    "base_currency_code": "EUR",
    "base_to_global_rate": 1,
    "base_to_order_rate": 1,
    "customer_group_id": 0,
    "customer_is_guest": 1,
    "email_sent": 1,
    "global_currency_code": "EUR",
    "order_currency_code": "EUR",
    "store_currency_code": "EUR",
} | dict.fromkeys(ZEROS, 0)
EXTENSIONS: dict[str, Any] = {
    "applied_taxes": [],
    "item_applied_taxes": [],
    "converting_from_quote": False,
    "taxes": [],
    "additional_itemized_taxes": [],
}

Json = dict[str, Any]


def order_json(record: OrderRecord, parts: OrderParts) -> Json:
    """All fields."""
    items = items_json(record, parts)
    order = order_columns(record, parts)
    order["items"] = items
    order["billing_address"] = _address(parts.billing, record, "billing")
    order["payment"] = _payment(record, parts)
    latest_first = sorted(parts.comments, key=lambda comment: (comment.created, comment.id), reverse=True)
    order["status_histories"] = [comment_json(comment, record.id) for comment in latest_first]
    shipping: Json = {}
    if parts.shipping is not None:
        shipping["address"] = _address(parts.shipping, record, "shipping")
        shipping["method"] = parts.shipping_method[0]
    shipping["total"] = {name: value for name, value in order.items() if _is_shipping_total(name)}
    order["extension_attributes"] = {
        "shipping_assignments": [{"shipping": shipping, "items": items}],
        "payment_additional_info": _payment_info(parts),
    } | EXTENSIONS
    return order


def order_columns(record: OrderRecord, parts: OrderParts) -> Json:
    """The columns of the order itself, which are also what can be searched."""
    rows = [item for item in parts.items if item.parent_id is None]
    pieces = sum(item.ordered for item in rows)
    columns = CONSTANT | {
        "billing_address_id": record.id * 2,
        "created_at": shown(record.created),
        "customer_email": parts.billing["email"],
        "customer_firstname": parts.billing["firstname"],
        "customer_lastname": parts.billing["lastname"],
        "customer_note_notify": 1 if parts.refunded is None else 0,
        "entity_id": record.id,
        "increment_id": record.increment_id,
        "is_virtual": 1 if parts.shipping is None else 0,
        "protect_code": hashlib.md5(str(record.id).encode(), usedforsecurity=False).hexdigest(),
        "quote_id": record.id + 1,
        "state": record.state,
        "status": record.status,
        "store_id": record.store_id,
        "store_name": STORE_NAMES[record.store_id],
        "total_item_count": sum(_counted_items(item, parts) for item in rows),
        "total_qty_ordered": pieces,
        "updated_at": shown(record.updated),
        "weight": sum(item.weight * item.ordered for item in rows if not item.is_virtual),
    }
    if parts.shipping is not None:
        columns["shipping_description"] = parts.shipping_method[1]
    return columns | _amounts(record, parts)


def comment_json(comment: OrderComment, order_id: int) -> Json:
    """A row of the status history."""
    shown_comment = {
        "comment": comment.comment,
        "created_at": shown(comment.created),
        "entity_id": comment.id,
        "is_customer_notified": comment.notified,
        "is_visible_on_front": comment.visible,
        "parent_id": order_id,
        "status": comment.status,
    }
    return shown_comment | ({"entity_name": comment.entity} if comment.entity else {})


def _counted_items(item: ItemRecord, parts: OrderParts) -> int:
    """A bundle counts as what is in it."""
    children = sum(child.parent_id == item.id for child in parts.items)
    return children if item.kind == "bundle" and children else 1


def _amounts(record: OrderRecord, parts: OrderParts) -> Json:
    goods, total = subtotal(parts.items), grand_total(parts)
    sums = {
        "grand_total": total,
        "shipping_amount": parts.shipping_amount,
        "shipping_incl_tax": parts.shipping_amount,
        "subtotal": goods,
        "subtotal_incl_tax": goods,
        "total_due": Decimal(0) if parts.invoiced else total,
    }
    if parts.invoiced:
        sums |= _per_event("invoiced", goods, parts.shipping_amount)
        sums |= {"total_invoiced": total, "total_paid": total}
    if record.state == "canceled":
        sums |= _per_event("canceled", goods, parts.shipping_amount) | {"total_canceled": total}
    if parts.refunded is not None:
        sums |= _refunded(parts, parts.refunded)
    both = {name: as_number(value) for name, value in sums.items()}
    amounts = both | {f"base_{name}": value for name, value in both.items()}
    return amounts | ({"base_total_invoiced_cost": 0} if parts.invoiced else {})


def _per_event(event: str, goods: Decimal, shipping: Decimal) -> dict[str, Decimal]:
    zeros = [f"discount_{event}", f"tax_{event}"]
    if event == "invoiced":
        zeros.append("discount_tax_compensation_invoiced")
    return dict.fromkeys(zeros, Decimal(0)) | {f"subtotal_{event}": goods, f"shipping_{event}": shipping}


def _refunded(parts: OrderParts, refunded: Decimal) -> dict[str, Decimal]:
    names = (
        "adjustment_negative",
        "adjustment_positive",
        "discount_refunded",
        "discount_tax_compensation_refunded",
        "shipping_tax_refunded",
        "tax_refunded",
    )
    return dict.fromkeys(names, Decimal(0)) | {
        "shipping_refunded": parts.refunded_shipping,
        "subtotal_refunded": refunded - parts.refunded_shipping,
        "total_offline_refunded": refunded,
        "total_refunded": refunded,
    }


def _is_shipping_total(name: str) -> bool:
    bare = name.removeprefix("base_")
    return bare.startswith("shipping_") and bare != "shipping_description"


def _address(address: Json, record: OrderRecord, kind: str) -> Json:
    address_id = record.id * 2 - (1 if kind == "shipping" else 0)
    return {"address_type": kind, "entity_id": address_id, "parent_id": record.id} | address


def _payment_info(parts: OrderParts) -> list[Json]:
    """The title; of cash on delivery also its instructions, which are a text of JSON (observed with none)."""
    method, title = parts.payment
    told: list[Json] = [{"key": "method_title", "value": title}]
    return [*told, {"key": "instructions", "value": "null"}] if method == "cashondelivery" else told


def _payment(record: OrderRecord, parts: OrderParts) -> Json:
    method, title = parts.payment
    amounts = {"amount_ordered": grand_total(parts), "shipping_amount": parts.shipping_amount}
    if parts.invoiced:
        amounts |= {"amount_paid": grand_total(parts), "shipping_captured": parts.shipping_amount}
    if parts.authorized:
        amounts["amount_authorized"] = grand_total(parts)
    if parts.refunded is not None:
        amounts |= {"amount_refunded": parts.refunded, "shipping_refunded": parts.refunded_shipping}
    both = {name: as_number(value) for name, value in amounts.items()}
    return {
        "account_status": None,
        "additional_information": [title, *[None] * parts.payment_notes],
        "cc_last4": None,
        "entity_id": record.id,
        "method": method,
        "parent_id": record.id,
    } | (both | {f"base_{name}": value for name, value in both.items()})
