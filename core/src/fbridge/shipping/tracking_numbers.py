"""The rules for tracking numbers and parcel counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fbridge.errors import InputError
from fbridge.models.shipments import Shipment
from fbridge.models.usual_carriers import number_warnings
from fbridge.settings.loading import REFUSE

LONGEST = 255
MOST_PARCELS = 9999


def clean_numbers(numbers: Sequence[str]) -> tuple[str, ...]:
    """The distinct numbers, stripped, in their sequence (C7); several in one text are divided (``A;B``).

    Raises InputError for what is no number: a placeholder, what a spreadsheet made of one, markup, two words.
    """
    return tuple(dict.fromkeys(_clean(part) for number in numbers for part in divided(number)))


def divided(text: str) -> tuple[str, ...]:
    """The numbers that stand in one text; the text itself where nothing divides it."""
    if _WHOLE.search(text):
        return (text,)
    parts = [part.strip() for part in _DIVIDERS.split(text) if part.strip()]
    return tuple(parts) if len(parts) > 1 or (parts and parts[0] != text) else (text,)


def parcels_for(numbers: Sequence[str], parcels: int | None) -> int:
    """How many boxes: as said, else one for each number as it was given, at least one.

    One number may stand for many boxes; more numbers than boxes is a slip. Raises InputError.
    """
    numbers = [part.strip() for number in numbers for part in divided(number)]
    if parcels is None:
        return max(1, len(numbers))
    if not 1 <= parcels <= MOST_PARCELS:
        raise InputError(f"{parcels} parcels: give a count from 1 to {MOST_PARCELS}.", reason="bad_parcels")
    distinct = len(dict.fromkeys(numbers))
    if distinct > parcels:
        raise InputError(
            f"{distinct} tracking numbers for {parcels} parcel{'s' if parcels > 1 else ''}: "
            "give at most one number for each parcel.",
            reason="more_numbers_than_parcels",
        )
    return parcels


def looked_at(numbers: tuple[str, ...], carrier: str, order_number: str, *, strict: bool) -> tuple[str, ...]:
    """What is odd about numbers that a file tells, a sentence each.

    Raises InputError for lost leading zeros, which only a spreadsheet takes away; ``strict``: for anything odd.
    """
    warnings = number_warnings(numbers, carrier, order_number)
    for warning in warnings:
        if strict or warning.reason == "lost_zeros":
            raise InputError(warning.words, reason=warning.reason)
    return tuple(warning.words for warning in warnings)


def refuse_odd(shipment: Shipment, odd_numbers: str, known: tuple[str, ...] = ()) -> Shipment:
    """The shipment, where its numbers are not odd or the setting ``odd_numbers`` only warns of them.

    ``known`` numbers it had before. Raises InputError.
    """
    for warning in shipment.number_warnings if odd_numbers == REFUSE else ():
        if warning.number not in known:
            raise InputError(warning.words, reason=warning.reason)
    return shipment


def _clean(number: str) -> str:
    text = number.strip()
    if not text:
        raise InputError("A tracking number is empty.", reason="bad_number")
    if len(text) > LONGEST:
        raise InputError(
            f"The tracking number {text[:20]}... has {len(text)} characters; at most {LONGEST} are possible.",
            reason="bad_number",
        )
    odd = next((character for character in text if not character.isprintable()), None)
    if odd is not None:
        raise InputError(
            f"The tracking number {text!a} has an invisible character (U+{ord(odd):04X}); type it again.",
            reason="bad_number",
        )
    for pattern, reason, words in _NO_NUMBERS:
        if pattern.search(text):
            raise InputError(f"{text!r} is no tracking number: {words}.", reason=reason)
    return text


_DIVIDERS = re.compile(r"[;,|]|\s[/+&]\s")

_WHOLE = re.compile(r"\A\s*[+-]?\d+[.,]\d+e[+-]?\d+\s*\Z|[<>]|&#?\w+;", re.ASCII | re.IGNORECASE)
"""A comma or a semicolon that divides nothing: of a decimal, and within markup."""

_NOTHING = (
    r"\A(0+|[-_.?*/x]+|n\W{0,2}[acd]\W?|none|null|nil|nan|undefined|tb[acd]|todo|nessuno|non disponibile|"
    r"da assegnare|in attesa|mancante|vuoto|not available|missing|pending|unknown|empty)\Z"
)
_NO_NUMBERS = tuple(
    (re.compile(pattern, re.ASCII | re.IGNORECASE), reason, words)
    for pattern, reason, words in (
        (r"\A[+-]?\d+([.,]\d+)?e[+-]?\d+\Z", "spreadsheet_number",
         "it is what a spreadsheet makes of a long number, and its digits are lost"),
        (r"\A\d{6,}[.,]0+\Z", "spreadsheet_number", "a spreadsheet has added a decimal to it; leave it out"),
        (r"\A[=@]|\A['\"]|['\"]\Z", "spreadsheet_formula",
         "it is written as a formula or a text of a spreadsheet; give what stands inside the quotes"),
        (r"\A#(N/?[AD]|REF!|RIF!|VALUE!|VALORE!|DIV/0!|NAME\?|NOME\?|NUM!|NULL!|NULLO!)\Z", "spreadsheet_error",
         "a formula has come to an error"),
        (_NOTHING, "placeholder", "it stands for a number that is not there; leave it empty until there is one"),
        (r"[<>]|&#?\w+;|&[lg]t\b|\Awww\.|://", "markup", "it holds markup or a link; give the number alone"),
        (r"\s", "inner_blank", "it has a blank inside; leave the blank out, or divide several numbers with ;"),
        (r"[^\x00-\x7f]", "odd_character", "it has a character that is neither a letter from A to Z nor a digit"),
    )
)  # fmt: skip
"""What is no number of any carrier, by its shape: the pattern, a stable reason, and the rest of a sentence."""
