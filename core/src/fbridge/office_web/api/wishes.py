"""The JSON objects of what is handed in, many at once."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from fbridge import DocumentMeant, DocumentWish, Meant, NumbersWish, PartWish, ReturnKind
from fbridge.office_web.api.bodies import (
    AddressBody,
    DocumentFields,
    ParcelsBody,
    boxes,
    currency,
    nested,
    pieces,
)
from fbridge.office_web.api.json_fields import (
    Amount,
    Body,
    Flag,
    Moment,
    Name,
    Text,
    several,
    texts,
)

MOST_WISHES = 1000
_PLAN = "Write nothing: tell what would come of it."


def _many(schema: type[Body]) -> fields.List[Any]:
    return fields.List(nested(schema), required=True, validate=validate.Length(1, MOST_WISHES))


class _HandedIn(Body):
    plan = Flag(load_default=False, metadata={"description": _PLAN})
    allow_shared = Flag(
        load_default=False, metadata={"description": "Although other shipments have the same numbers."}
    )
    strict = Flag(load_default=False, metadata={"description": "Refuse odd numbers, not only warn."})


class PartBody(Body):
    """What leaves of one order with a document."""

    order = Name(required=True)
    store = Name()
    items = pieces()

    @post_load
    def _made(self, said: dict[str, Any], **_: Any) -> PartWish:
        return PartWish(**said)


class DocumentWishBody(ParcelsBody):
    """A shipping document of the ERP: of one order or several, or of none (then with a recipient)."""

    orders = fields.List(nested(PartBody), validate=validate.Length(max=100), load_default=list)
    carrier = Name()
    cod = Amount()
    currency = currency()
    recipient = nested(AddressBody)

    @validates_schema
    def _is_for_somebody(self, said: dict[str, Any], **_: Any) -> None:
        if not said["orders"] and "recipient" not in said:
            raise ValidationError("Name orders, or give a recipient.", "orders")

    @post_load
    def _made(self, said: dict[str, Any], **_: Any) -> DocumentWish:
        parts, numbers = tuple(said.pop("orders")), tuple(said.pop("numbers", ()))
        return DocumentWish(parts=parts, numbers=numbers, **said)


class DocumentsBody(_HandedIn):
    """Documents of the ERP; the same again changes nothing."""

    documents = _many(DocumentWishBody)
    on_manifest = Flag(
        load_default=False, metadata={"description": "Put each on its carrier's manifest in preparation."}
    )
    replacement = Flag(
        load_default=False, metadata={"description": "The goods go once more, for orders that are done."}
    )
    unknown_order = fields.String(
        validate=validate.OneOf(["refuse", "external"]),
        load_default="refuse",
        metadata={"description": "`external`: a document of no order that is known is a parcel of no store."},
    )


class DocumentNameBody(DocumentFields):
    """A document by as much of its name as is known."""

    @post_load
    def _made(self, said: dict[str, Any], **_: Any) -> DocumentMeant:
        return DocumentMeant(**said)


class NumbersWishBody(Body):
    """The numbers of one shipment, which is named by what is known of it; all that is given has to agree."""

    shipment = Name()
    document = nested(DocumentNameBody)
    order = Name()
    store = Name()
    reference = Name(metadata={"description": "Our reference, as the courier was told it."})
    numbers = several()
    carrier = Name()
    parcels = boxes()
    add = Flag(load_default=False, metadata={"description": "Beside those it has, not in their place."})

    @validates_schema
    def _names_one(self, said: dict[str, Any], **_: Any) -> None:
        if not said.keys() & {"shipment", "document", "order", "reference"}:
            raise ValidationError("Name a shipment, document, order or reference.", "shipment")

    @post_load
    def _made(self, said: dict[str, Any], **_: Any) -> NumbersWish:
        names = {
            key: said.pop(key)
            for key in ("shipment", "document", "order", "store", "reference")
            if key in said
        }
        numbers, adds = tuple(said.pop("numbers")), said.pop("add")
        return NumbersWish(meant=Meant(**names), numbers=numbers, adds=adds, **said)


class ManyNumbersBody(_HandedIn):
    """Numbers of the courier; the same again changes nothing."""

    numbers = _many(NumbersWishBody)


class ReturnedBody(Body):
    """Parcels that came back, by tracking number, document, order or shipment."""

    refs = several()
    kind = fields.Enum(ReturnKind, by_value=True, required=True)
    came_at = Moment(metadata={"description": "Now if it is left out."})
    reason = Text(longest=200)


class ReturnsEndedBody(Body):
    """What was done about parcels that came back."""

    refs = texts(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["resent", "closed", "mistaken"]))


class BroughtBackBody(Body):
    """An order that cannot be read."""

    order = Name(
        required=True, metadata={"description": "Its id on the store, or its number where that is known."}
    )
    store = Name()


class SetAsideBody(BroughtBackBody):
    """An order that cannot be read, and why nobody needs to look at it."""

    reason = Text(longest=200)
