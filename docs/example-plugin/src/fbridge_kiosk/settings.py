"""The settings of a Kiosk store, beside those that every store has."""

from __future__ import annotations

from marshmallow import Schema, fields


class KioskSettings(Schema):
    """Made on the store under Settings > Keys."""

    api_key = fields.String(
        required=True,
        metadata={"secret": True, "help": "key with the right to read and write orders"},
    )
