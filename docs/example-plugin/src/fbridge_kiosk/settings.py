"""The settings of a kiosk store, beside those that every store has."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class KioskSettings(Schema):
    """Made on the store under Settings > Keys."""

    api_key = fields.String(
        required=True,
        validate=validate.Length(min=1),
        metadata={"secret": True, "help": "key with the right to read and write orders"},
    )
    page_size = fields.Integer(
        load_default=50,
        validate=validate.Range(1, 100),
        metadata={"help": "orders asked for at a time"},
    )
