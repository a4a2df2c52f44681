"""What Magento answers, decoded and checked by marshmallow: lean, for it runs once for every order.

Shapes: Adobe Commerce REST API, ``salesOrderRepositoryV1`` and ``salesShipmentRepositoryV1``, as observed on 2.4.7.
Null fields are left out there, and an empty list is null where ``fields`` was given. Times are UTC without a zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields

from fbridge.models.payloads import Decoded, Payload, Text
from fbridge_magento.store_time import parse

_ADDRESS = (
    "firstname,middlename,lastname,company,street,postcode,city,region,region_code,country_id,telephone,email"
)

ORDER_FIELDS = (
    "items[entity_id,increment_id,store_id,state,status,is_virtual,created_at,updated_at,order_currency_code,"
    "grand_total,total_due,total_paid,customer_email,customer_note,shipping_description,"
    "items[item_id,parent_item_id,product_type,is_virtual,sku,name,qty_ordered,qty_shipped,qty_refunded,"
    "qty_canceled,row_total_incl_tax,discount_amount,weight],"
    f"billing_address[{_ADDRESS}],payment[method],status_histories[entity_id,comment,is_visible_on_front],"
    f"extension_attributes[shipping_assignments[shipping[address[{_ADDRESS}],method]],"
    "payment_additional_info[key,value]]],total_count"
)
"""The value of ``fields``: an order as a whole repeats each line up to four times."""

SHIPMENT_FIELDS = (
    "items[entity_id,order_id,created_at,email_sent,items[order_item_id,qty],"
    "tracks[entity_id,track_number,title,carrier_code],comments[comment],extension_attributes[source_code]],"
    "total_count"
)


class UtcTime(Decoded[datetime]):
    """``2026-11-23 01:03:37`` as aware UTC."""

    def _decode(self, value: Any) -> datetime:
        moment = parse(value)
        if moment is None:
            raise ValidationError("Not a date and time.")
        return moment


class Quantity(Decoded[Decimal]):
    """Pieces: a whole number or one with a fraction, older versions as text (``2.0000``); null is none."""

    def _decode(self, value: Any) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < 0:
            raise ValidationError("Not a quantity.")
        return number


class Flag(Decoded[bool]):
    """0 or 1, older versions as text."""

    def _decode(self, value: Any) -> bool:
        return value in (1, "1", True)


class Part(fields.Nested):
    """An object, or None; where ``fields`` leaves nothing of an object, PHP writes it as an empty list."""

    def __init__(self, payload: type[Payload]) -> None:
        super().__init__(payload, load_default=None, allow_none=True)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """See :meth:`marshmallow.fields.Field.deserialize`."""
        return super().deserialize(None if value == [] else value, attr, data, **kwargs)


class Entries(fields.List[Any]):
    """A list of objects, which is null where it is empty."""

    def __init__(self, payload: type[Payload], **options: Any) -> None:
        super().__init__(Part(payload), **options)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """See :meth:`marshmallow.fields.Field.deserialize`."""
        return super().deserialize([] if value is None else value, attr, data, **kwargs)


class AddressPayload(Payload):
    """``billing_address``, or the address of a shipping assignment."""

    firstname = Text(load_default="", allow_none=True)
    middlename = Text(load_default="", allow_none=True)
    lastname = Text(load_default="", allow_none=True)
    company = Text(load_default="", allow_none=True)
    street = fields.List(Text(allow_none=True), load_default=list, allow_none=True)
    postcode = Text(load_default="", allow_none=True)
    city = Text(load_default="", allow_none=True)
    region = Text(load_default="", allow_none=True)
    region_code = Text(load_default="", allow_none=True)
    country_id = Text(load_default="", allow_none=True)
    telephone = Text(load_default="", allow_none=True)
    email = Text(load_default="", allow_none=True)


class ItemPayload(Payload):
    """One of an order's ``items``; the parts of a configurable or a bundle name their parent."""

    item_id = fields.Integer(required=True)
    parent_item_id = fields.Integer(load_default=None, allow_none=True)
    product_type = Text(load_default="simple", allow_none=True)
    is_virtual = Flag(load_default=False, allow_none=True)
    sku = Text(load_default="", allow_none=True)
    name = Text(load_default="", allow_none=True)
    qty_ordered = Quantity(required=True)
    qty_shipped = Quantity(load_default=Decimal(0), allow_none=True)
    qty_refunded = Quantity(load_default=Decimal(0), allow_none=True)
    qty_canceled = Quantity(load_default=Decimal(0), allow_none=True)
    row_total_incl_tax = fields.Decimal(load_default=None, allow_none=True)
    discount_amount = fields.Decimal(load_default=None, allow_none=True)
    weight = fields.Decimal(load_default=None, allow_none=True)


class PaymentPayload(Payload):
    """``payment``, as far as it is asked for: the rest may hold personal data."""

    method = Text(load_default="", allow_none=True)


class HistoryPayload(Payload):
    """One of ``status_histories``."""

    entity_id = fields.Integer(load_default=0, allow_none=True)
    comment = Text(load_default="", allow_none=True)
    is_visible_on_front = Flag(load_default=False, allow_none=True)


class ShippingPayload(Payload):
    """``shipping`` of an assignment; without address and method where nothing is shipped."""

    address = Part(AddressPayload)
    method = Text(load_default="", allow_none=True)


class AssignmentPayload(Payload):
    """One of ``shipping_assignments``; stock Magento has one an order."""

    shipping = Part(ShippingPayload)


class PaymentInfoPayload(Payload):
    """A word about the payment; ``method_title`` is the one that is wanted."""

    key = Text(load_default="", allow_none=True)
    value = fields.Raw(load_default="", allow_none=True)


class ExtensionPayload(Payload):
    """``extension_attributes`` of an order."""

    shipping_assignments = Entries(AssignmentPayload, load_default=list)
    payment_additional_info = Entries(PaymentInfoPayload, load_default=list)


class OrderPayload(Payload):
    """An order, as far as :data:`ORDER_FIELDS` asks for it. Without its lines it would count as shipped."""

    entity_id = fields.Integer(required=True)
    increment_id = Text(load_default="", allow_none=True)
    store_id = fields.Integer(load_default=0, allow_none=True)
    state = Text(required=True)
    status = Text(load_default="", allow_none=True)
    is_virtual = Flag(load_default=False, allow_none=True)
    created_at = UtcTime(required=True)
    updated_at = UtcTime(required=True)
    order_currency_code = Text(required=True)
    grand_total = fields.Decimal(required=True)
    total_due = fields.Decimal(load_default=None, allow_none=True)
    total_paid = fields.Decimal(load_default=None, allow_none=True)
    customer_email = Text(load_default="", allow_none=True)
    customer_note = Text(load_default="", allow_none=True)
    shipping_description = Text(load_default="", allow_none=True)
    items = Entries(ItemPayload, required=True)
    billing_address = Part(AddressPayload)
    payment = Part(PaymentPayload)
    status_histories = Entries(HistoryPayload, load_default=list)
    extension_attributes = Part(ExtensionPayload)


class ShipmentItemPayload(Payload):
    """One of a shipment's ``items``."""

    order_item_id = fields.Integer(required=True)
    qty = Quantity(load_default=Decimal(0), allow_none=True)


class TrackPayload(Payload):
    """One of a shipment's ``tracks``."""

    entity_id = fields.Integer(required=True)
    track_number = Text(load_default="", allow_none=True)
    title = Text(load_default="", allow_none=True)
    carrier_code = Text(load_default="", allow_none=True)


class CommentPayload(Payload):
    """One of a shipment's ``comments``."""

    comment = Text(load_default="", allow_none=True)


class ShipmentExtensionPayload(Payload):
    """``extension_attributes`` of a shipment; ``source_code`` with multi-source inventory only."""

    source_code = Text(load_default=None, allow_none=True)


class ShipmentPayload(Payload):
    """A shipment, as far as :data:`SHIPMENT_FIELDS` asks for it."""

    entity_id = fields.Integer(required=True)
    order_id = fields.Integer(required=True)
    created_at = UtcTime(load_default=None, allow_none=True)
    email_sent = Flag(load_default=False, allow_none=True)
    items = Entries(ShipmentItemPayload, load_default=list)
    tracks = Entries(TrackPayload, load_default=list)
    comments = Entries(CommentPayload, load_default=list)
    extension_attributes = Part(ShipmentExtensionPayload)
