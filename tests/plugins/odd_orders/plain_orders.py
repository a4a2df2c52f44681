"""A healthy order of each platform (paid, one line, two pieces), to be bent, and how its adapter reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.states import Delivery, OrderStatus, PaymentKind
from fbridge_magento import mapping as magento
from fbridge_prestashop import mapping as prestashop
from fbridge_prestashop.settings import PrestaShopSettings
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_facts import ShopCarrier, ShopFacts, State
from fbridge_shopify import mapping as shopify
from fbridge_woocommerce import mapping as woocommerce

Json = dict[str, Any]
Read = Order | RejectedOrder

_WOO_ADDRESS = {
    "first_name": "Ada",
    "last_name": "Esempio",
    "company": "",
    "address_1": "Via Prova 1",
    "address_2": "",
    "city": "Milano",
    "state": "MI",
    "postcode": "20100",
    "country": "IT",
    "phone": "+39 02 0000001",
}
WOOCOMMERCE: Json = {
    "id": 31,
    "parent_id": 0,
    "number": "31",
    "status": "processing",
    "currency": "EUR",
    "total": "25.00",
    "date_created_gmt": "2026-11-20T09:00:00",
    "date_modified_gmt": "2026-11-20T10:00:00",
    "date_paid_gmt": "2026-11-20T09:01:00",
    "payment_method": "paypal",
    "payment_method_title": "PayPal",
    "created_via": "checkout",
    "customer_note": "",
    "billing": _WOO_ADDRESS | {"email": "ada@example.invalid"},
    "shipping": _WOO_ADDRESS,
    "line_items": [
        {
            "id": 7,
            "name": "Mug",
            "sku": "MUG",
            "quantity": 2,
            "total": "16.39",
            "total_tax": "3.61",
            "meta_data": [],
        }
    ],
    "shipping_lines": [{"method_id": "flat_rate", "instance_id": "1", "method_title": "Courier"}],
    "refunds": [],
    "meta_data": [{"id": 21, "key": "size", "value": "S"}],
}

_PS_ADDRESS = {
    "id": "5",
    "firstname": "Ada",
    "lastname": "Esempio",
    "company": "",
    "address1": "Via Prova 1",
    "address2": "",
    "postcode": "20100",
    "city": "Milano",
    "id_state": "152",
    "id_country": "10",
    "phone": "+39 02 0000001",
    "phone_mobile": "",
}
PRESTASHOP: Json = {
    "order": {
        "id": 311,
        "reference": "FWVFFXULB",
        "id_address_delivery": "5",
        "id_address_invoice": "5",
        "id_currency": "1",
        "id_customer": "9",
        "id_carrier": "6",
        "current_state": "2",
        "module": "ps_wirepayment",
        "payment": "Bonifico",
        "total_paid": "25.000000",
        "total_paid_real": "25.000000",
        "date_add": "2026-11-20 09:00:00",
        "date_upd": "2026-11-20 10:00:00",
        "note": "",
    },
    "order_details": [
        {
            "id": 41,
            "id_order": "311",
            "product_id": "3",
            "product_name": "Mug",
            "product_reference": "MUG",
            "product_quantity": "2",
            "product_quantity_refunded": "0",
            "product_weight": "0.400000",
            "total_price_tax_incl": "20.000000",
            "download_hash": "",
        }
    ],
    "order_carriers": [
        {
            "id": 51,
            "id_order": "311",
            "id_carrier": "6",
            "tracking_number": "",
            "date_add": "2026-11-20 09:00:00",
        }
    ],
    "address": _PS_ADDRESS,
}
_PS_SHOP = Shop(
    PrestaShopSettings().load({"api_key": "K", "timezone": "Europe/Rome"}),
    ShopFacts(
        states=(
            State(id="2", name="Payment accepted", paid=True),
            State(id="4", name="Shipped", shipped=True),
        ),
        carriers=(ShopCarrier(id="6", reference="6", name="BRT"),),
        currencies={"1": "EUR"},
        countries={"10": "IT"},
        provinces={"152": "MI"},
    ),
)

_MAGENTO_ADDRESS = {
    "firstname": "Ada",
    "lastname": "Esempio",
    "street": ["Via Prova 1"],
    "postcode": "20100",
    "city": "Milano",
    "region": "Milano",
    "region_code": "MI",
    "country_id": "IT",
    "telephone": "+39 02 0000001",
    "email": "ada@example.invalid",
}
MAGENTO: Json = {
    "entity_id": 4,
    "increment_id": "000000004",
    "store_id": 1,
    "state": "processing",
    "status": "processing",
    "is_virtual": 0,
    "created_at": "2026-11-20 09:00:00",
    "updated_at": "2026-11-20 10:00:00",
    "order_currency_code": "EUR",
    "grand_total": 25,
    "total_due": 0,
    "total_paid": 25,
    "customer_email": "ada@example.invalid",
    "customer_note": "",
    "shipping_description": "Courier",
    "items": [
        {
            "item_id": 11,
            "product_type": "simple",
            "is_virtual": 0,
            "sku": "MUG",
            "name": "Mug",
            "qty_ordered": 2,
            "qty_shipped": 0,
            "qty_refunded": 0,
            "qty_canceled": 0,
            "row_total_incl_tax": 20,
            "discount_amount": 0,
            "weight": 0.4,
        }
    ],
    "billing_address": _MAGENTO_ADDRESS,
    "payment": {"method": "checkmo"},
    "status_histories": [{"entity_id": 1, "comment": "hello", "is_visible_on_front": 1}],
    "extension_attributes": {
        "shipping_assignments": [{"shipping": {"address": _MAGENTO_ADDRESS, "method": "flatrate_flatrate"}}],
        "payment_additional_info": [{"key": "method_title", "value": "Cheque"}],
    },
}

_SHOPIFY_ADDRESS = {
    "name": "Ada Esempio",
    "company": None,
    "address1": "Via Prova 1",
    "address2": None,
    "zip": "20100",
    "city": "Milano",
    "province": "Milano",
    "provinceCode": "MI",
    "countryCodeV2": "IT",
    "phone": "+39 02 0000001",
}
SHOPIFY: Json = {
    "id": "gid://shopify/Order/1",
    "name": "#1001",
    "createdAt": "2026-11-20T09:00:00Z",
    "updatedAt": "2026-11-20T10:00:00Z",
    "cancelledAt": None,
    "displayFinancialStatus": "PAID",
    "displayFulfillmentStatus": "UNFULFILLED",
    "presentmentCurrencyCode": "EUR",
    "taxesIncluded": True,
    "note": "",
    "email": "ada@example.invalid",
    "phone": None,
    "sourceName": "web",
    "paymentGatewayNames": ["shopify_payments"],
    "currentTotalPriceSet": {"presentmentMoney": {"amount": "25.0"}},
    "totalOutstandingSet": {"presentmentMoney": {"amount": "0.0"}},
    "shippingLine": {"code": "Express", "title": "Courier"},
    "shippingAddress": _SHOPIFY_ADDRESS,
    "billingAddress": _SHOPIFY_ADDRESS,
    "lineItems": {
        "nodes": [
            {
                "id": "gid://shopify/LineItem/11",
                "name": "Mug",
                "sku": "MUG",
                "quantity": 2,
                "currentQuantity": 2,
                "unfulfilledQuantity": 2,
                "requiresShipping": True,
                "discountedTotalSet": {"presentmentMoney": {"amount": "20.0"}},
                "taxLines": [{"priceSet": {"presentmentMoney": {"amount": "3.61"}}}],
            }
        ]
    },
    "fulfillmentOrders": {
        "nodes": [
            {
                "id": "gid://shopify/FulfillmentOrder/21",
                "status": "OPEN",
                "supportedActions": [{"action": "CREATE_FULFILLMENT"}],
                "fulfillmentHolds": [],
                "deliveryMethod": {"methodType": "SHIPPING"},
                "assignedLocation": {"name": "Milano", "location": {"id": "gid://shopify/Location/31"}},
                "lineItems": {
                    "nodes": [
                        {
                            "id": "gid://shopify/FulfillmentOrderLineItem/41",
                            "remainingQuantity": 2,
                            "lineItem": {"id": "gid://shopify/LineItem/11"},
                        }
                    ]
                },
            }
        ]
    },
    "fulfillments": [],
}


MORE: Mapping[str, Json] = {
    "woocommerce": {
        "meta_data": [
            {
                "id": 22,
                "key": "_wc_shipment_tracking_items",
                "value": [
                    {"tracking_provider": "brt", "tracking_number": "X1", "tracking_id": "0123456789abcdef"},
                ],
            }
        ],
        "refunds": [{"id": 40, "total": "-8.00"}],
        "refunds read": [
            {
                "id": 40,
                "line_items": [
                    {"id": 41, "quantity": -1, "meta_data": [{"key": "_refunded_item_id", "value": "7"}]}
                ],
            }
        ],
        "fulfillments read": [
            {
                "id": 5,
                "status": "fulfilled",
                "meta_data": [
                    {"key": "_items", "value": [{"item_id": 7, "qty": 1}]},
                    {"key": "_tracking_number", "value": "N1"},
                    {"key": "_shipment_provider", "value": "brt"},
                    {"key": "_fbridge_shipment", "value": "x"},
                ],
            }
        ],
    },
    "prestashop": {
        "payments read": [{"id": 1, "amount": "25.0", "payment_method": "Bonifico", "transaction_id": ""}]
    },
    "magento": {
        "items": [
            {"item_id": 10, "product_type": "bundle", "sku": "B", "qty_ordered": 2, "is_virtual": 0},
            {"item_id": 11, "parent_item_id": 10, "product_type": "simple", "sku": "C", "qty_ordered": 2},
        ]
    },
    "shopify": {
        "fulfillments": [
            {
                "id": "gid://shopify/Fulfillment/5",
                "status": "SUCCESS",
                "createdAt": "2026-11-20T10:00:00Z",
                "service": {"serviceName": "Manual", "type": "MANUAL"},
                "trackingInfo": [{"company": "BRT", "number": "X", "url": None}],
                "fulfillmentOrders": {"nodes": [{"id": "gid://shopify/FulfillmentOrder/20"}]},
                "fulfillmentLineItems": {
                    "nodes": [{"quantity": 1, "lineItem": {"id": "gid://shopify/LineItem/11"}}]
                },
            }
        ]
    },
}
"""What a store may show of an order beside that: refunds, shipments, payments, bundles."""


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform: its healthy order, how that is read, and the fields without which nothing can be shipped."""

    order: Json
    read: Callable[[Json], Read]
    needed: frozenset[str]

    def plain(self) -> Json:
        """A copy to bend."""
        return deepcopy(self.order)


def _read_woocommerce(order: Json) -> Read:
    beside = order if isinstance(order, dict) else {}
    refunds, fulfillments = beside.pop("refunds read", None), beside.pop("fulfillments read", None)
    return woocommerce.order_from(
        woocommerce.RawOrder(order=order, refunds=refunds, fulfillments=fulfillments)
    )


def _read_prestashop(parts: Json) -> Read:
    address: Any = parts.get("address")
    raw = prestashop.RawOrder(
        order=parts.get("order"),  # type: ignore[arg-type]
        details=parts.get("order_details"),  # type: ignore[arg-type] # what a store may send
        carriers=parts.get("order_carriers"),  # type: ignore[arg-type]
        ship_to=address,
        bill_to=address,
        payments=parts.get("payments read", ()),
    )
    return prestashop.order_from(raw, _PS_SHOP)


def _read_magento(order: Json) -> Read:
    return magento.order_from(magento.RawOrder(order=order), magento.Rules(weight_units={"1": "kgs"}))


def _read_shopify(order: Json) -> Read:
    return shopify.order_from(shopify.RawOrder(order=order))


PLATFORMS: Mapping[str, Platform] = {
    "woocommerce": Platform(
        WOOCOMMERCE, _read_woocommerce, frozenset({"id", "line_items.0.id", "line_items.0.quantity"})
    ),
    "prestashop": Platform(
        PRESTASHOP,
        _read_prestashop,
        frozenset(
            {
                "order.id",
                "order_details.0.id",
                "order_details.0.product_quantity",
                "order_details.0.product_quantity_refunded",
            }
        ),
    ),
    "magento": Platform(
        MAGENTO,
        _read_magento,
        frozenset(
            {
                "entity_id",
                "items.0.item_id",
                "items.0.qty_ordered",
                "items.0.qty_shipped",
                "items.0.qty_refunded",
                "items.0.qty_canceled",
            }
        ),
    ),
    "shopify": Platform(
        SHOPIFY,
        _read_shopify,
        frozenset(
            {
                "id",
                "lineItems.nodes.0.id",
                "lineItems.nodes.0.quantity",
                "lineItems.nodes.0.currentQuantity",
                "lineItems.nodes.0.unfulfilledQuantity",
                "fulfillments",
                "fulfillmentOrders.nodes.0.id",
                "fulfillmentOrders.nodes.0.status",
                "fulfillmentOrders.nodes.0.lineItems.nodes.0.id",
                "fulfillmentOrders.nodes.0.lineItems.nodes.0.remainingQuantity",
                "fulfillmentOrders.nodes.0.lineItems.nodes.0.lineItem.id",
            }
        ),
    ),
}


def is_ready(order: Read) -> bool:
    """What ``orders list --ready`` would show: the rule of ``orders.filters``, for one order in the hand."""
    return (
        isinstance(order, Order)
        and order.status is OrderStatus.OPEN
        and order.payment.kind is not PaymentKind.UNPAID
        and order.delivery is Delivery.SHIP
        and not order.doubts
        and any(line.remaining - line.held > 0 for line in order.lines)
    )
