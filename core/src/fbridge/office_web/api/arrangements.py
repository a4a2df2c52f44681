"""The JSON objects of what is arranged once: carriers, what stores call them, stores and their keys."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from fbridge.office_web.api.json_fields import Body, Day, Flag, Name, Text

_MOST_SETTINGS = 100


class CarrierFactsBody(Body):
    """What is known of a carrier."""

    name = Text(longest=100)
    tracking_url = Text(metadata={"description": "With {number} where the number of a parcel stands."})
    customer_code = Text(metadata={"description": "Ours at the carrier."})
    depot = Text()
    pickup = Text()
    address = Text()


class NewCarrierBody(CarrierFactsBody):
    """A carrier of our own; of a usual one, such as BRT, name and tracking page are known."""

    code = Name(required=True, longest=32)


class MappingBody(Body):
    """What a store calls a carrier."""

    carrier = Name(required=True)
    site_code = Name(required=True, metadata={"description": "The store's code, or its label."})


class MethodBody(Body):
    """A shipping method of a store; `*` are all without a route of their own."""

    shipping_method = Text(required=True, metadata={"description": "The store's code of it."})


class RouteBody(MethodBody):
    """Who takes the orders of a shipping method."""

    target = Name(required=True, metadata={"description": "A carrier's code, `pickup` or `none`."})


class KeysBody(Body):
    """Other keys of a store. They are shown nowhere again."""

    keys = fields.Dict(
        keys=Name(),
        values=Name(longest=10_000),
        required=True,
        validate=validate.Length(1, _MOST_SETTINGS),
        metadata={"description": "By the names that `/platforms/{ref}/settings` tells as secret."},
    )
    check = Flag(load_default=True, metadata={"description": "Look at the store with them first."})


class StoreBody(Body):
    """A new store. What its settings say is told by `/platforms/{ref}/settings`; its keys are shown nowhere again."""

    name = Name(required=True)
    platform = Name(required=True)
    url = Name(required=True)
    settings = fields.Dict(
        keys=Name(),
        values=fields.Raw(),
        load_default=dict,
        validate=validate.Length(max=_MOST_SETTINGS),
        metadata={"description": "Keys and other settings, by their names."},
    )
    orders_from = Day(required=True, metadata={"description": "Older orders are done, and never mailed."})
    accept_mail = Flag(required=True, metadata={"description": "Customers may get the store's own mail."})
    check = Flag(load_default=True, metadata={"description": "Look at the store first."})

    @validates_schema
    def _says_it_once(self, said: dict[str, Any], **_: Any) -> None:
        twice = said.get("settings", {}).keys() & self.fields.keys()
        if twice:
            raise ValidationError(f"{min(twice)} stands beside the settings.", "settings")
