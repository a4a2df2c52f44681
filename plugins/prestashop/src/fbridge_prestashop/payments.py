"""Who has the money of an order. Pure.

A state with ``paid`` = 1 makes PrestaShop book what is still due, also of cash on delivery: ``total_paid_real`` then
is the total, and nobody has paid. Only a row of ``order_payments`` tells who did: what was booked by itself stands
there under the payment module's own name (in the Webservice's language), at the second of the invoice, and without
the number of a transaction. Observed on 8.2.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fbridge.adapterkit.cash_on_delivery import is_cash_on_delivery
from fbridge.adapterkit.order_states import StateMeaning
from fbridge.adapterkit.payloads import is_nothing, money, number, reference, rows, text, words
from fbridge.models.orders import Doubt, Payment
from fbridge.models.states import PaymentKind
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_time import parse

Row = Mapping[str, Any]

_OWN_MODULES = frozenset({"ps_wirepayment", "bankwire", "ps_checkpayment", "cheque", "free_order"})
"""PrestaShop's own that are paid beforehand; what others are called the merchant says."""

AT_ONCE = timedelta(seconds=5)
"""Between an invoice and the payment that is booked with it."""


def payment_of(
    order: Row, booked: Sequence[Row] | None, meaning: StateMeaning, shop: Shop, currency: str
) -> tuple[Payment, Doubt | None]:
    """The payment, and why it is doubtful.

    ``booked`` are the payments of its reference, None where the key may not read them.
    """
    module, due = text(order.get("module")), _outstanding(order, currency)
    if not is_cod(order, shop):
        kind, doubt = meaning.payment(_kind(order, shop, due)), None
    elif shop.is_delivered(reference(order.get("current_state"))):
        kind, doubt = PaymentKind.PAID, None
    else:
        due, doubt = _to_collect(order, booked, currency)
        kind = meaning.payment(PaymentKind.PAID if due == 0 else PaymentKind.COD)
    amount = Decimal(0) if kind is PaymentKind.PAID else due
    return Payment(kind=kind, method=module, title=words(order.get("payment")), amount_due=amount), doubt


def is_cod(order: Row, shop: Shop) -> bool:
    """Whether the courier is to be paid: by the module, or by what it is called, whatever the state says of paid and
    unpaid."""
    module = text(order.get("module"))
    if module in shop.cod_modules or module in _OWN_MODULES:
        return module in shop.cod_modules
    return is_cash_on_delivery(module) or is_cash_on_delivery(words(order.get("payment")))


def needs_payments(order: Row, shop: Shop) -> bool:
    """Whether only the rows of ``order_payments`` tell what is still to be collected."""
    delivered = shop.is_delivered(reference(order.get("current_state")))
    return is_cod(order, shop) and not delivered and bool(_paid(order))


def _kind(order: Row, shop: Shop, due: Decimal | None) -> PaymentKind:
    state = shop.facts.state(reference(order.get("current_state")))
    paid = (state is not None and state.paid) or due == 0
    return PaymentKind.PAID if paid else PaymentKind.UNPAID


def _outstanding(order: Row, currency: str) -> Decimal | None:
    """The total less what was paid; None where one of them cannot be read."""
    total, paid = number(order.get("total_paid")), _paid(order)
    return None if total is None or paid is None else money(max(total - paid, Decimal(0)), currency)


def _paid(order: Row) -> Decimal | None:
    paid = order.get("total_paid_real")
    return Decimal(0) if is_nothing(paid) else number(paid)


def _to_collect(
    order: Row, booked: Sequence[Row] | None, currency: str
) -> tuple[Decimal | None, Doubt | None]:
    """The whole total, but for what was paid otherwise."""
    total, paid_so_far = number(order.get("total_paid")), _paid(order)
    shown = money(paid_so_far, currency)
    if total is None or shown is None:
        return None, None
    if shown == 0:
        return money(total, currency), None
    if booked is None:
        why = "and the key may not read the payments: give it the permission GET on order_payments"
        return money(total, currency), _doubt(order, shown, why)
    found = rows(booked)
    if not found:
        return money(total, currency), _doubt(order, shown, "and has no payment for it")
    others = [row for row in found if not _is_own(order, row)]
    paid, of_all = _sum(others), _sum(found)
    if paid is None or of_all is None:
        return None, None
    due = money(max(total - paid, Decimal(0)), currency)
    if others and of_all > max(shown, total):
        return due, _doubt(order, shown, "and orders that share its reference have payments too")
    if any(_may_be_own(order, row) for row in others):
        names = ", ".join(words(row.get("payment_method")) for row in others)
        return due, _doubt(order, shown, f"({names}), and booked it together with its invoice")
    return due, None


def _sum(booked: Sequence[Row]) -> Decimal | None:
    amounts = [number(row.get("amount")) for row in booked]
    return None if None in amounts else sum(filter(None, amounts), Decimal(0))


def _is_own(order: Row, row: Row) -> bool:
    """Whether a payment is one that PrestaShop booked by itself, by its name."""
    name = words(row.get("payment_method"))
    return name.casefold() == words(order.get("payment")).casefold() or is_cash_on_delivery(name)


def _may_be_own(order: Row, row: Row) -> bool:
    """Whether it has no name, or its time speaks for that under one that is not known for cash on delivery."""
    if not words(row.get("payment_method")):
        return True
    booked, invoiced = parse(row.get("date_add")), parse(order.get("invoice_date"))
    if booked is None or invoiced is None or text(row.get("transaction_id")):
        return False
    return abs(booked - invoiced) <= AT_ONCE


def _doubt(order: Row, shown: Decimal, why: str) -> Doubt:
    return Doubt(
        code="payment_untold",
        words=(
            f"It is cash on delivery, and the store shows {shown} of it as paid {why}; look there whether the "
            f"customer has paid ({words(order.get('payment'))})."
        ),
    )
