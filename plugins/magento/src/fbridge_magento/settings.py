"""The settings of a Magento store, beside those that every store has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from fbridge.models.setting_fields import StateLists, Words

PAID, UNPAID = "paid", "unpaid"
AUTO_SOURCE = "auto"
"""In place of a source's code: Magento's own source selection algorithm proposes one."""

MOST_CONNECTIONS = 8
_OAUTH_FIELDS = ("consumer_key", "consumer_secret", "access_token_secret")
_CARRIER = validate.Regexp(
    r"\s*[^=\s]{1,32}\s*=.*\S", error="must be code=Label, the code of at most 32 characters."
)


class MagentoSettings(StateLists):
    """Made on the store under System > Extensions > Integrations."""

    access_token = fields.String(
        required=True,
        validate=validate.Length(min=1),
        metadata={"secret": True, "help": "access token of an integration"},
    )
    consumer_key = fields.String(
        load_default="",
        metadata={
            "secret": True,
            "help": "for OAuth: consumer key (stores that do not take tokens alone)",
            "ask": True,
        },
    )
    consumer_secret = fields.String(
        load_default="",
        metadata={"secret": True, "help": "for OAuth: consumer secret", "ask_with": "consumer_key"},
    )
    access_token_secret = fields.String(
        load_default="",
        metadata={"secret": True, "help": "for OAuth: access token secret", "ask_with": "consumer_key"},
    )
    store_views = Words(
        fields.String(),
        load_default=list,
        metadata={"help": "codes or ids of the store views whose orders are wanted; else all"},
    )
    cod_methods = Words(
        fields.String(),
        load_default=list,
        metadata={
            "help": "codes of payment methods that are cash on delivery, beside cashondelivery",
            "rereads": True,
        },
    )
    authorized = fields.String(
        load_default=PAID,
        validate=validate.OneOf([PAID, UNPAID]),
        metadata={
            "help": "what an order counts as whose payment is authorised and not captured: paid, or unpaid",
            "rereads": True,
        },
    )
    carriers = Words(
        fields.String(validate=_CARRIER),
        load_default=list,
        metadata={"help": "the store's own carrier codes, as code=Label, beside the stock ones"},
    )
    source = fields.String(
        load_default="",
        metadata={
            "help": "source to book on where a warehouse has none (multi-source inventory); auto: Magento chooses"
        },
    )
    connections = fields.Integer(
        load_default=4,
        validate=validate.Range(1, MOST_CONNECTIONS),
        metadata={"help": f"orders shipped side by side, 1 to {MOST_CONNECTIONS}"},
    )
    mail_on_correction = fields.Boolean(
        load_default=False,
        metadata={"help": "mail the customer again when a number is added or corrected later"},
    )

    @validates_schema
    def oauth_is_whole(self, data: Mapping[str, Any], **_: Any) -> None:
        """A token with a part of the OAuth credentials would be refused by the store without a reason."""
        missing = [name for name in _OAUTH_FIELDS if not data.get(name)]
        if 0 < len(missing) < len(_OAUTH_FIELDS):
            raise ValidationError(
                f"is missing: give {', '.join(_OAUTH_FIELDS)} all three (OAuth), or none (access_token alone).",
                field_name=missing[0],
            )

    def state_of_push(self, data: Mapping[str, Any]) -> str:  # noqa: ARG002 - the same on every store
        """See :meth:`StateLists.state_of_push`: Magento's own, when all has left."""
        return "complete"
