"""What the Webservice answers: the fields that are asked for, and those without which nothing can be shipped.

Nearly all values are strings there; a text may be null or false, and a name a list with one entry a language.
Shapes: the resources of PrestaShop 8.2.1, with the fields that 1.7.1 has too.
"""

from __future__ import annotations

from collections.abc import Mapping

from fbridge.adapterkit.needed import NarrowPayload, Needed, Payload, Rows, Told
from fbridge.adapterkit.payloads import count_if_told, flag, identity, pieces, reference, text, words
from fbridge.models.field_paths import steps_of

_ORDER_FIELDS = (
    "id,id_shop,id_shop_group,reference,id_address_delivery,id_address_invoice,id_currency,id_customer,id_carrier,current_state,module,"
    "payment,total_paid,total_paid_real,invoice_date,date_add,date_upd"
)
DETAIL_FIELDS = (
    "[id,id_order,product_id,product_name,product_reference,product_quantity,product_quantity_refunded,"
    "product_weight,total_price_tax_incl,download_hash]"
)
ADDRESS_FIELDS = (
    "[id,firstname,lastname,company,address1,address2,other,postcode,city,id_state,id_country,"
    "phone,phone_mobile]"
)
CUSTOMER_FIELDS = "[id,email]"
"""Never all of them: they hold the hash of the password."""

PAYMENT_FIELDS = "[id,order_reference,amount,payment_method,transaction_id,date_add]"
HISTORY_FIELDS = "[id,id_order,id_order_state]"
STATE_FIELDS = "[id,name,shipped,paid,logable,send_email,deleted,template,unremovable,module_name]"
CARRIER_FIELDS = "[id,id_reference,name,url,active,deleted]"


def order_fields(version: str) -> str:
    """The fields of an order that this version has; an unknown field would be an error."""
    major = version.partition(".")[0]
    return f"[{_ORDER_FIELDS},note]" if major.isdigit() and int(major) >= 8 else f"[{_ORDER_FIELDS}]"  # noqa: PLR2004 - PrestaShop 8


DELIVERY, INVOICE, CUSTOMER = "delivery", "invoice", "customer"
"""What stands beside an order, as an extra field may begin: ``invoice.vat_number``."""


def with_extra_fields(fields: str, asked: Mapping[str, str], *of: str) -> str:
    """A list of fields, with those of the order itself, or of what stands beside it, that the user wants too."""
    ways = [steps_of(path) for path in asked.values()]
    if of:
        names = [way[1] for way in ways if way[0] in of and len(way) > 1]
    else:
        names = [way[0] for way in ways if way[0] not in (DELIVERY, INVOICE, CUSTOMER)]
    known = fields.strip("[]").split(",")
    return f"[{','.join(dict.fromkeys([*known, *names]))}]"


class DetailPayload(Payload):
    """A line of an order. ``product_quantity_refunded`` was taken back before it left."""

    id = Needed(identity)
    product_quantity = Needed(pieces)
    product_quantity_refunded = Told(count_if_told)


class OrderPayload(Payload):
    """An order, as far as :func:`order_fields` asks for it, with its lines, which are a resource of their own."""

    id = Needed(identity)
    order_details = Rows(DetailPayload, key="id")


class OrderCarrierPayload(NarrowPayload):
    """A row of ``order_carriers`` as a write answers it: the one place for tracking."""

    id = Needed(identity)
    id_carrier = Told(reference)
    tracking_number = Told(text)


class StatePayload(NarrowPayload):
    """A state of orders, with what it means to PrestaShop."""

    id = Needed(identity)
    name = Told(words)
    template = Told(text)
    shipped = Told(flag)
    paid = Told(flag)
    logable = Told(flag)
    unremovable = Told(flag)
    module_name = Told(text)
    send_email = Told(flag)
    deleted = Told(flag)


class CarrierPayload(NarrowPayload):
    """A carrier. An edit in the back office makes a new one with the same ``id_reference``."""

    id = Needed(identity)
    id_reference = Told(reference)
    name = Told(words)
    url = Told(text)
    active = Told(flag)
    deleted = Told(flag)


class HistoryPayload(NarrowPayload):
    """An entry of the answer to ``POST /order_histories``."""

    id_order = Needed(identity)
    id_order_state = Needed(identity)
