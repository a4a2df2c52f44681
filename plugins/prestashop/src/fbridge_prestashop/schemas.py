"""What the Webservice answers, decoded and checked by marshmallow: lean, for it runs once for every order.

Nearly all values are strings there; a text may be null or false, and a name a list with one entry a language.
Shapes: the resources of PrestaShop 8.2.1, with the fields that 1.7.1 has too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, validate

from fbridge.models.payloads import Decoded, Payload
from fbridge_prestashop.shop_time import parse

_T = TypeVar("_T")

_ORDER_FIELDS = (
    "id,reference,id_address_delivery,id_address_invoice,id_currency,id_customer,id_carrier,current_state,module,"
    "payment,total_paid,total_paid_real,date_add,date_upd"
)
DETAIL_FIELDS = (
    "[id,id_order,product_id,product_name,product_reference,product_quantity,product_quantity_refunded,"
    "product_weight,total_price_tax_incl,download_hash]"
)
ADDRESS_FIELDS = (
    "[id,firstname,lastname,company,address1,address2,postcode,city,id_state,id_country,phone,phone_mobile]"
)
CUSTOMER_FIELDS = "[id,email]"
"""Never all of them: they hold the hash of the password."""

STATE_FIELDS = "[id,name,shipped,paid,send_email,deleted,template]"
CARRIER_FIELDS = "[id,id_reference,name,url,active,deleted]"


def order_fields(version: str) -> str:
    """The fields of an order that this version has; an unknown field would be an error."""
    major = version.partition(".")[0]
    return f"[{_ORDER_FIELDS},note]" if major.isdigit() and int(major) >= 8 else f"[{_ORDER_FIELDS}]"  # noqa: PLR2004 - PrestaShop 8


class _Nullable(Decoded[_T]):
    """PHP puts null where it has nothing; that is as good as an empty text, but not where something must be."""

    def deserialize(  # type: ignore[override] # marshmallow has an overload for null
        self,
        value: Any,
        attr: str | None = None,
        data: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> _T | None:
        """As marshmallow does, with null as an empty text."""
        return super().deserialize("" if value is None and not self.required else value, attr, data, **kwargs)


class Text(_Nullable[str]):
    """A string; PHP puts null, false or a number where it has nothing or a figure."""

    def _decode(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if value is False:
            return ""
        if isinstance(value, int | float) and value is not True:
            return str(value)
        raise ValidationError("Not a text.")


class ShopTime(Decoded[datetime]):
    """A date of the shop as a naive time in its zone."""

    def _decode(self, value: Any) -> datetime:
        moment = parse(value)
        if moment is None:
            raise ValidationError("Not a date and time.")
        return moment


class Translated(_Nullable[str]):
    """A name: a plain text in a shop of one language, else a list with one entry a language, of which the first
    that says something is taken."""

    def _decode(self, value: Any) -> str:
        if isinstance(value, list):
            texts = [one.get("value") for one in value if isinstance(one, Mapping)]
            return next((text for text in texts if isinstance(text, str) and text), "")
        return value if isinstance(value, str) else ""


class Flag(_Nullable[bool]):
    """``"1"`` or ``"0"``; whatever else is no."""

    def _decode(self, value: Any) -> bool:
        return value in ("1", 1)


def _text() -> Text:
    return Text(load_default="")


def _id() -> Text:
    return Text(load_default="0")


def _flag() -> Flag:
    return Flag(load_default=False)


def _pieces(**options: Any) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=0), **options)


class OrderPayload(Payload):
    """An order, as far as :func:`order_fields` asks for it."""

    id = fields.Integer(required=True)
    reference = _text()
    id_address_delivery = _id()
    id_address_invoice = _id()
    id_currency = _id()
    id_customer = _id()
    id_carrier = _id()
    current_state = Text(required=True)
    module = _text()
    payment = _text()
    total_paid = fields.Decimal(required=True)
    total_paid_real = fields.Decimal(load_default=None, allow_none=True)
    date_add = ShopTime(required=True)
    date_upd = ShopTime(required=True)
    note = _text()


class DetailPayload(Payload):
    """A line of an order. ``product_quantity_refunded`` was taken back before it left."""

    id = fields.Integer(required=True)
    product_id = _id()
    product_name = _text()
    product_reference = _text()
    product_quantity = _pieces(required=True)
    product_quantity_refunded = _pieces(load_default=0, allow_none=True)
    product_weight = fields.Decimal(load_default=None, allow_none=True)
    total_price_tax_incl = fields.Decimal(load_default=None, allow_none=True)
    download_hash = _text()


class OrderCarrierPayload(Payload):
    """A row of ``order_carriers``: the one place for tracking."""

    id = Text(required=True)
    id_order = Text(required=True)
    id_carrier = _id()
    tracking_number = _text()
    date_add = _text()


class AddressPayload(Payload):
    """An address; its province and country are ids."""

    firstname = _text()
    lastname = _text()
    company = _text()
    address1 = _text()
    address2 = _text()
    postcode = _text()
    city = _text()
    id_state = _id()
    id_country = _id()
    phone = _text()
    phone_mobile = _text()


class StatePayload(Payload):
    """A state of orders, with what it means to PrestaShop."""

    id = Text(required=True)
    name = Translated(load_default="")
    template = Translated(load_default="")
    shipped = _flag()
    paid = _flag()
    send_email = _flag()
    deleted = _flag()


class CarrierPayload(Payload):
    """A carrier. An edit in the back office makes a new one with the same ``id_reference``."""

    id = Text(required=True)
    id_reference = _id()
    name = _text()
    url = _text()
    active = _flag()
    deleted = _flag()


class HistoryPayload(Payload):
    """An entry of the answer to ``POST /order_histories``."""

    id_order = Text(required=True)
    id_order_state = Text(required=True)
