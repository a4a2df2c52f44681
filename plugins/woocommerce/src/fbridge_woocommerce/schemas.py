"""What WooCommerce answers, decoded and checked by marshmallow: lean, for it runs once for every order.

Shapes: WooCommerce REST API v3, "Orders", "Order refunds", "Order notes"; core fulfillments as observed on
WooCommerce 11.0.1. Money is a string there, times are naive GMT in the ``*_gmt`` fields.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields

from fbridge.models.payloads import Decoded, Payload, Text

TRACKING_ROWS = "_wc_shipment_tracking_items"
FULFILLMENT_STATUS = "_fulfillment_status"
REFUNDED_LINE = "_refunded_item_id"

ORDER_FIELDS = (
    "id,number,status,currency,total,date_created_gmt,date_modified_gmt,date_paid_gmt,payment_method,"
    "payment_method_title,created_via,customer_note,billing,shipping,line_items,shipping_lines,refunds,meta_data"
)
"""The value of ``_fields``: it can name the children of objects, not those of lists."""


class GmtTime(Decoded[datetime]):
    """A naive GMT time (``2026-11-23T00:50:54``; fulfillments add a Z) as aware UTC."""

    def _decode(self, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError("Not a date and time.") from None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class PickedMeta(Decoded[dict[str, Any]]):
    """``meta_data`` as a dict of the wanted keys only: plugins put anything there, also personal data."""

    def __init__(self, *wanted: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._wanted = frozenset(wanted)

    def _decode(self, value: Any) -> dict[str, Any]:
        try:
            return {entry["key"]: entry["value"] for entry in value if entry["key"] in self._wanted}
        except (TypeError, KeyError):
            raise ValidationError("Not a list of keys and values.") from None


class AddressPayload(Payload):
    """``billing`` and ``shipping``; the e-mail address is in billing only."""

    first_name = Text(load_default="", allow_none=True)
    last_name = Text(load_default="", allow_none=True)
    company = Text(load_default="", allow_none=True)
    address_1 = Text(load_default="", allow_none=True)
    address_2 = Text(load_default="", allow_none=True)
    postcode = Text(load_default="", allow_none=True)
    city = Text(load_default="", allow_none=True)
    state = Text(load_default="", allow_none=True)
    country = Text(load_default="", allow_none=True)
    phone = Text(load_default="", allow_none=True)
    email = Text(load_default="", allow_none=True)


class LinePayload(Payload):
    """One of ``line_items``. ``price`` is left alone: a float with noise, net of tax."""

    id = fields.Integer(required=True)
    name = Text(load_default="", allow_none=True)
    sku = Text(load_default="", allow_none=True)
    quantity = fields.Raw(required=True)
    total = fields.Decimal(load_default=None, allow_none=True)
    total_tax = fields.Decimal(load_default=None, allow_none=True)


class ShippingLinePayload(Payload):
    """One of ``shipping_lines``: the method that the customer chose."""

    method_id = Text(load_default="", allow_none=True)
    instance_id = Text(load_default="", allow_none=True)
    method_title = Text(load_default="", allow_none=True)


class RefundSummaryPayload(Payload):
    """One of an order's ``refunds``; its lines are at ``/orders/{id}/refunds``."""

    id = fields.Integer(required=True)
    total = fields.Decimal(load_default=None, allow_none=True)


class OrderPayload(Payload):
    """An order, as far as :data:`ORDER_FIELDS` asks for it."""

    id = fields.Integer(required=True)
    number = Text(load_default="", allow_none=True)
    status = Text(required=True)
    currency = Text(required=True)
    total = fields.Decimal(required=True)
    date_created_gmt = GmtTime(load_default=None, allow_none=True)
    date_modified_gmt = GmtTime(required=True)
    date_paid_gmt = GmtTime(load_default=None, allow_none=True)
    payment_method = Text(load_default="", allow_none=True)
    payment_method_title = Text(load_default="", allow_none=True)
    created_via = Text(load_default="", allow_none=True)
    customer_note = Text(load_default="", allow_none=True)
    billing = fields.Nested(AddressPayload, load_default=dict)
    shipping = fields.Nested(AddressPayload, load_default=dict)
    line_items = fields.List(fields.Nested(LinePayload), required=True)
    shipping_lines = fields.List(fields.Nested(ShippingLinePayload), load_default=list)
    refunds = fields.List(fields.Nested(RefundSummaryPayload), load_default=list)
    meta_data = PickedMeta(TRACKING_ROWS, FULFILLMENT_STATUS, load_default=dict)


class RefundLinePayload(Payload):
    """A line of a refund: a negative quantity, and the order line in its meta."""

    quantity = fields.Raw(load_default=0)
    meta_data = PickedMeta(REFUNDED_LINE, load_default=dict)


class RefundPayload(Payload):
    """One of ``/orders/{id}/refunds``."""

    id = fields.Integer(required=True)
    line_items = fields.List(fields.Nested(RefundLinePayload), load_default=list)


class FulfillmentPayload(Payload):
    """A core fulfillment. ``status`` decides: ``is_fulfilled`` is a boolean here and the string "1" there."""

    id = fields.Integer(required=True)
    status = Text(load_default="", allow_none=True)
    meta_data = fields.List(fields.Dict(), load_default=list)


class BatchItemPayload(Payload):
    """One entry of the answer to ``POST /orders/batch``: an order, or an error with the id that was asked."""

    id = fields.Raw(load_default=None, allow_none=True)
    status = Text(load_default="", allow_none=True)
    meta_data = PickedMeta(TRACKING_ROWS, load_default=dict)
    error = fields.Dict(load_default=None, allow_none=True)


class BatchPayload(Payload):
    """The answer to ``POST /orders/batch``, in the order of the request."""

    update = fields.List(fields.Nested(BatchItemPayload), required=True)
