"""The settings of a WooCommerce store, beside those that every store has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import fields, validate

from fbridge.models.setting_fields import StateLists, Words
from fbridge_woocommerce.mapping import MARK_BOTH, SHIP_PARENTS, SHIP_PARTS
from fbridge_woocommerce.tracking_place import AUTO, COMPLETED_ORDER, FULFILLMENT, Place


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
    customer_mail = fields.String(
        load_default=COMPLETED_ORDER,
        validate=validate.OneOf([COMPLETED_ORDER, FULFILLMENT]),
        metadata={
            "help": "the customer's mail where numbers are kept in fulfillments: completed (shows no number), or "
            "fulfillment (each with its number; the shop has to switch Completed order off)"
        },
    )
    sub_orders = fields.String(
        load_default=MARK_BOTH,
        validate=validate.OneOf([MARK_BOTH, SHIP_PARENTS, SHIP_PARTS]),
        metadata={
            "help": "which ships of an order that a marketplace plugin has split: parent, parts, or mark (both wait "
            "for a person)",
            "rereads": True,
        },
    )
    cod_methods = Words(
        fields.String(),
        load_default=list,
        metadata={"help": "ids of payment methods that are cash on delivery, beside cod", "rereads": True},
    )

    def state_of_push(self, data: Mapping[str, Any]) -> str:  # noqa: ARG002 - the same on every store
        """See :meth:`StateLists.state_of_push`."""
        return "completed"
