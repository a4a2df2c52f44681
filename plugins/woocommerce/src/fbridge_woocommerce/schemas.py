"""What WooCommerce answers: the fields that are asked for, and those without which nothing can be shipped.

Shapes: WooCommerce REST API v3, "Orders", "Order refunds", "Order notes"; core fulfillments as observed on
WooCommerce 11.0.1. Money is a string there, times are naive GMT in the ``*_gmt`` fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from fbridge.adapterkit.extra_fields import first_steps
from fbridge.adapterkit.needed import NarrowPayload, Needed, Payload, Rows, Told
from fbridge.adapterkit.payloads import identity, pieces, rows, text

TRACKING_ROWS = "_wc_shipment_tracking_items"
FULFILLMENT_STATUS = "_fulfillment_status"
REFUNDED_LINE = "_refunded_item_id"

ORDER_FIELDS = (
    "id,parent_id,number,status,currency,total,date_created_gmt,date_modified_gmt,date_paid_gmt,payment_method,"
    "payment_method_title,created_via,customer_note,billing,shipping,line_items,shipping_lines,refunds,meta_data"
)
"""The value of ``_fields``: it can name the children of objects, not those of lists."""


def order_fields(asked: Mapping[str, str]) -> str:
    """With what the user's extra fields need."""
    more = [name for name in first_steps(asked) if name not in ORDER_FIELDS.split(",")]
    return ",".join([ORDER_FIELDS, *more])


def meta(value: Any) -> dict[str, Any]:
    """``meta_data`` as a dict: plugins put anything there, in any form."""
    return {text(entry.get("key")): entry.get("value") for entry in rows(value)}


def state(value: Any) -> str:
    """``processing``, also where a plugin gave it as the database has it (``wc-processing``)."""
    return text(value).strip().removeprefix("wc-")


class LinePayload(Payload):
    """One of ``line_items``. ``price`` is left alone: a float with noise, net of tax."""

    id = Needed(identity)
    quantity = Needed(pieces)


class OrderPayload(Payload):
    """An order, as far as :data:`ORDER_FIELDS` asks for it."""

    id = Needed(identity)
    line_items = Rows(LinePayload, key="id")


class FulfillmentPayload(Payload):
    """A core fulfillment. ``status`` decides: ``is_fulfilled`` is a boolean here and the string "1" there."""

    id = Needed(identity)


class BatchItemPayload(NarrowPayload):
    """One entry of the answer to ``POST /orders/batch``: an order, or an error with the id that was asked."""

    id = fields.Raw(load_default=None, allow_none=True)
    status = Told(state)
    meta_data = Told(meta)
    error = fields.Dict(load_default=None, allow_none=True)


class BatchPayload(NarrowPayload):
    """The answer to ``POST /orders/batch``, in the order of the request."""

    update = fields.List(fields.Nested(BatchItemPayload), required=True)
