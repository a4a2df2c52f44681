"""The settings of a WooCommerce store, beside those that every store has."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from fbridge.models.setting_fields import Words
from fbridge_woocommerce.tracking_place import AUTO, Place


class WooCommerceSettings(Schema):
    """Made on the store under WooCommerce > Settings > Advanced > REST API."""

    consumer_key = fields.String(
        required=True,
        validate=validate.Length(min=1),
        metadata={"secret": True, "help": "consumer key (ck_...) with read and write permission"},
    )
    consumer_secret = fields.String(
        required=True,
        validate=validate.Length(min=1),
        metadata={"secret": True, "help": "consumer secret (cs_...) of that key"},
    )
    tracking = fields.String(
        load_default=AUTO,
        validate=validate.OneOf([AUTO, *Place]),
        metadata={"help": "where tracking numbers are kept; auto asks the store"},
    )
    cod_methods = Words(
        fields.String(),
        load_default=list,
        metadata={"help": "ids of payment methods that are cash on delivery, beside cod"},
    )
    ready_states = Words(
        fields.String(),
        load_default=list,
        metadata={"help": "states made by plugins in which goods may leave, beside processing"},
    )
