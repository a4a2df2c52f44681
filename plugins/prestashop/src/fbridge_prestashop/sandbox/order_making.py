"""Orders whose parts fit together: rows, sums, invoice, carrier row, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

from fbridge_prestashop.sandbox.catalogue import Product
from fbridge_prestashop.sandbox.dates import NO_DATE
from fbridge_prestashop.sandbox.people import secure_key
from fbridge_prestashop.sandbox.records import OrderRecord
from fbridge_prestashop.sandbox.schema import Row

TAX = Decimal("1.22")
CENT = Decimal("0.01")
ROWS_PER_ORDER = 10
"""The ids of an order's rows are its own id times this, and what follows."""

PAID_STATES = frozenset({"2", "3", "4", "5", "9", "11"})
DELIVERY_STATES = frozenset({"3", "4", "5"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many pieces of an article, some of them refunded."""

    product: Product
    quantity: int
    refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlan:
    """An order to make. Dates are texts in the shop's time; ``states`` is its history, the last one current."""

    id: int
    reference: str
    states: Sequence[str]
    carrier: str
    customer: int
    address: int
    lines: Sequence[Line]
    module: str
    payment: str
    shop: str
    created: str
    updated: str
    note: str = ""

    @property
    def is_virtual(self) -> bool:
        """Whether nothing of it is shipped."""
        return all(line.product.virtual for line in self.lines)

    @property
    def invoice(self) -> str:
        """The number of its invoice, ``0`` while there is none."""
        return str(self.id) if PAID_STATES & set(self.states) else "0"


def made_order(plan: OrderPlan) -> OrderRecord:
    """The order with all its rows."""
    ids = count(plan.id * ROWS_PER_ORDER + 1)
    details = [_detail(plan, next(ids), line) for line in plan.lines]
    return OrderRecord(
        _head(plan, details),
        details,
        [] if plan.is_virtual else [_carrier_row(plan)],
        [
            _history(plan, plan.id * ROWS_PER_ORDER + number, state)
            for number, state in enumerate(plan.states)
        ],
    )


def amount(value: Decimal) -> str:
    """``97.990000``."""
    return f"{value:.6f}"


def detail_row(detail_id: int, order_id: int, shop: str, invoice: str, line: Line) -> Row:
    """A row of ``order_details``."""
    product, with_tax = line.product, line.product.price * TAX
    return _constant_detail() | {
        "id": detail_id,
        "id_order": str(order_id),
        "product_id": str(product.product_id),
        "product_attribute_id": str(product.attribute_id),
        "download_hash": f"{detail_id:040x}" if product.virtual else "",
        "id_order_invoice": invoice,
        "id_shop": shop,
        "product_name": product.name,
        "product_quantity": str(line.quantity),
        "product_quantity_in_stock": str(line.quantity),
        "product_quantity_refunded": str(line.refunded),
        "product_price": amount(product.price),
        "product_reference": product.reference,
        "product_weight": amount(product.weight),
        "unit_price_tax_incl": amount(with_tax),
        "unit_price_tax_excl": amount(product.price),
        "total_price_tax_incl": amount(_cents(with_tax * line.quantity)),
        "total_price_tax_excl": amount(_cents(product.price * line.quantity)),
        "original_product_price": amount(product.price),
        "total_refunded_tax_excl": amount(_cents(product.price * line.refunded)),
        "total_refunded_tax_incl": amount(_cents(with_tax * line.refunded)),
    }


def _constant_detail() -> Row:
    return {
        "product_quantity_reinjected": "0",
        "group_reduction": "0.00",
        "discount_quantity_applied": "0",
        "download_deadline": NO_DATE,
        "id_warehouse": "0",
        "id_customization": "0",
        "product_quantity_return": "0",
        "reduction_percent": "0.00",
        "reduction_amount": "0.000000",
        "reduction_amount_tax_incl": "0.000000",
        "reduction_amount_tax_excl": "0.000000",
        "product_quantity_discount": "0.000000",
        "product_ean13": "",
        "product_isbn": "",
        "product_upc": "",
        "product_mpn": "",
        "product_supplier_reference": "",
        "tax_computation_method": "0",
        "id_tax_rules_group": "1",
        "ecotax": "0.000000",
        "ecotax_tax_rate": "0.000",
        "download_nb": "0",
        "total_shipping_price_tax_excl": "0.000000",
        "total_shipping_price_tax_incl": "0.000000",
        "purchase_supplier_price": "0.000000",
        "original_wholesale_price": "0.000000",
        "taxes": [{"id": "1"}],
    }


def _detail(plan: OrderPlan, detail_id: int, line: Line) -> Row:
    return detail_row(detail_id, plan.id, plan.shop, plan.invoice, line)


def _head(plan: OrderPlan, details: Sequence[Row]) -> Row:
    state = plan.states[-1]
    net = sum((Decimal(row["total_price_tax_excl"]) for row in details), Decimal(0))
    gross = sum((Decimal(row["total_price_tax_incl"]) for row in details), Decimal(0))
    shipping = Decimal(0) if plan.is_virtual else Decimal("7.00")
    paid = gross + _cents(shipping * TAX)
    is_delivered = state in DELIVERY_STATES
    return _constant_head() | {
        "id": plan.id,
        "id_address_delivery": str(plan.address),
        "id_address_invoice": str(plan.address % 100_000),
        "id_cart": str(plan.id),
        "id_lang": str(1 + plan.customer % 2),
        "id_customer": str(plan.customer),
        "id_carrier": "0" if plan.is_virtual else plan.carrier,
        "current_state": state,
        "module": plan.module,
        "payment": plan.payment,
        "invoice_number": plan.invoice,
        "invoice_date": plan.created if plan.invoice != "0" else NO_DATE,
        "delivery_number": str(plan.id) if is_delivered else "0",
        "delivery_date": plan.updated if is_delivered else NO_DATE,
        "valid": "1" if state in PAID_STATES else "0",
        "date_add": plan.created,
        "date_upd": plan.updated,
        "note": plan.note,
        "id_shop": plan.shop,
        "secure_key": secure_key(plan.customer),
        "total_paid": amount(paid),
        "total_paid_tax_incl": amount(paid),
        "total_paid_tax_excl": amount(net + shipping),
        "total_paid_real": amount(paid if plan.invoice != "0" else Decimal(0)),
        "total_products": amount(net),
        "total_products_wt": amount(gross),
        "total_shipping": amount(_cents(shipping * TAX)),
        "total_shipping_tax_incl": amount(_cents(shipping * TAX)),
        "total_shipping_tax_excl": amount(shipping),
        "reference": plan.reference,
    }


def _constant_head() -> Row:
    zeros = ("total_discounts", "total_wrapping")
    return {
        "id_currency": "1",
        "id_shop_group": "1",
        "recyclable": "0",
        "gift": "0",
        "gift_message": "",
        "mobile_theme": "0",
        **{f"{name}{tax}": "0.000000" for name in zeros for tax in ("", "_tax_incl", "_tax_excl")},
        "carrier_tax_rate": "22.000",
        "round_mode": "2",
        "round_type": "2",
        "conversion_rate": "1.000000",
    }


def _carrier_row(plan: OrderPlan) -> Row:
    weight = sum((line.product.weight * line.quantity for line in plan.lines), Decimal(0))
    return {
        "id": plan.id,
        "id_order": str(plan.id),
        "id_carrier": plan.carrier,
        "id_order_invoice": plan.invoice,
        "weight": amount(weight),
        "shipping_cost_tax_excl": "7.000000",
        "shipping_cost_tax_incl": "8.540000",
        "tracking_number": f"SB{plan.id:09d}" if plan.states[-1] in {"4", "5"} else "",
        "date_add": plan.created,
    }


def _history(plan: OrderPlan, history_id: int, state: str) -> Row:
    return {
        "id": history_id,
        "id_employee": "0",
        "id_order_state": state,
        "id_order": str(plan.id),
        "date_add": plan.created if history_id % ROWS_PER_ORDER == 0 else plan.updated,
    }


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
