"""The settings of a WooCommerce store, beside those that every store has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from fbridge_woocommerce.tracking_place import AUTO, Place


class _Words(fields.List[Any]):
    """A list of words; a command line or an environment variable gives them separated by commas."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if isinstance(value, str):
            value = [word.strip() for word in value.split(",") if word.strip()]
        return super()._deserialize(value, attr, data, **kwargs)


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
    cod_methods = _Words(
        fields.String(),
        load_default=list,
        metadata={"help": "ids of payment methods that are cash on delivery, beside cod"},
    )
