"""Amounts as Shopify writes them: ``10.0``, in the shop's and the customer's currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def amount(value: Decimal) -> str:
    """At least one digit behind the point, and no more than are needed."""
    text = f"{value.quantize(Decimal('0.01')):f}"
    return text.removesuffix("0")


def bag(value: Decimal, currency: str) -> dict[str, Any]:
    """A ``MoneyBag``."""
    money = {"amount": amount(Decimal(value)), "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}
