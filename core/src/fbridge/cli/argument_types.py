"""The kinds of values that options take: amounts, weights, pairs, document references.

Each function is a click type: it gets what was typed and raises ``click.BadParameter`` with one sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import is_empty

if TYPE_CHECKING:
    from fbridge.models.shipments import Document

COUNT = click.IntRange(1, 2**31 - 1)  # what every database takes
EVENT = click.IntRange(0, 2**31 - 1)
"""The id of an event; 0 is before the first."""

_WEIGHT = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*(kg|g)?", re.ASCII | re.IGNORECASE)
_QUANTITY = re.compile(r"(.+)=([1-9]\d{0,5})", re.ASCII)
_AMOUNT = re.compile(r"\d{1,9}(?:[.,]\d{1,4})?", re.ASCII)
_YEAR = re.compile(r"(\d{4})?", re.ASCII)
_DOCUMENT_PARTS = 4


def name_and_value(text: str) -> tuple[str, str]:
    """``NAME=VALUE``; the value may hold a ``=``."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        # The text may be a credential typed without its name, so it is not repeated.
        raise click.BadParameter("what was given is not NAME=VALUE.")
    if is_empty(value):
        raise click.BadParameter(
            f"{name.strip()} is given an empty value; in a script, is a variable not set?"
        )
    return name.strip(), value


def by_name(
    context: click.Context, option: click.Parameter, pairs: tuple[tuple[str, str], ...]
) -> dict[str, str]:
    """A click callback for ``multiple`` options of ``NAME=VALUE``: each name has one value."""
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise click.BadParameter(
                f"{name} is given {times} times; say which one is meant.", context, option
            )
    return dict(pairs)


def guard_values(
    context: click.Context, option: click.Parameter, pairs: tuple[tuple[str, str], ...]
) -> dict[str, float]:
    """A click callback for ``--guard NAME=VALUE``: guards of the settings, with values for this run."""
    from fbridge.settings.guards import read_guards

    try:
        return read_guards(by_name(context, option, pairs))
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None


def line_and_quantity(text: str) -> tuple[str, int]:
    """``SKU=2`` or ``LINE_ID=2``; the SKU itself may hold a ``=``."""
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} is not SKU=QUANTITY or LINE_ID=QUANTITY, such as HAT-1=2.")
    return match[1].strip(), int(match[2])


def amount(text: str) -> Decimal:
    """An amount of money: ``12.30`` or ``12,30``."""
    if not _AMOUNT.fullmatch(text.strip()):
        raise click.BadParameter(f"{text!r} is not an amount, such as 12.30.")
    return Decimal(text.strip().replace(",", "."))


def grams(text: str) -> int:
    """A weight in grams: ``1250``, ``1250g`` or ``1.25kg``."""
    match = _WEIGHT.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} is not a weight, such as 1250g or 1.25kg.")
    factor = 1000 if (match[2] or "").lower() == "kg" else 1
    return int(Decimal(match[1].replace(",", ".")) * factor)


def document(text: str) -> Document:
    """The ERP's ``SOURCE/SERIES/NUMBER/YEAR`` (all but the number may be empty), or a number alone."""
    from fbridge.models.shipments import Document

    parts = [part.strip() for part in text.split("/")]
    if len(parts) == 1 and parts[0]:
        return Document(number=parts[0])
    if len(parts) != _DOCUMENT_PARTS or not parts[2] or not _YEAR.fullmatch(parts[3]):
        raise click.BadParameter(f"{text!r} is not SOURCE/SERIES/NUMBER/YEAR, such as erp/A/1234/2026.")
    source, series, number, year = parts
    return Document(source=source, series=series, number=number, year=int(year) if year else None)
