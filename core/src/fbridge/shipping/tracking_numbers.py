"""The rules for tracking numbers and parcel counts. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from fbridge.errors import InputError

LONGEST = 255
MOST_PARCELS = 9999


def clean_numbers(numbers: Sequence[str]) -> tuple[str, ...]:
    """The distinct numbers, stripped, in their sequence (C7). Raises InputError for one that is no number."""
    return tuple(dict.fromkeys(_clean(number) for number in numbers))


def parcels_for(numbers: Sequence[str], parcels: int | None) -> int:
    """How many boxes: as said, else one for each number as it was given, at least one.

    One number may stand for many boxes; more numbers than boxes is a slip. Raises InputError.
    """
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
    return text
