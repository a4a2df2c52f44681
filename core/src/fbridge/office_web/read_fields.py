"""Numbers as people type them into a form, and as links carry them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from fbridge.errors import InputError

_MOST = 10**7


def amount(text: str) -> Decimal | None:
    """With a comma or a point; None for nothing. Raises InputError."""
    if not (plain := text.strip()):
        return None
    try:
        value = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or abs(value) > _MOST:
        raise InputError(f"{plain!r} is no number.", reason="bad_number")
    return value


def grams(kilograms: str) -> int | None:
    """A weight in kilograms; None for nothing. Raises InputError."""
    value = amount(kilograms)
    return None if value is None else int(value * 1000)


def count(text: str) -> int | None:
    """How many; None for nothing. Raises InputError."""
    if not (plain := text.strip()):
        return None
    if not plain.isdecimal() or int(plain) >= _MOST:
        raise InputError(f"{plain!r} is no number.", reason="bad_number")
    return int(plain)


def number_in(text: str, *, digits: int = 9) -> int | None:
    """The number that a link of ours carries; None where there is none of so many digits at most."""
    return int(text) if text.isdecimal() and len(text) <= digits else None


def plain(number: float) -> str:
    """As it is typed, never as ``2e+06``."""
    return str(int(number)) if number.is_integer() else str(number)
