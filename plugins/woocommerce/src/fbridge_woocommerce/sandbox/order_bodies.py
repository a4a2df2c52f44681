"""The JSON of an order's unchanging parts, with the sums as WooCommerce rounds them (22 % VAT, prices with
tax).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

VAT = Decimal("1.22")
CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.000001")
ADDRESS_FIELDS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
)


@dataclass(frozen=True, slots=True)
class Product:
    """An article of the shop; ``price`` includes tax."""

    id: int
    name: str
    sku: str
    price: Decimal
    variation_id: int = 0
    parent_name: str | None = None
    attribute: str = ""


DIGITAL = Product(14, "Corso online latte art (digitale)", "DIG-001", Decimal("49.00"))
CATALOGUE: Sequence[Product] = (
    Product(10, "Caffè in grani 1kg", "CAF-1KG", Decimal("18.90")),
    Product(11, "Tazza “Perché no?” blu", "TAZ-BLU", Decimal("9.50")),
    Product(12, "Filtro n° 4 (100 pz)", "FIL-004", Decimal("4.20")),
    Product(13, "Moka 3 tazze", "MOK-003", Decimal("34.00")),
    Product(15, "T-shirt barista - S", "TSH-S", Decimal("15.00"), 16, "T-shirt barista", "S"),
    Product(15, "T-shirt barista - M", "TSH-M", Decimal("15.00"), 17, "T-shirt barista", "M"),
)
T_SHIRT = Product(15, "T-shirt barista", "TSH", Decimal("15.00"))


def find_product(product_id: int, variation_id: int = 0) -> Product | None:
    """The article that a new order asks for."""
    known = (*CATALOGUE, DIGITAL, T_SHIRT)
    return next((item for item in known if (item.id, item.variation_id) == (product_id, variation_id)), None)


def line_item(line_id: int, product: Product, quantity: int) -> dict[str, Any]:
    """One line; ``price`` carries the noise of PHP's floats as the real one does."""
    exact = product.price * quantity / VAT
    net, tax = split_gross(product.price * quantity)
    meta = []
    if product.attribute:
        meta.append(
            {
                "id": line_id * 2,
                "key": "taglia",
                "value": product.attribute,
                "display_key": "Taglia",
                "display_value": product.attribute,
            }
        )
    return {
        "id": line_id,
        "name": product.name,
        "product_id": product.id,
        "variation_id": product.variation_id,
        "quantity": quantity,
        "tax_class": "",
        "subtotal": net,
        "subtotal_tax": tax,
        "total": net,
        "total_tax": tax,
        "taxes": [{"id": 1, "total": tax, "subtotal": tax}],
        "meta_data": meta,
        "sku": product.sku,
        "global_unique_id": "",
        "price": float(exact.quantize(PRICE_STEP, ROUND_HALF_UP)) / quantity,
        "image": {"id": 0 if product.variation_id else "", "src": ""},
        "parent_name": product.parent_name,
    }


def shipping_line(
    line_id: int, method_id: str, title: str, net: Decimal, instance_id: str = "1"
) -> dict[str, Any]:
    """The chosen shipping method with its costs, tax on top."""
    tax = _money(net * (VAT - 1))
    return {
        "id": line_id,
        "method_title": title,
        "method_id": method_id,
        "instance_id": instance_id,
        "total": _money(net),
        "total_tax": tax,
        "taxes": [{"id": 1, "total": tax, "subtotal": ""}],
        "tax_status": "taxable",
        "meta_data": [],
    }


def fee_line(line_id: int, name: str, net: Decimal) -> dict[str, Any]:
    """A surcharge, tax on top."""
    tax = _money(net * (VAT - 1))
    return {
        "id": line_id,
        "name": name,
        "tax_class": "",
        "tax_status": "taxable",
        "amount": "",
        "total": _money(net),
        "total_tax": tax,
        "taxes": [{"id": 1, "total": tax, "subtotal": ""}],
        "meta_data": [],
    }


def order_body(
    order_id: int,
    *,
    billing: Mapping[str, Any],
    shipping: Mapping[str, Any] | None,
    line_items: list[dict[str, Any]],
    shipping_lines: list[dict[str, Any]],
    fee_lines: list[dict[str, Any]],
    tax_line_id: int,
    payment: tuple[str, str, str],
    customer_note: str,
    created_via: str = "checkout",
) -> dict[str, Any]:
    """All of an order that its status does not change. ``payment`` is method, title, transaction."""
    method, title, transaction = payment
    cart_tax = _sum([*line_items, *fee_lines], "total_tax")
    shipping_tax = _sum(shipping_lines, "total_tax")
    net = _sum([*line_items, *fee_lines, *shipping_lines], "total")
    return {
        "id": order_id,
        "currency": "EUR",
        "shipping_total": _money(_sum(shipping_lines, "total")),
        "shipping_tax": _money(shipping_tax),
        "cart_tax": _money(cart_tax),
        "total": _money(net + cart_tax + shipping_tax),
        "total_tax": _money(cart_tax + shipping_tax),
        "customer_id": 0,
        "order_key": f"wc_order_{hashlib.sha256(str(order_id).encode()).hexdigest()[:13]}",
        "billing": _address(billing) | {"email": billing.get("email", ""), "phone": billing.get("phone", "")},
        "shipping": _address(shipping or {}) | {"phone": (shipping or {}).get("phone", "")},
        "payment_method": method,
        "payment_method_title": title,
        "transaction_id": transaction,
        "created_via": created_via,
        "customer_note": customer_note,
        "number": str(order_id),
        "line_items": line_items,
        "tax_lines": [_tax_line(tax_line_id, cart_tax, shipping_tax)],
        "shipping_lines": shipping_lines,
        "fee_lines": fee_lines,
        "coupon_lines": [],
    }


def split_gross(gross: Decimal) -> tuple[str, str]:
    """Net and tax of an amount that includes it."""
    net = (gross / VAT).quantize(CENT, ROUND_HALF_UP)
    return _money(net), _money(gross - net)


def _tax_line(line_id: int, cart_tax: Decimal, shipping_tax: Decimal) -> dict[str, Any]:
    return {
        "id": line_id,
        "rate_code": "IT-IVA-1",
        "rate_id": 1,
        "label": "IVA",
        "compound": False,
        "tax_total": _money(cart_tax),
        "shipping_tax_total": _money(shipping_tax),
        "rate_percent": 22,
        "meta_data": [],
    }


def _address(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given.get(name, "") for name in ADDRESS_FIELDS}


def _sum(lines: Iterable[Mapping[str, Any]], name: str) -> Decimal:
    return sum((Decimal(line[name]) for line in lines), Decimal(0))


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))
