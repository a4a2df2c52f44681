"""Fulfillment orders and fulfillments as objects of the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fbridge_shopify.sandbox.connections import View, connection
from fbridge_shopify.sandbox.dates import iso
from fbridge_shopify.sandbox.gids import gid
from fbridge_shopify.sandbox.line_views import line_view, variant_view
from fbridge_shopify.sandbox.location_views import location_view
from fbridge_shopify.sandbox.money import amount, bag
from fbridge_shopify.sandbox.records import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Location,
    Order,
)
from fbridge_shopify.sandbox.viewer import Viewer

HOLD_REASONS = {
    "AWAITING_PAYMENT": "Awaiting payment",
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
    "UNKNOWN_DELIVERY_DATE": "Unknown delivery date",
    "AWAITING_RETURN_ITEMS": "Awaiting return items",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": "Online store post-purchase cross-sell",
    "OTHER": "Other",
}


def order_of(viewer: Viewer, order: Order) -> View:
    """The order above (the views of orders need this module, not the other way round)."""
    from fbridge_shopify.sandbox.order_views import order_view

    return order_view(viewer, order)


def supported_actions(order: Order, one: FulfillmentOrder, managed: str) -> list[str]:
    """What may be done with it now, in Shopify's order."""
    if one.status == "ON_HOLD":
        return ["RELEASE_HOLD", "HOLD", "MOVE"]
    if one.status == "IN_PROGRESS":
        return ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"]
    if one.status == "SCHEDULED":
        return ["MARK_AS_OPEN", "MOVE"]
    if one.status not in {"OPEN", "INCOMPLETE"}:
        return []
    several = one.remaining > 1
    if managed != "merchant_managed":
        return ["REQUEST_FULFILLMENT", "CREATE_FULFILLMENT", "HOLD", *(["SPLIT"] if several else []), "MOVE"]
    like = [
        other
        for other in order.fulfillment_orders
        if other.status == "OPEN" and other.location_id == one.location_id and other.method == one.method
    ]
    return [
        *("CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD"),
        *(["SPLIT"] if several else []),
        *(["MERGE"] if len(like) > 1 else []),
    ]


def fulfillment_order_view(viewer: Viewer, order: Order, one: FulfillmentOrder) -> View:
    """A ``FulfillmentOrder``."""
    location = viewer.shop.locations[one.location_id]
    return {
        "__typename": "FulfillmentOrder",
        "id": gid("FulfillmentOrder", one.id),
        "status": one.status,
        "requestStatus": one.request_status,
        "createdAt": iso(one.created),
        "updatedAt": iso(one.updated),
        "fulfillAt": iso(one.created if one.fulfill_at is None else one.fulfill_at),
        "fulfillBy": None,
        "orderId": gid("Order", order.id),
        "orderName": order.name,
        "orderProcessedAt": iso(order.created),
        "order": lambda _info: order_of(viewer, order),
        "assignedLocation": {
            "name": location.name,
            "city": location.city,
            "countryCode": location.country,
            "location": location_view(location),
        },
        "deliveryMethod": {
            "__typename": "DeliveryMethod",
            "id": gid("DeliveryMethod", one.id),
            "methodType": one.method,
            "presentedName": order.shipping_title,
            "serviceCode": order.shipping_code,
        },
        "destination": {
            "__typename": "FulfillmentOrderDestination",
            "id": gid("FulfillmentOrderDestination", one.id),
            "email": order.email,
            **(order.address or {}),
        },
        "fulfillmentHolds": lambda _info: [hold_view(hold) for hold in one.holds],
        "supportedActions": lambda _info: [
            {"action": action, "externalUrl": None}
            for action in supported_actions(order, one, location.managed)
            if viewer.knows("FulfillmentOrderAction", action)
        ],
        **_lists(viewer, order, one),
    }


def _lists(viewer: Viewer, order: Order, one: FulfillmentOrder) -> View:
    return {
        "lineItems": lambda _info, **args: connection(
            one.lines, lambda line: line.id, lambda line: _fulfillment_order_line(viewer, order, line), **args
        ),
        "fulfillments": lambda _info, **args: connection(
            [made for made in order.fulfillments if one.id in made.fulfillment_order_ids],
            lambda made: made.id,
            lambda made: fulfillment_view(viewer, order, made),
            **args,
        ),
        "merchantRequests": _no_nodes,
        "fulfillmentOrdersForMerge": _no_nodes,
        "locationsForMove": _no_nodes,
    }


def _no_nodes(_info: Any, **args: Any) -> View:
    nothing: list[View] = []
    return connection(nothing, lambda _: 0, lambda view: view, **args)


def hold_view(hold: Hold) -> View:
    """A ``FulfillmentHold``."""
    return {
        "__typename": "FulfillmentHold",
        "id": gid("FulfillmentHold", hold.id),
        "reason": hold.reason,
        "reasonNotes": hold.notes,
        "displayReason": HOLD_REASONS[hold.reason],
        "handle": hold.handle,
        "heldByRequestingApp": hold.by_this_app,
        "heldByApp": None,
    }


def _fulfillment_order_line(viewer: Viewer, order: Order, given: FulfillmentOrderLine) -> View:
    line, currency = order.line(given.line_id), viewer.shop.settings.currency
    return {
        "__typename": "FulfillmentOrderLineItem",
        "id": gid("FulfillmentOrderLineItem", given.id),
        "totalQuantity": given.total,
        "remainingQuantity": given.remaining,
        "requiresShipping": line.requires_shipping,
        "productTitle": line.title,
        "variantTitle": line.variant_title,
        "sku": line.sku,
        "vendor": "fbridge",
        "inventoryItemId": gid("InventoryItem", line.product_id * 10),
        "weight": {"unit": "GRAMS", "value": line.grams},
        "lineItem": lambda _info: line_view(order, line, currency),
        "variant": lambda _info: variant_view(line),
        "originalUnitPriceSet": bag(line.price, currency),
        "financialSummaries": lambda _info: [
            {
                "quantity": given.total,
                "originalUnitPriceSet": bag(line.price, currency),
                "approximateDiscountedUnitPriceSet": bag(line.price, currency),
            }
        ],
        "warnings": [],
    }


def fulfillment_view(viewer: Viewer, order: Order, made: Fulfillment) -> View:
    """A ``Fulfillment``."""
    shown = [
        one for one in order.fulfillment_orders if one.id in made.fulfillment_order_ids and viewer.sees(one)
    ]
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", made.id),
        "legacyResourceId": str(made.id),
        "name": made.name,
        "status": made.status,
        "displayStatus": made.display_status,
        "createdAt": iso(made.created),
        "updatedAt": iso(made.updated),
        "deliveredAt": _event_time(made, "DELIVERED"),
        "inTransitAt": _event_time(made, "IN_TRANSIT"),
        "estimatedDeliveryAt": None,
        "requiresShipping": any(order.line(line.line_id).requires_shipping for line in made.lines),
        "totalQuantity": sum(line.quantity for line in made.lines),
        "trackingInfo": lambda _info, first=None: [
            {"company": one.company, "number": one.number, "url": one.url} for one in made.tracking[:first]
        ],
        "location": location_view(viewer.shop.locations[made.location_id]),
        "originAddress": None,
        "service": _service(viewer.shop.locations[made.location_id]),
        "order": lambda _info: order_of(viewer, order),
        "fulfillmentLineItems": lambda _info, **args: connection(
            made.lines, lambda line: line.id, lambda line: _fulfillment_line(viewer, order, line), **args
        ),
        "fulfillmentOrders": lambda _info, **args: connection(
            shown, lambda one: one.id, lambda one: fulfillment_order_view(viewer, order, one), **args
        ),
    }


def _service(location: Location) -> View:
    own = location.managed == "merchant_managed"
    name = "Manual" if own else location.name
    return {
        "id": gid("FulfillmentService", name.lower()),
        "handle": name.lower().replace(" ", "-"),
        "serviceName": name,
        "type": "MANUAL" if own else "THIRD_PARTY",
        "inventoryManagement": not own,
        "requiresShippingMethod": True,
        "trackingSupport": not own,
        "fulfillmentOrdersOptIn": True,
    }


def _event_time(made: Fulfillment, status: str) -> Any:
    return next((event["happenedAt"] for event in made.events if event["status"] == status), None)


def _fulfillment_line(viewer: Viewer, order: Order, given: FulfillmentLine) -> View:
    line, currency = order.line(given.line_id), viewer.shop.settings.currency
    unit = line.total / line.quantity if line.quantity else Decimal(0)
    return {
        "__typename": "FulfillmentLineItem",
        "id": gid("FulfillmentLineItem", given.id),
        "quantity": given.quantity,
        "lineItem": lambda _info: line_view(order, line, currency),
        "originalTotalSet": bag(line.price * given.quantity, currency),
        "discountedTotalSet": bag(unit * given.quantity, currency),
        "originalTotal": amount(line.price * given.quantity),
        "discountedTotal": amount(unit * given.quantity),
    }
