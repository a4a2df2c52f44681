"""The shapes and check digits of tracking numbers that are published, each with its source. Pure.

A shape warns and refuses nothing: a carrier may have numbers of other kinds too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberShape:
    """One kind of number: its pattern, whether its check digit is right, and where that is published.

    ``known_by_itself``: no other carrier's numbers look like this.
    """

    name: str
    pattern: re.Pattern[str]
    checks: Callable[[str], bool]
    source: str
    known_by_itself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWarning:
    """What is odd about a number: a stable ``reason`` and a sentence."""

    number: str
    reason: str
    words: str


def _s10(number: str) -> bool:
    total = sum(
        int(digit) * weight for digit, weight in zip(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True)
    )
    return int(number[10]) == {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)


def _ups(number: str) -> bool:
    values = [int(one) if one.isdigit() else (ord(one) - ord("?")) % 10 for one in number[2:17]]
    return int(number[17]) == -(sum(values[0::2]) + 2 * sum(values[1::2])) % 10


def _fedex_express(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:11], (3, 1, 7) * 4, strict=False))
    return int(number[11]) == total % 11 % 10


def _gs1(number: str) -> bool:
    total = sum(
        int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(number[:-1]))
    )
    return int(number[-1]) == -total % 10


def _seven(number: str) -> bool:
    return int(number[-1]) == int(number[:-1]) % 7


S10 = NumberShape(
    "UPU S10", re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}", re.ASCII), _s10,
    "Universal Postal Union, standard S10 (identifiers of postal items)", known_by_itself=True,
)  # fmt: skip
"""Registered mail and parcels of the postal services."""
UPS_1Z = NumberShape(
    "UPS 1Z", re.compile(r"1Z[0-9A-Z]{15}\d", re.ASCII), _ups,
    "tracking_number_data (github.com/jkeen/tracking_number_data), couriers/ups.json", known_by_itself=True,
)  # fmt: skip
"""Parcels of UPS."""
FEDEX_EXPRESS = NumberShape(
    "FedEx Express", re.compile(r"\d{12}", re.ASCII), _fedex_express,
    "tracking_number_data (github.com/jkeen/tracking_number_data), couriers/fedex.json",
)  # fmt: skip
"""Parcels of FedEx Express."""
FEDEX_GROUND = NumberShape(
    "FedEx Ground", re.compile(r"\d{15}", re.ASCII), _gs1,
    "tracking_number_data (github.com/jkeen/tracking_number_data), couriers/fedex.json",
)  # fmt: skip
"""Parcels of FedEx Ground."""
DHL_EXPRESS = NumberShape(
    "DHL Express waybill", re.compile(r"\d{10}", re.ASCII), _seven,
    "tracking_number_data (github.com/jkeen/tracking_number_data), couriers/dhl.json",
)  # fmt: skip
"""Waybills of DHL Express."""
SSCC = NumberShape(
    "GS1 SSCC", re.compile(r"(?:00)?\d{18}", re.ASCII), _gs1,
    "GS1 General Specifications, Serial Shipping Container Code and check digit",
)  # fmt: skip
"""Any parcel with a label of GS1."""

ALL_SHAPES = (S10, UPS_1Z, FEDEX_EXPRESS, FEDEX_GROUND, DHL_EXPRESS, SSCC)
"""All shapes that are known."""
