"""The lines of orders as objects of the API."""

from __future__ import annotations

from decimal import Decimal

from fbridge_shopify.sandbox.connections import View
from fbridge_shopify.sandbox.gids import gid
from fbridge_shopify.sandbox.money import amount, bag
from fbridge_shopify.sandbox.records import Line, Order


def line_view(order: Order, line: Line, currency: str) -> View:
    """A ``LineItem``."""
    unfulfilled = order.unfulfilled(line.id)
    unit = line.total / line.quantity if line.quantity else Decimal(0)
    sums = {
        "originalUnitPrice": line.price,
        "originalTotal": line.price * line.quantity,
        "discountedUnitPrice": unit,
        "discountedTotal": line.total,
        "totalDiscount": line.discount,
        "unfulfilledDiscountedTotal": unit * unfulfilled,
        "unfulfilledOriginalTotal": line.price * unfulfilled,
    }
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line.id),
        "title": line.title,
        "variantTitle": line.variant_title,
        "name": f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
        "sku": line.sku,
        "vendor": "fbridge",
        "quantity": line.quantity,
        "currentQuantity": line.current,
        "unfulfilledQuantity": unfulfilled,
        "fulfillableQuantity": unfulfilled,
        "nonFulfillableQuantity": line.removed,
        "refundableQuantity": line.current,
        "fulfillmentStatus": "unfulfilled" if unfulfilled else "fulfilled",
        "requiresShipping": line.requires_shipping,
        "isGiftCard": False,
        "taxable": True,
        "restockable": True,
        "canRestock": True,
        "merchantEditable": True,
        "customAttributes": [],
        "image": None,
        "lineItemGroup": None,
        "weight": {"unit": "GRAMS", "value": line.grams},
        "product": lambda _info: _product(line),
        "variant": lambda _info: variant_view(line),
        "taxLines": lambda _info, **_: [_line_tax(line, currency)],
        "discountedUnitPriceAfterAllDiscountsSet": bag(unit, currency),
        "priceAfterAllDiscountsBeforeTaxesSet": bag(line.total / (1 + line.tax_rate), currency),
        "discountedTotalSet": lambda _info, **_: bag(line.total, currency),
        **{f"{name}Set": bag(value, currency) for name, value in sums.items() if name != "discountedTotal"},
        **{name: amount(value) for name, value in sums.items()},
    }


def tax_line(value: Decimal, rate: Decimal, currency: str) -> View:
    """A ``TaxLine``."""
    return {
        "title": "IVA",
        "rate": float(rate),
        "ratePercentage": float(rate * 100),
        "price": amount(value),
        "priceSet": bag(value, currency),
        "channelLiable": False,
        "source": "Shopify",
    }


def _line_tax(line: Line, currency: str) -> View:
    return tax_line(line.total * line.tax_rate / (1 + line.tax_rate), line.tax_rate, currency)


def _product(line: Line) -> View:
    return {
        "__typename": "Product",
        "id": gid("Product", line.product_id),
        "legacyResourceId": str(line.product_id),
        "title": line.title,
        "handle": line.sku.lower(),
        "productType": "",
    }


def variant_view(line: Line) -> View:
    """A ``ProductVariant``."""
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", line.product_id * 10),
        "legacyResourceId": str(line.product_id * 10),
        "title": line.variant_title or "Default Title",
        "displayName": f"{line.title} - {line.variant_title or 'Default Title'}",
        "sku": line.sku,
        "barcode": f"80{line.product_id:011d}",
        "price": amount(line.price),
        "product": lambda _info: _product(line),
    }
