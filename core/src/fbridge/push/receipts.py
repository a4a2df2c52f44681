"""From a receipt to the shipment's next state (pure; docs/states.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fbridge.models.fulfillments import Fulfillment, Receipt, ShipmentReceipt
from fbridge.models.states import Outcome, PushState

MOST_TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)

_STATES = {
    Outcome.DONE: PushState.SENT,
    Outcome.DONE_ELSEWHERE: PushState.DONE_ELSEWHERE,
    Outcome.REFUSED: PushState.REFUSED,
    Outcome.RETRY: PushState.RETRY,
    Outcome.UNCONFIRMED: PushState.UNCONFIRMED,
    Outcome.PREPARED: PushState.READY,
}
TRIED_TOO_OFTEN = "tried_too_often"
SENT_WITHOUT_NUMBER = "sent_without_number"
"""The reason of a sent shipment whose number was kept back because its carrier was not mapped."""

LONGEST_WAIT = timedelta(days=1)
"""Nothing waits longer for a check or another try, whatever a store or a clock says."""

ACKNOWLEDGED = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE})


@dataclass(frozen=True, slots=True, kw_only=True)
class NextState:
    """Where a shipment goes after a receipt."""

    state: PushState
    reason: str
    words: str
    next_at: datetime | None = None


CORRECTION_DUE = NextState(
    state=PushState.READY,
    reason="correction_due",
    words="a correction came in meanwhile; the next push sends it",
)


def next_state(receipt: ShipmentReceipt, *, tries: int, settle: timedelta, now: datetime) -> NextState:
    """The state after this receipt; a fault that passed too often needs a person."""
    state = _STATES[receipt.outcome]
    if state is PushState.RETRY:
        return _again(receipt, tries, now)
    next_at = (
        _bounded(now, max(now + settle, receipt.not_before or now))
        if state is PushState.UNCONFIRMED
        else None
    )
    return NextState(state=state, reason=receipt.reason, words=receipt.words, next_at=next_at)


def _again(receipt: ShipmentReceipt, tries: int, now: datetime) -> NextState:
    if tries >= MOST_TRIES:
        words = tried_too_often(tries, receipt.words or receipt.reason)
        return NextState(state=PushState.NEEDS_ATTENTION, reason=TRIED_TOO_OFTEN, words=words)
    next_at = _bounded(now, receipt.not_before or now + pause(tries))
    return NextState(state=PushState.RETRY, reason=receipt.reason, words=receipt.words, next_at=next_at)


def tried_too_often(tries: int, answer: str) -> str:
    """The sentence for a person, after a fault that does not pass."""
    return f"tried {tries} times; the last answer was: {answer}"


def _bounded(now: datetime, moment: datetime) -> datetime:
    return min(max(moment, now), now + LONGEST_WAIT)


def pause(tries: int) -> timedelta:
    """Doubling from a minute to an hour."""
    return min(FIRST_PAUSE * float(2 ** max(tries - 1, 0)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """Holds a plugin to the iteration rules: one receipt an order, one entry an outstanding shipment."""

    expected: dict[str, Fulfillment]

    @classmethod
    def of(cls, fulfillments: Iterable[Fulfillment]) -> ReceiptCheck:
        """For one chunk."""
        return cls({one.order_id: one for one in fulfillments})

    def accept(self, receipt: Receipt) -> tuple[tuple[ShipmentReceipt, ...], str]:
        """The entries that can be believed, and what the plugin did wrong ("" when nothing)."""
        fulfillment = self.expected.pop(receipt.order_id, None)
        if fulfillment is None:
            return (), f"a receipt for order {receipt.order_id!r}, which was not asked for or had one already"
        wanted = {shipment.id: shipment.revision for shipment in fulfillment.outstanding}
        good, faults = [], []
        for entry in receipt.shipments:
            if wanted.pop(entry.shipment_id, None) == entry.revision:
                good.append(entry)
            else:
                faults.append(f"an entry for shipment {entry.shipment_id} revision {entry.revision}")
        if wanted:
            faults.append(f"no entry for shipment {', '.join(wanted)}")
        return tuple(good), f"order {fulfillment.number}: {'; '.join(faults)}" if faults else ""
