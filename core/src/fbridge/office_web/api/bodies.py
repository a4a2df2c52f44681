"""The JSON objects of requests that change something."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from fbridge import Address, Document, Money
from fbridge.models.guards import GUARDS
from fbridge.office_web.api.json_fields import (
    Amount,
    Body,
    Flag,
    Moment,
    Name,
    Shaped,
    Text,
    Whole,
    several,
    texts,
)

_MOST_PARCELS, _MOST_PIECES, _MOST_GRAMS, _LAST_YEAR = 9999, 999_999, 10**9, 9999


def boxes(**more: Any) -> Whole:
    """How many parcels."""
    return Whole(1, _MOST_PARCELS, **more)


def currency(**more: Any) -> Shaped:
    """The three letters of a currency."""
    return Shaped(r"^[A-Z]{3}$", "Not a currency such as EUR.", **more)


def nested(schema: type[Body], **more: Any) -> fields.Nested:
    """An object in the object."""
    return fields.Nested(schema, **more)


def _refuse_both(said: dict[str, Any]) -> None:
    if said.get("no_cod") and "cod" in said:
        raise ValidationError("Give either cod or no_cod.", "no_cod")


def pieces() -> fields.Field[Any]:
    """What leaves of an order."""
    return fields.Dict(
        keys=Name(),
        values=Whole(1, _MOST_PIECES),
        metadata={"description": "Pieces by line id or SKU; all that remains if it is left out."},
    )


class NoBody(Body):
    """Nothing: `{}`, or no body at all."""


class DocumentFields(Body):
    """By what a shipping document is named."""

    number = Name(required=True)
    source = Text()
    series = Text()
    year = Whole(1, _LAST_YEAR)


class DocumentBody(DocumentFields):
    """The ERP's reference of a shipping document."""

    @post_load
    def _made(self, said: dict[str, Any], **_: Any) -> Document:
        return Document(**said)


class MoneyBody(Body):
    """An amount with its currency."""

    amount = Amount(required=True)
    currency = currency(required=True)

    @post_load
    def _made(self, said: dict[str, Any], **_: Any) -> Money:
        return Money(**said)


class AddressBody(Body):
    """Where a parcel goes."""

    name = Text()
    company = Text()
    street = texts()
    postcode = Text()
    city = Text()
    province = Text()
    country = Shaped(r"^([A-Z]{2})?$", "Not the two letters of a country.")
    phone = Text()
    email = Text()

    @validates_schema
    def _has_a_name(self, said: dict[str, Any], **_: Any) -> None:
        if not said.get("name") and not said.get("company"):
            raise ValidationError("Give a name or a company.", "name")

    @post_load
    def _made(self, said: dict[str, Any], **_: Any) -> Address:
        return Address(**said | {"street": tuple(said.get("street", ()))})


class ParcelsBody(Body):
    """In which parcels it leaves, and by which document."""

    numbers = texts(metadata={"description": "Tracking numbers."})
    parcels = boxes(metadata={"description": "How many boxes; one for each number."})
    weight_grams = Whole(1, _MOST_GRAMS, metadata={"description": "Of all boxes."})
    warehouse = Name()
    document = nested(DocumentBody)


class ShipmentBody(ParcelsBody):
    """A shipment of an order: of all that remains, or of some lines."""

    order = Name(required=True, metadata={"description": "Its number, `STORE:NUMBER` or `STORE:id=ID`."})
    store = Name(metadata={"description": "Where several stores have this number."})
    items = pieces()
    carrier = Name(metadata={"description": "That of the shipping method if it is left out."})
    manifest = Name(metadata={"description": "Put it on this manifest, or on the carrier's, at once."})
    cod = Amount(metadata={"description": "Cash to collect; what is due, once for each order."})
    no_cod = Flag(metadata={"description": "Collect nothing with this shipment."})
    allow_unpaid = Flag(metadata={"description": "Although the order is not paid."})
    allow_marked = Flag(metadata={"description": "Although the order is marked; somebody has looked at it."})
    allow_shared = Flag(metadata={"description": "Although another shipment has the same number."})

    @validates_schema
    def _one_of_both(self, said: dict[str, Any], **_: Any) -> None:
        _refuse_both(said)


class ExternalShipmentBody(ParcelsBody):
    """A parcel that belongs to no store order: it is on the manifest, and no store is told."""

    carrier = Name(required=True)
    recipient = nested(AddressBody, required=True)
    cod = nested(MoneyBody)
    manifest = Name()
    allow_shared = Flag()


class ReplacementBody(ParcelsBody):
    """Goods of an order that are sent once more."""

    order = Name(required=True)
    store = Name()
    carrier = Name(metadata={"description": "That of the shipping method if it is left out."})
    cod = Amount()
    manifest = Name()
    allow_shared = Flag()


class RepackBody(Body):
    """What is otherwise with a shipment that is still in the house."""

    parcels = boxes()
    weight_grams = Whole(1, _MOST_GRAMS)
    cod = Amount(metadata={"description": "Cash to collect."})
    no_cod = Flag(metadata={"description": "Collect nothing with this shipment."})

    @validates_schema
    def _one_of_both(self, said: dict[str, Any], **_: Any) -> None:
        _refuse_both(said)


class NumbersBody(Body):
    """Tracking numbers that came late, or were wrong."""

    numbers = texts(load_default=list, metadata={"description": "Without any, those it has stay."})
    add = Flag(load_default=False, metadata={"description": "Beside those it has, not in their place."})
    carrier = Name(metadata={"description": "The parcels went with another carrier."})
    parcels = boxes()
    allow_shared = Flag(load_default=False)

    @validates_schema
    def _adds_numbers_only(self, said: dict[str, Any], **_: Any) -> None:
        if said["add"] and "carrier" in said:
            raise ValidationError("Give carrier without add.", "carrier")


class CarrierBody(Body):
    """Whose manifest it is."""

    carrier = Name(required=True)


class AddBody(Body):
    """Orders and shipments for a manifest."""

    refs = texts(
        load_default=list, metadata={"description": "Orders (`1001`, `shop:1001`), shipments (`S12`)."}
    )
    store = Name(metadata={"description": "Of the order numbers, where several stores have them."})
    every = Flag(load_default=False, metadata={"description": "And all of the carrier on no manifest."})

    @validates_schema
    def _something(self, said: dict[str, Any], **_: Any) -> None:
        if not said["refs"] and not said["every"]:
            raise ValidationError("Name orders or shipments, or say every.", "refs")


class ShipmentsBody(Body):
    """Some shipments of a manifest."""

    shipments = several()


class ShipBody(Body):
    """How a manifest leaves. What a person otherwise decides needs the scope `decide`."""

    leave_out_bad = Flag(load_default=False, metadata={"description": "Ship without what must not leave."})
    at = Moment(metadata={"description": "When it left; now if it is left out."})
    force = texts(load_default=list, metadata={"description": "Ship these all the same (`decide`)."})
    check = Flag(load_default=True, metadata={"description": "Read the orders again; `false`: `decide`."})
    as_printed = Flag(
        load_default=True, metadata={"description": "As the last paper tells; `false`: `decide`."}
    )


class FulfilBody(ParcelsBody):
    """Goods of one order that leave, and its store is told."""

    order = Name(required=True)
    store = Name()
    items = pieces()
    carrier = Name()
    cod = Amount()
    push = Flag(load_default=True, metadata={"description": "Tell the store now (`push`)."})


class FetchBody(Body):
    """Which stores to read."""

    stores = texts(load_default=list, metadata={"description": "All if none is named."})
    since = Moment(metadata={"description": "Read again all that changed since then."})
    audit = Flag(
        load_default=False,
        metadata={"description": "Tell what fetches missed and what was deleted: reads all, or all `since`."},
    )


class DeferBody(Body):
    """What to tell the stores: all that was shipped, of some stores, or of one manifest."""

    stores = texts(load_default=list, metadata={"description": "All if none is named."})
    manifest = Name()
    limit = Whole(metadata={"description": "At most so many orders of each store."})
    only_if = Shaped(
        r"^[0-9A-Za-z]{1,100}$",
        "Not a fingerprint of a plan.",
        metadata={"description": "The fingerprint of the plan that was looked at."},
    )
    guards = fields.Dict(
        keys=fields.String(validate=validate.OneOf(GUARDS)),
        values=fields.Float(validate=validate.Range(0, 10**9)),
        load_default=dict,
        metadata={"description": f"Other values for this push (`decide`): {', '.join(GUARDS)}."},
    )


class PushBody(DeferBody):
    """What to tell the stores now."""

    verify = Flag(load_default=False, metadata={"description": "Read back at the end what was written."})


class MailsBody(Body):
    """Whose mail did not leave."""

    shipments = several()
    even_if_mailed = Flag(
        load_default=False, metadata={"description": "Also where it may be a second mail (`decide`)."}
    )


class VerifyBody(Body):
    """What to compare: what left in the last days, or since then, or on one manifest."""

    stores = texts(load_default=list, metadata={"description": "All if none is named."})
    since = Moment()
    manifest = Name()


class TakeBackBody(Body):
    """How a shipment is taken back from its store."""

    status = Text(metadata={"description": "The order's status on the store afterwards."})
