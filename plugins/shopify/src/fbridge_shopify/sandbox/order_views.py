"""Orders, their lines and customers as objects of the API."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from fbridge_shopify.sandbox.connections import View, connection
from fbridge_shopify.sandbox.dates import iso
from fbridge_shopify.sandbox.errors import broken_root
from fbridge_shopify.sandbox.fulfillment_views import fulfillment_order_view, fulfillment_view
from fbridge_shopify.sandbox.gids import gid
from fbridge_shopify.sandbox.line_views import line_view, tax_line
from fbridge_shopify.sandbox.money import amount, bag
from fbridge_shopify.sandbox.records import Order, Refund
from fbridge_shopify.sandbox.viewer import Viewer


def order_view(viewer: Viewer, order: Order) -> View:
    """An ``Order``."""
    return (
        _state(order)
        | _people(order)
        | _money(order, viewer.shop.settings.currency)
        | _parts(viewer, order)
        | order.overrides
    )


def _state(order: Order) -> View:
    shippable = any(line.requires_shipping for line in order.lines)
    return {
        "__typename": "Order",
        "id": gid("Order", order.id),
        "legacyResourceId": str(order.id),
        "name": order.name,
        "number": order.number,
        "confirmationNumber": f"SB{order.number:07d}",
        "createdAt": iso(order.created),
        "processedAt": iso(order.created),
        "updatedAt": iso(order.updated),
        "cancelledAt": iso(order.cancelled),
        "cancelReason": order.cancel_reason,
        "cancellation": {"staffNote": None} if order.cancelled else None,
        "closed": order.closed is not None,
        "closedAt": iso(order.closed),
        "confirmed": True,
        "test": order.test,
        "note": order.note,
        "tags": list(order.tags),
        "customAttributes": [{"key": key, "value": value} for key, value in order.attributes.items()],
        "poNumber": order.po_number,
        "sourceName": order.source,
        "sourceIdentifier": None,
        "displayFinancialStatus": order.financial,
        "displayFulfillmentStatus": order.display_status,
        "returnStatus": "NO_RETURN",
        "fullyPaid": order.financial == "PAID",
        "unpaid": order.financial == "PENDING",
        "fulfillable": any(one.remaining for one in order.fulfillment_orders),
        "requiresShipping": shippable,
        "edited": False,
        "capturable": False,
        "canMarkAsPaid": order.financial == "PENDING",
        "canNotifyCustomer": True,
        "refundable": order.financial == "PAID",
        "restockable": True,
        "merchantEditable": True,
        "merchantEditableErrors": [],
        "hasTimelineComment": False,
        "productNetwork": False,
        "discountCodes": [],
        "riskLevel": "LOW",
        "risk": {"recommendation": "ACCEPT"},
        "risks": [],
    }


def _people(order: Order) -> View:
    address = order.address
    return {
        "email": order.email,
        "phone": None,
        "customerLocale": "it",
        "customerAcceptsMarketing": False,
        "customer": lambda _info: customer_view(order),
        "purchasingEntity": lambda _info: customer_view(order),
        "shippingAddress": None if address is None else address_view(address, order.id),
        "displayAddress": address_view(order.billing if address is None else address, order.id),
        "billingAddress": address_view(order.billing, order.id + 1),
        "billingAddressMatchesShippingAddress": address == order.billing,
    }


def address_view(address: Mapping[str, Any], key: int) -> View:
    """A ``MailingAddress``."""
    rows = [address[part] for part in ("name", "company", "address1", "address2", "zip", "city", "country")]
    return {
        "__typename": "MailingAddress",
        "id": gid("MailingAddress", f"{key}?model_name=Address"),
        "coordinatesValidated": False,
        "formatted": [row for row in rows if row],
        "formattedArea": ", ".join(
            filter(None, (address["city"], address["provinceCode"], address["country"]))
        ),
        **address,
    }


def customer_view(order: Order) -> View:
    """A ``Customer``."""
    person = order.billing
    return {
        "__typename": "Customer",
        "id": gid("Customer", order.customer_id),
        "legacyResourceId": str(order.customer_id),
        "firstName": person["firstName"],
        "lastName": person["lastName"],
        "displayName": person["name"],
        "email": order.email,
        "phone": person["phone"],
        "defaultEmailAddress": {
            "emailAddress": order.email,
            "marketingState": "NOT_SUBSCRIBED",
            "validFormat": True,
        },
        "defaultPhoneNumber": {"phoneNumber": person["phone"]} if person["phone"] else None,
        "defaultAddress": address_view(person, order.id + 1),
        "addresses": lambda _info, **_: [address_view(person, order.id + 1)],
        "createdAt": iso(order.created),
        "updatedAt": iso(order.created),
        "locale": "it",
        "numberOfOrders": "1",
        "state": "DISABLED",
        "tags": [],
        "taxExempt": False,
        "taxExemptions": [],
        "verifiedEmail": True,
        "validEmailAddress": True,
        "canDelete": False,
        "dataSaleOptOut": False,
        "hasTimelineComment": False,
        "lifetimeDuration": "less than a minute",
        "productSubscriberStatus": "NEVER_SUBSCRIBED",
    }


def _money(order: Order, currency: str) -> View:
    total, refunded = order.total, order.refunded
    received = Decimal(0) if order.financial == "PENDING" else total
    goods = sum((line.total for line in order.lines), Decimal(0))
    tax = sum((line.total * line.tax_rate / (1 + line.tax_rate) for line in order.lines), Decimal(0))
    current = total - refunded
    outstanding = max(current - received, Decimal(0)) if order.cancelled is None else Decimal(0)
    sums = {
        "totalPrice": total,
        "originalTotalPrice": total,
        "currentTotalPrice": current,
        "subtotalPrice": goods,
        "currentSubtotalPrice": max(goods - refunded, Decimal(0)),
        "totalShippingPrice": order.shipping_price + order.cod_fee,
        "currentShippingPrice": order.shipping_price + order.cod_fee,
        "totalTax": tax,
        "currentTotalTax": tax,
        "totalDiscounts": sum((line.discount for line in order.lines), Decimal(0)),
        "currentTotalDiscounts": Decimal(0),
        "cartDiscountAmount": Decimal(0),
        "currentCartDiscountAmount": Decimal(0),
        "totalReceived": received,
        "netPayment": max(received - refunded, Decimal(0)),
        "totalRefunded": refunded,
        "totalRefundedShipping": Decimal(0),
        "refundDiscrepancy": Decimal(0),
        "totalOutstanding": outstanding,
        "totalCapturable": outstanding if order.financial == "AUTHORIZED" else Decimal(0),
        "totalTipReceived": Decimal(0),
    }
    bags = {f"{name}Set": bag(value, currency) for name, value in sums.items()}
    plain = {
        name: amount(sums[name]) for name in ("totalPrice", "subtotalPrice", "totalTax", "totalDiscounts")
    }
    return (
        bags
        | plain
        | {
            "currencyCode": currency,
            "presentmentCurrencyCode": currency,
            "taxesIncluded": True,
            "taxExempt": False,
            "estimatedTaxes": False,
            "dutiesIncluded": False,
            "paymentGatewayNames": list(order.gateways),
            "taxLines": lambda _info: [tax_line(tax, Decimal("0.22"), currency)],
            "currentTaxLines": lambda _info: [tax_line(tax, Decimal("0.22"), currency)],
            "transactionsCount": {"count": 1, "precision": "EXACT"},
        }
    )


def _parts(viewer: Viewer, order: Order) -> View:
    currency = viewer.shop.settings.currency
    listed = partial(
        connection, order.lines, lambda line: line.id, lambda line: line_view(order, line, currency)
    )

    def lines(**args: Any) -> View:
        if order.id in viewer.shop.broken:
            raise broken_root()
        return listed(**args)

    return {
        "lineItems": lambda _info, **args: lines(**args),
        "nonFulfillableLineItems": lambda _info, **args: connection(
            [], lambda line: line.id, lambda line: line_view(order, line, currency), **args
        ),
        "subtotalLineItemsQuantity": sum(line.quantity for line in order.lines),
        "currentSubtotalLineItemsQuantity": sum(line.current for line in order.lines),
        "totalWeight": str(sum(line.grams * line.quantity for line in order.lines)),
        "currentTotalWeight": str(sum(line.grams * line.current for line in order.lines)),
        "shippingLine": None if order.shipping_title is None else _shipping_line(order, currency),
        "shippingLines": lambda _info, **args: connection(
            [] if order.shipping_title is None else [order],
            lambda one: one.id,
            lambda one: _shipping_line(one, currency),
            **args,
        ),
        "fulfillments": lambda _info, first=None, **_: [
            fulfillment_view(viewer, order, one) for one in order.fulfillments[:first]
        ],
        "fulfillmentsCount": {"count": len(order.fulfillments), "precision": "EXACT"},
        "fulfillmentOrders": lambda _info, **args: _fulfillment_orders(viewer, order, args),
        "refunds": lambda _info, first=None: [
            refund_view(viewer, order, one) for one in order.refunds[:first]
        ],
        "channelInformation": {
            "id": gid("ChannelInformation", order.id),
            "channelId": gid("Channel", 1),
            "displayName": order.channel,
        },
    }


def _fulfillment_orders(viewer: Viewer, order: Order, args: dict[str, Any]) -> View:
    shown = [one for one in order.fulfillment_orders if viewer.sees(one)]
    return connection(
        shown, lambda one: one.id, lambda one: fulfillment_order_view(viewer, order, one), **args
    )


def _shipping_line(order: Order, currency: str) -> View:
    price = bag(order.shipping_price, currency)
    return {
        "id": gid("ShippingLine", order.id),
        "title": order.shipping_title,
        "code": order.shipping_code,
        "source": "shopify",
        "custom": False,
        "isRemoved": False,
        "taxLines": [],
        "originalPriceSet": price,
        "discountedPriceSet": price,
        "currentDiscountedPriceSet": price,
        "price": price["shopMoney"]["amount"],
        "originalPrice": price["shopMoney"],
        "discountedPrice": price["shopMoney"],
    }


def refund_view(viewer: Viewer, order: Order, refund: Refund) -> View:
    """A ``Refund``."""
    currency = viewer.shop.settings.currency

    def row(given: tuple[int, int]) -> View:
        line, quantity = order.line(given[0]), given[1]
        return {
            "id": gid("RefundLineItem", refund.id),
            "lineItem": line_view(order, line, currency),
            "quantity": quantity,
            "restockType": "CANCEL",
            "restocked": True,
            "priceSet": bag(line.price, currency),
            "subtotalSet": bag(line.price * quantity, currency),
            "totalTaxSet": bag(Decimal(0), currency),
        }

    return {
        "__typename": "Refund",
        "id": gid("Refund", refund.id),
        "legacyResourceId": str(refund.id),
        "createdAt": iso(refund.created),
        "processedAt": iso(refund.created),
        "updatedAt": iso(refund.created),
        "note": refund.note,
        "order": lambda _info: order_view(viewer, order),
        "totalRefundedSet": bag(refund.amount, currency),
        "refundLineItems": lambda _info, **args: connection(
            refund.lines, lambda given: given[0], row, **args
        ),
    }
