"""The one field for tracking that PrestaShop has: how several numbers stand in it, and which ones it takes. Pure.

Numbers are joined by ``, ``; where that is longer than the field, by ``,`` alone. Read back, any comma divides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fbridge.models.fulfillments import FulfillmentShipment

LONGEST = 64
"""The width of the column: up to 8.2 more is cut off without a word."""

_ALLOWED = re.compile(r"[~:#,%&_=()\[\].? +\-@/a-zA-Z0-9]+")
_COMMA = re.compile(r"\s*,\s*")
_READABLE, _TIGHT = ", ", ","


def numbers_in(text: str) -> tuple[str, ...]:
    """The distinct numbers that the field holds."""
    return tuple(dict.fromkeys(number for number in _COMMA.split(text.strip()) if number))


def join(numbers: Sequence[str]) -> str:
    """The field's text; longer than :data:`LONGEST` where they do not fit."""
    readable = _READABLE.join(numbers)
    return readable if len(readable) <= LONGEST else _TIGHT.join(numbers)


def fault_of(numbers: Sequence[str]) -> str:
    """Why the store would not take one of these numbers, in a sentence; "" where it takes them."""
    for number in numbers:
        if len(number) > LONGEST:
            return f"The number {number[:20]}... has {len(number)} characters; PrestaShop keeps at most {LONGEST}."
        if "," in number:
            return (
                f"The number {number} has a comma, which divides numbers in PrestaShop's one tracking field."
            )
        odd = next((letter for letter in number if not _ALLOWED.fullmatch(letter)), None)
        if odd is not None:
            return f"The number {number} has the character {odd!r}, which PrestaShop refuses in tracking numbers."
    return ""


def joined_fault_of(numbers: Sequence[str]) -> str:
    """Why these numbers cannot stand together, in a sentence; "" where they can."""
    length = len(join(numbers))
    if length <= LONGEST:
        return ""
    return (
        f"PrestaShop has one tracking field of {LONGEST} characters for an order; its {len(numbers)} numbers take "
        f"{length} ({', '.join(numbers)}). Give the order fewer numbers, such as that of the waybill alone."
    )


def wanted_numbers(
    row_id: str, held: Sequence[str], shipments: Iterable[FulfillmentShipment]
) -> tuple[str, ...]:
    """What the field of a row shall hold: what others entered, and the numbers of all shipments that have left.

    A corrected shipment's new numbers stand where its former ones stood; everything else keeps its place.
    """
    everyone = list(shipments)
    wanted = {number for shipment in everyone for number in shipment.numbers}
    former = {
        number: shipment.numbers
        for shipment in everyone
        if shipment.acknowledged != shipment.revision
        for number in held
        if number not in wanted and shipment.replaces(row_id, number)
    }
    replaced = [new for number in held for new in former.get(number, (number,))]
    return tuple(dict.fromkeys([*replaced, *(n for shipment in everyone for n in shipment.numbers)]))
