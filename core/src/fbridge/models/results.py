"""What a bulk operation says of each item: one bad row stops nothing else (docs/architecture.md, promise 3)."""

from __future__ import annotations

from dataclasses import dataclass


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
