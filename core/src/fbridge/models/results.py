"""What a bulk operation says of each item: one bad row stops nothing else (docs/architecture.md, promise 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """The result of one item.

    ``ref`` is what the caller named, ``reason`` a stable code, ``words`` one sentence, ``label`` the shipment
    (``S12``) where there is one; ``document`` and ``row`` echo the caller's own reference.
    """

    ref: str
    ok: bool
    reason: str
    words: str
    label: str = ""
    document: str = ""
    row: int | None = None


class Outcome(StrEnum):
    """What became of something that was handed in."""

    TAKEN = "taken"
    ALREADY_THERE = "already_there"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one shipment's part of a file: a stable ``reason``, a sentence, and the shipments' ``labels``.

    ``field`` names what is to be mended where it was refused and that is known. ``warnings`` are sentences on what
    was taken and somebody should look at.
    """

    outcome: Outcome
    reason: str
    words: str
    labels: tuple[str, ...] = ()
    field: str = ""
    warnings: tuple[str, ...] = ()
