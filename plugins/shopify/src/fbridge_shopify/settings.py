"""The settings of a Shopify store, beside those that every store has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fbridge.models.setting_fields import Words

NEWEST_STABLE = "2026-10"
"""The Admin API version that is asked for. Shopify serves each for a year, then the oldest that it still has."""


_CLIENT_SECRET = "shpss_"  # noqa: S105 - how all of them begin


def _secret(words: str, *rules: validate.Validator, **asking: Any) -> fields.String:
    return fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(min=1), *rules],
        metadata={"secret": True, "help": words, **asking},
    )


class ShopifySettings(Schema):
    """Either a permanent token, or the id and secret of an app of your own in the Dev Dashboard."""

    access_token = _secret(
        "Admin API access token (shpat_...) of an app made in the store's admin",
        validate.Regexp(
            rf"(?!{_CLIENT_SECRET})",
            error="is an app's client secret: give it as client_secret, with client_id.",
        ),
        ask=True,
    )
    client_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1),
        metadata={
            "help": "client id of a Dev Dashboard app, instead of access_token",
            "ask_without": "access_token",
        },
    )
    client_secret = _secret("client secret of that Dev Dashboard app", ask_with="client_id")
    api_version = fields.String(
        load_default=NEWEST_STABLE,
        validate=validate.Regexp(
            r"20\d\d-(01|04|07|10)\Z", error=f"must be a version such as {NEWEST_STABLE}."
        ),
        metadata={"help": "version of the Admin API"},
    )
    cod_gateways = Words(
        fields.String(),
        load_default=list,
        metadata={
            "help": "names of payment methods that are cash on delivery, beside the usual ones",
            "rereads": True,
        },
    )
    own_services = Words(
        fields.String(),
        load_default=list,
        metadata={
            "help": "locations of fulfillment services whose goods are shipped with fbridge (names or numbers, * for "
            "all); the others ship theirs themselves",
            "rereads": True,
        },
    )
    fulfill_digital = fields.Boolean(
        load_default=True,
        metadata={"help": "fulfil goods that no carrier takes with the last parcel of their order"},
    )

    @validates_schema
    def _one_way_in(self, data: Mapping[str, Any], **_: Any) -> None:
        """Exactly one of the two ways, and the second one whole."""
        token, client_id, client_secret = (
            data.get(name) for name in ("access_token", "client_id", "client_secret")
        )
        if token and (client_id or client_secret):
            raise ValidationError("give either this, or client_id and client_secret.", "access_token")
        if client_id and not client_secret:
            raise ValidationError("is missing: client_id needs it.", "client_secret")
        if client_secret and not client_id:
            raise ValidationError("is missing: client_secret needs it.", "client_id")
        if not token and not client_id:
            raise ValidationError("is missing: give it, or client_id and client_secret.", "access_token")
