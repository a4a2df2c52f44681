"""What a later look at a store found of shipments that it had taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Finding(StrEnum):
    """``verified``: as the ledger has it. ``not_stored``: the store shows nothing of it. ``drifted``: it shows
    something else. ``not_checked``: it could not be told."""

    VERIFIED = "verified"
    NOT_STORED = "not_stored"
    DRIFTED = "drifted"
    NOT_CHECKED = "not_checked"


class Aspect(StrEnum):
    """What of a shipment, or of its order, somebody changed on the store."""

    NUMBER = "number"
    CARRIER = "carrier"
    STATE = "state"
    QUANTITIES = "quantities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What the store shows otherwise, found by the last look. ``finding`` is ``not_stored`` or ``drifted``.

    ``shown`` are the numbers that stand there where one of ours is missing. ``mendable``: sending it again may bring
    it back. ``print`` is equal where the store shows the same. ``since`` (aware UTC) is when it was first seen so.
    """

    finding: Finding
    aspects: tuple[Aspect, ...]
    words: str
    shown: tuple[str, ...]
    mendable: bool
    print: str
    since: datetime
