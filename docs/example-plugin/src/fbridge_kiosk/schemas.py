"""The platform's answers, as marshmallow schemas."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from fbridge.models.states import OrderStatus

STATUSES = {
    "open": OrderStatus.OPEN,
    "held": OrderStatus.ON_HOLD,
    "cancelled": OrderStatus.CANCELLED,
    "done": OrderStatus.CLOSED,
}


class _Answer(Schema):
    class Meta:
        """A field that a later version of the platform adds is no error."""

        unknown = EXCLUDE


class LineSchema(_Answer):
    """One line of an order."""

    id = fields.String(required=True)
    sku = fields.String(required=True)
    name = fields.String(required=True)
    quantity = fields.Integer(required=True, strict=True)
    refunded = fields.Integer(required=True, strict=True)
    shipped = fields.Integer(required=True, strict=True)


class ParcelSchema(_Answer):
    """One parcel; its mark is the id that whoever made it gave it."""

    mark = fields.String(required=True)
    numbers = fields.List(fields.String(), required=True)
    carrier = fields.String(required=True)
    lines = fields.Dict(keys=fields.String(), values=fields.Integer(strict=True), required=True)


class OrderSchema(_Answer):
    """One order. Times have a zone; money is text."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    created = fields.AwareDateTime(required=True)
    changed = fields.AwareDateTime(required=True)
    currency = fields.String(required=True)
    total = fields.Decimal(required=True)
    due = fields.Decimal(required=True)
    name = fields.String(load_default="")
    lines = fields.List(fields.Nested(LineSchema), required=True)
    parcels = fields.List(fields.Nested(ParcelSchema), required=True)
