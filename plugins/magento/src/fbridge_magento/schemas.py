"""What Magento answers: the fields that are asked for, and those without which nothing can be shipped.

Shapes: Adobe Commerce REST API, ``salesOrderRepositoryV1`` and ``salesShipmentRepositoryV1``, as observed on 2.4.7.
Null fields are left out there, and an empty list is null where ``fields`` was given. Times are UTC without a zone.
"""

from __future__ import annotations

from fbridge.adapterkit.needed import NarrowPayload, Needed, Payload, Rows, Told
from fbridge.adapterkit.payloads import count_if_told, identity, pieces, reference_if_told

_ADDRESS = (
    "firstname,middlename,lastname,company,street,postcode,city,region,region_code,country_id,telephone,email"
)

ORDER_FIELDS = (
    "items[entity_id,increment_id,store_id,state,status,is_virtual,created_at,updated_at,order_currency_code,"
    "grand_total,total_due,total_paid,customer_email,customer_note,shipping_description,"
    "items[item_id,parent_item_id,product_type,is_virtual,sku,name,qty_ordered,qty_shipped,qty_refunded,"
    "qty_canceled,row_total_incl_tax,discount_amount,weight],"
    f"billing_address[{_ADDRESS}],payment[method,amount_authorized,amount_canceled],status_histories[entity_id,comment,is_visible_on_front],"
    f"extension_attributes[shipping_assignments[shipping[address[{_ADDRESS}],method]],"
    "payment_additional_info[key,value]]],total_count"
)
"""The value of ``fields``: an order as a whole repeats each line up to four times."""

SHIPMENT_FIELDS = (
    "items[entity_id,order_id,created_at,email_sent,items[order_item_id,qty],"
    "tracks[entity_id,track_number,title,carrier_code],comments[comment],extension_attributes[source_code]],"
    "total_count"
)


class ItemPayload(Payload):
    """One of an order's ``items``; the parts of a configurable or a bundle name their parent."""

    item_id = Needed(identity)
    parent_item_id = Told(reference_if_told)
    qty_ordered = Needed(pieces)
    qty_shipped = Told(count_if_told)
    qty_refunded = Told(count_if_told)
    qty_canceled = Told(count_if_told)


class ShipmentItemPayload(NarrowPayload):
    """One of a shipment's ``items``."""

    order_item_id = Needed(identity)
    qty = Told(count_if_told)


class ShipmentPayload(Payload):
    """A shipment, as far as :data:`SHIPMENT_FIELDS` asks for it."""

    entity_id = Needed(identity)
    items = Rows(ShipmentItemPayload)


class OrderPayload(Payload):
    """An order, as far as :data:`ORDER_FIELDS` asks for it, with its shipments, which are a resource of their own."""

    entity_id = Needed(identity)
    items = Rows(ItemPayload, key="item_id")
    shipments = Rows(ShipmentPayload)
