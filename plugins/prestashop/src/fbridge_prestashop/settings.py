"""The settings of a PrestaShop store, beside those that every store has."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, validate

from fbridge.models.setting_fields import StateLists, Words

_ID = validate.Regexp(r"[1-9][0-9]*\Z", error="must be a number.")


class CustomerMail(StrEnum):
    """Which of the shop's mails a push may make it send, where the store's settings accept mails at all."""

    NONE = "none"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"


class _Id(fields.String):
    """An id of the shop, which a settings file may hold as a number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"validate": _ID, **options})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        number = isinstance(value, int) and not isinstance(value, bool)
        return super()._deserialize(str(value) if number else value, attr, data, **kwargs) or ""


def known_zone(name: str) -> None:
    """Raises ValidationError where there is no such time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValidationError("must be a time zone such as Europe/Rome.") from None


class PrestaShopSettings(StateLists):
    """The key is made on the store under Advanced Parameters > Webservice."""

    api_key = fields.String(
        required=True,
        validate=validate.Length(min=1),
        metadata={"secret": True, "help": "Webservice key (32 characters)"},
    )
    customer_mail = fields.Enum(
        CustomerMail,
        by_value=True,
        load_default=CustomerMail.SHIPPED,
        error_messages={"unknown": "must be none, shipped or in_transit."},
        metadata={
            "help": "the mail to customers: none, shipped (with the status), in_transit (with the link)"
        },
    )
    id_shop = _Id(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"([1-9][0-9]*|all)\Z", error="must be the number of a shop, or all."),
        metadata={"help": "the shop's number, where the installation has several"},
    )
    shipped_state = _Id(
        load_default=None,
        allow_none=True,
        metadata={"help": "id of the state to set; else the shop's own", "rereads": True},
    )
    cod_modules = Words(
        fields.String(),
        load_default=list,
        metadata={
            "help": "payment modules that are cash on delivery, beside ps_cashondelivery",
            "rereads": True,
        },
    )
    timezone = fields.String(
        load_default=None,
        allow_none=True,
        validate=known_zone,
        metadata={
            "help": "the shop's time zone, where the key may not read its configuration",
            "rereads": True,
        },
    )

    def state_of_push(self, data: Mapping[str, Any]) -> str:
        """See :meth:`StateLists.state_of_push`; the shop's own is not known here."""
        return str(data.get("shipped_state") or "")
