"""What became of each row of a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fbridge.models.results import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """One row: what became of it, a stable reason and a sentence; ``column`` and ``value`` where it was refused.

    ``row`` is its number as the program that made the file shows it. ``labels`` are the shipments
    (``S12``), ``warnings`` what somebody should look at in a row that was taken.
    """

    row: int
    outcome: Outcome
    reason: str
    words: str
    column: str = ""
    value: str = ""
    order: str = ""
    document: str = ""
    labels: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a file. ``skipped`` rows (totals, headers that come again) have their reason.

    ``ignored`` are columns that nothing was read from, ``warnings`` sentences about the whole file. ``refused_file``
    holds the refused rows, to be mended and imported again. With ``plan`` nothing was written.
    """

    file: str
    plan: bool
    rows: tuple[RowResult, ...]
    skipped: tuple[tuple[int, str], ...] = ()
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refused_file: Path | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no row was refused."""
        return not self.counts.get(Outcome.REFUSED)


def counted(rows: tuple[RowResult, ...]) -> dict[str, int]:
    """How many rows had which outcome; all four are named."""
    found = Counter(row.outcome for row in rows)
    return {str(outcome): found[outcome] for outcome in Outcome}
