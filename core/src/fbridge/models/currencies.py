"""How many decimals a currency has (ISO 4217, "minor unit")."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_USUAL = 2
_NONE = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_FOUR = ("CLF", "UYW")
_DECIMALS = {**dict.fromkeys(_NONE, 0), **dict.fromkeys(_THREE, 3), **dict.fromkeys(_FOUR, 4)}


def decimals_of(currency: str) -> int:
    """3 for ``KWD``, 0 for ``JPY``, 2 for most and for what is not known."""
    return _DECIMALS.get(currency, _USUAL)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount as it can be paid: with the currency's decimals, a half rounded up."""
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_HALF_UP)


def fitted(amount: Decimal, currency: str) -> Decimal:
    """The same amount, written with the currency's decimals; as it is where it has more than those."""
    if not amount.is_finite():
        return amount
    whole = rounded(amount, currency)
    return whole if whole == amount else amount
