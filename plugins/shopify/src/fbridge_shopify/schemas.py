"""What Shopify answers, decoded and checked by marshmallow: lean, for it runs once for every order.

Shapes: the types Order, LineItem, FulfillmentOrder and Fulfillment of the Admin GraphQL schema, as far as the
documents ask for them. Money is a string in the shop's currency, times have a zone. Enums are texts, for Shopify
adds values. What belongs to the customer may be null: it is withheld from apps without approval.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields, validate

from fbridge.models.payloads import Decoded, Payload


class Text(Decoded[str]):
    """A string."""

    def _decode(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Not a text.")
        return value


class Pieces(Decoded[int]):
    """A whole number of pieces, not below zero."""

    def _decode(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValidationError("Not a number of pieces.")
        return value


class Moment(Decoded[datetime]):
    """A time with a zone (``2026-11-23T00:50:54Z``) as aware UTC."""

    def _decode(self, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError("Not a date and time.") from None
        if moment.tzinfo is None:
            raise ValidationError("Has no time zone.")
        return moment.astimezone(UTC)


class ShopMoney(Decoded[Decimal]):
    """The amount of a MoneyBag in the shop's currency."""

    def _decode(self, value: Any) -> Decimal:
        try:
            amount = Decimal(value["shopMoney"]["amount"])
        except (TypeError, KeyError, ValueError, InvalidOperation):
            raise ValidationError("Not an amount of money.") from None
        if not amount.is_finite():
            raise ValidationError("Not an amount of money.")
        return amount


class Below(Decoded[Any]):
    """What stands at a path below an object (``assignedLocation { location { id } }``); None where that is null."""

    def __init__(self, *path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._path = path

    def _decode(self, value: Any) -> Any:
        for name in self._path:
            if value is None:
                return None
            if not isinstance(value, Mapping) or name not in value:
                raise ValidationError(f"Has no {'.'.join(self._path)}.")
            value = value[name]
        return value


class TextBelow(Below):
    """A text at a path; never null."""

    def _decode(self, value: Any) -> str:
        found = super()._decode(value)
        if not isinstance(found, str):
            raise ValidationError(f"Has no {'.'.join(self._path)}.")
        return found


class Number(Text):
    """The number in a global id: what people see and type of lines and locations."""

    def _decode(self, value: Any) -> str:
        return number_of(super()._decode(value))


class NumberBelow(TextBelow):
    """The number in the global id at a path."""

    def _decode(self, value: Any) -> str:
        return number_of(super()._decode(value))


class Place(Decoded[str]):
    """The number of an assigned location; its name where the app may not read locations, or it is gone."""

    def _decode(self, value: Any) -> str:
        location_id = _LOCATION_ID.deserialize(value)
        return number_of(location_id) if location_id else str(value.get("name") or "")


def number_of(global_id: str) -> str:
    """``7`` for ``gid://shopify/Location/7``, and for ``7``."""
    return global_id.rpartition("/")[2]


_LOCATION_ID = Below("location", "id", allow_none=True)


class Nodes(fields.List[Any]):
    """The nodes of a connection."""

    def __init__(self, inner: type[Payload] | fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(fields.Nested(inner) if isinstance(inner, type) else inner, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if not isinstance(value, Mapping):
            raise ValidationError("Not a connection.")
        return super()._deserialize(value.get("nodes"), attr, data, **kwargs)


class GraphPayload(Payload):
    """Fields are named as Python does, and stand in an answer as GraphQL does (``updated_at``: ``updatedAt``)."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Called by marshmallow for each field."""
        first, *others = field_name.split("_")
        field_obj.data_key = first + "".join(map(str.capitalize, others))


class AddressPayload(GraphPayload):
    """A MailingAddress."""

    name = Text(load_default="", allow_none=True)
    company = Text(load_default="", allow_none=True)
    address1 = Text(load_default="", allow_none=True)
    address2 = Text(load_default="", allow_none=True)
    zip = Text(load_default="", allow_none=True)
    city = Text(load_default="", allow_none=True)
    province = Text(load_default="", allow_none=True)
    province_code = Text(load_default="", allow_none=True)
    country_code_v2 = Text(load_default="", allow_none=True)
    phone = Text(load_default="", allow_none=True)


class ShippingLinePayload(GraphPayload):
    """The method that the customer chose."""

    code = Text(load_default="", allow_none=True)
    title = Text(load_default="", allow_none=True)


class TaxLinePayload(GraphPayload):
    """One tax of a line."""

    price_set = ShopMoney(required=True)


class LinePayload(GraphPayload):
    """A LineItem. ``unfulfilledQuantity`` is what the store would still ship."""

    id = Number(required=True, validate=validate.Length(min=1))
    name = Text(load_default="", allow_none=True)
    sku = Text(load_default="", allow_none=True)
    quantity = Pieces(required=True)
    current_quantity = Pieces(required=True)
    unfulfilled_quantity = Pieces(required=True)
    requires_shipping = fields.Boolean(required=True)
    discounted_total_set = ShopMoney(load_default=None, allow_none=True)
    tax_lines = fields.List(fields.Nested(TaxLinePayload), load_default=list)


class PiecePayload(GraphPayload):
    """A FulfillmentOrderLineItem: so many pieces of a line."""

    id = Text(required=True)
    remaining_quantity = Pieces(required=True)
    line_item = NumberBelow("id", required=True)


class HoldPayload(GraphPayload):
    """Why a fulfillment order waits."""

    reason = Text(required=True)
    reason_notes = Text(load_default="", allow_none=True)


class FulfillmentOrderPayload(GraphPayload):
    """A FulfillmentOrder: goods of one order that one place has to ship."""

    id = Text(required=True)
    status = Text(required=True)
    supported_actions = fields.List(TextBelow("action"), load_default=list)
    fulfillment_holds = fields.List(fields.Nested(HoldPayload), load_default=list)
    delivery_method = Below("methodType", load_default=None, allow_none=True)
    assigned_location = Place(load_default="", allow_none=True)
    line_items = Nodes(PiecePayload, required=True)


class TrackingPayload(GraphPayload):
    """A tracking number."""

    company = Text(load_default="", allow_none=True)
    number = Text(load_default="", allow_none=True)
    url = Text(load_default="", allow_none=True)


class ShippedPayload(GraphPayload):
    """A FulfillmentLineItem."""

    quantity = Pieces(load_default=0, allow_none=True)
    line_item = NumberBelow("id", required=True)


class FulfillmentPayload(GraphPayload):
    """A Fulfillment: a shipment that the store holds."""

    id = Text(required=True)
    status = Text(required=True)
    created_at = Moment(load_default=None, allow_none=True)
    tracking_info = fields.List(fields.Nested(TrackingPayload), load_default=list)
    fulfillment_orders = Nodes(TextBelow("id"), load_default=list)
    fulfillment_line_items = Nodes(ShippedPayload, load_default=list)


class OrderPayload(GraphPayload):
    """An Order, as far as the fragment ``OrderFields`` asks for it."""

    id = Text(required=True, validate=validate.Length(min=1))
    name = Text(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    cancelled_at = Moment(load_default=None, allow_none=True)
    display_financial_status = Text(load_default="", allow_none=True)
    display_fulfillment_status = Text(required=True)
    currency_code = Text(required=True)
    taxes_included = fields.Boolean(load_default=True)
    note = Text(load_default="", allow_none=True)
    email = Text(load_default="", allow_none=True)
    phone = Text(load_default="", allow_none=True)
    source_name = Text(load_default="", allow_none=True)
    payment_gateway_names = fields.List(Text(), load_default=list)
    current_total_price_set = ShopMoney(required=True)
    total_outstanding_set = ShopMoney(required=True)
    shipping_line = fields.Nested(ShippingLinePayload, load_default=None, allow_none=True)
    shipping_address = fields.Nested(AddressPayload, load_default=None, allow_none=True)
    billing_address = fields.Nested(AddressPayload, load_default=None, allow_none=True)
    line_items = Nodes(LinePayload, required=True)
    fulfillment_orders = Nodes(FulfillmentOrderPayload, required=True)
    fulfillments = fields.List(fields.Nested(FulfillmentPayload), load_default=list)
