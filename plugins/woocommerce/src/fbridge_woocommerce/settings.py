"""The settings of a WooCommerce store, beside those that every store has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import fields, validate

from fbridge.models.setting_fields import StateLists, Words
from fbridge_woocommerce.tracking_place import AUTO, Place


class WooCommerceSettings(StateLists):
    """The key is made on the store under WooCommerce > Settings > Advanced > REST API."""

    state_prefix: ClassVar[str] = "wc-"

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
        metadata={"help": "ids of payment methods that are cash on delivery, beside cod", "rereads": True},
    )

    def state_of_push(self, data: Mapping[str, Any]) -> str:  # noqa: ARG002 - the same on every store
        """See :meth:`StateLists.state_of_push`."""
        return "completed"
