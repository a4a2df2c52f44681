"""How weights, amounts and times look on paper, in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

from fbridge.models.currencies import decimals_of
from fbridge.models.orders import Money

NOTHING = "–"
DITTO = '"'
"""As in the row above of the same document."""
_GRAMS = 1000


def kilograms(grams: int | None, language: str) -> str:
    """``1,25``; a dash where nobody stated a weight."""
    if grams is None:
        return NOTHING
    return format_decimal(Decimal(grams) / _GRAMS, "#,##0.00#", locale=language)


def amount(money: Money | None, language: str) -> str:
    """``1.250,00 EUR`` with the currency's own decimals; "" for nothing."""
    if money is None:
        return ""
    places = decimals_of(money.currency)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return f"{format_decimal(money.amount, pattern, locale=language)} {money.currency}"


def amounts(moneys: Iterable[Money], language: str) -> str:
    """What is collected together: ``1.250,00 EUR``, each currency by itself; "" for nothing."""
    totals: dict[str, Decimal] = {}
    for one in moneys:
        totals[one.currency] = totals.get(one.currency, Decimal(0)) + one.amount
    return ", ".join(
        amount(Money(amount=total, currency=currency), language) for currency, total in sorted(totals.items())
    )


def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """``28/11/2026 18:05``, in the office's own time."""
    pattern = "dd/MM/yyyy HH:mm" if language == "it" else "yyyy-MM-dd HH:mm"
    return format_datetime(at.astimezone(zone), pattern, locale=language)
