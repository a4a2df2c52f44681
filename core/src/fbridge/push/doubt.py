"""How long a doubt lasts: absence is proved by two looks a settle time apart, and no doubt lasts for ever (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fbridge.models.push import LedgerRow
from fbridge.push.judge import Proof, Verdict

MOST_LOOKS = 8
LONGEST_DOUBT = timedelta(hours=1)
"""After so many looks that decided nothing, and so long, a person decides."""

LONGEST_UNREAD = timedelta(days=1)
"""A person decides without reading the order where it could not be read for so long."""

RESTS_ON_ABSENCE = frozenset({Proof.ABSENT, Proof.PARTLY_THERE})
"""After these something is written again, for the store did not show it: a cache or a replica may be behind."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the ledger keeps of a look that decided nothing. ``lasting``: now a person has to decide."""

    reason: str
    words: str
    looks: int
    absent_since: datetime | None
    next_at: datetime
    lasting: bool


def first_absence(row: LedgerRow, verdict: Verdict, *, settle: timedelta, now: datetime) -> Doubt | None:
    """The doubt that stays after a verdict; None where the verdict stands."""
    if verdict.proof not in RESTS_ON_ABSENCE:
        return None
    since = row.absent_since or now
    if row.absent_since is not None and now - since >= settle:
        return None
    words = f"{verdict.words}; it is looked at once more, for a cache or a replica may be behind"
    return _doubt(row, "absent_once", words, absent_since=since, next_at=since + settle, now=now)


def look_again(row: LedgerRow, reason: str, words: str, *, settle: timedelta, now: datetime) -> Doubt:
    """The doubt that stays after reads that nothing can be told from; what was seen before them counts no more."""
    return _doubt(row, reason, words, absent_since=None, next_at=now + settle, now=now)


def not_read(row: LedgerRow, reason: str, words: str, *, settle: timedelta, now: datetime) -> Doubt:
    """The doubt that stays where the order could not be read: that was no look, and somebody may mend the order."""
    began = row.unconfirmed_since or row.since
    lasting = now - began >= LONGEST_UNREAD
    if lasting:
        words = f"since {began:%Y-%m-%d %H:%M} UTC nothing is proved: {words}"
    return Doubt(reason, words, row.looks, None, now + settle, lasting)


def gone(row: LedgerRow, reason: str, words: str, *, settle: timedelta, now: datetime) -> Doubt:
    """The doubt that stays where the store does not show the order; at the second such look a person decides."""
    since = row.absent_since or now
    lasting = row.absent_since is not None and now - since >= settle
    return Doubt(reason, words, row.looks + 1, since, now + settle, lasting)


def _doubt(
    row: LedgerRow,
    reason: str,
    words: str,
    *,
    absent_since: datetime | None,
    next_at: datetime,
    now: datetime,
) -> Doubt:
    looks = row.looks + 1
    began = row.unconfirmed_since or row.since
    lasting = looks >= MOST_LOOKS and now - began >= LONGEST_DOUBT
    if lasting:
        words = f"after {looks} looks since {began:%Y-%m-%d %H:%M} UTC nothing is proved: {words}"
    return Doubt(reason, words, looks, absent_since, next_at, lasting)
