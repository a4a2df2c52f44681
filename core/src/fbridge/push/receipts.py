"""From a receipt to the shipment's next state (pure; docs/states.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fbridge.models.fulfillments import (
    Effects,
    Fulfillment,
    FulfillmentShipment,
    Receipt,
    ShipmentReceipt,
    StoreHolds,
)
from fbridge.models.orders import Order
from fbridge.models.problems import HELD_BACK
from fbridge.models.states import Effect, OrderStatus, Outcome, PushState

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

CONTRADICTION = "receipt_contradicts_itself"
_CLAIMS = frozenset({Outcome.DONE, Outcome.DONE_ELSEWHERE})

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
        return _again(receipt, tries, settle, now)
    next_at = (
        _bounded(now, max(now + settle, receipt.not_before or now))
        if state is PushState.UNCONFIRMED
        else None
    )
    return NextState(state=state, reason=receipt.reason, words=receipt.words, next_at=next_at)


def _again(receipt: ShipmentReceipt, tries: int, settle: timedelta, now: datetime) -> NextState:
    """What our own halt held back goes on once the store has settled; nothing was wrong with it."""
    if tries >= MOST_TRIES:
        words = tried_too_often(tries, receipt.words or receipt.reason)
        return NextState(state=PushState.NEEDS_ATTENTION, reason=TRIED_TOO_OFTEN, words=words)
    halted = receipt.reason == HELD_BACK
    next_at = now + settle if halted else _bounded(now, receipt.not_before or now + pause(tries))
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
                claimed = contradiction(fulfillment, entry)
                good.append(_doubted(entry, claimed) if claimed else entry)
                faults += [f"shipment {entry.shipment_id}: {claimed}"] if claimed else []
            else:
                faults.append(f"an entry for shipment {entry.shipment_id} revision {entry.revision}")
        if wanted:
            faults.append(f"no entry for shipment {', '.join(wanted)}")
        return tuple(good), f"order {fulfillment.number}: {'; '.join(faults)}" if faults else ""


def contradiction(fulfillment: Fulfillment, receipt: ShipmentReceipt) -> str:
    """Where a receipt says more than its ``holds`` shows (C10), in words that name both; "" where it fits.

    What an effect does not claim is no contradiction: a store that keeps no numbers is done without them.
    """
    if receipt.outcome not in _CLAIMS:
        return ""
    shipment = next(one for one in fulfillment.shipments if one.id == receipt.shipment_id)
    holds = receipt.holds or StoreHolds()
    return (
        _of_missing_numbers(shipment, receipt, holds)
        or _of_former_numbers(fulfillment, shipment, receipt, holds)
        or (_of_lines(fulfillment.order, shipment, holds) if receipt.outcome is Outcome.DONE else "")
        or _of_status(fulfillment.order, receipt.effects, holds)
    )


def _of_missing_numbers(shipment: FulfillmentShipment, receipt: ShipmentReceipt, holds: StoreHolds) -> str:
    missing = [one for one in shipment.numbers if one not in holds.numbers]
    told = receipt.effects.tracking is Effect.DONE
    if missing and (told or (receipt.outcome is Outcome.DONE and holds.numbers)):
        return f"it says that all is done, and that the store does not hold the number {', '.join(missing)}"
    return ""


def _of_former_numbers(
    fulfillment: Fulfillment, shipment: FulfillmentShipment, receipt: ShipmentReceipt, holds: StoreHolds
) -> str:
    """A number that others put there, or that a sibling wants, stays."""
    wanted = {number for one in fulfillment.shipments for number in one.numbers}
    former = [
        number
        for number in holds.numbers
        if number not in wanted
        and receipt.remote_ids
        and all(shipment.replaces(remote_id, number) for remote_id in receipt.remote_ids)
    ]
    if former and receipt.effects.tracking is Effect.DONE:
        return f"it says that all is done, and that the store still holds the number {', '.join(former)}"
    return ""


def _of_lines(order: Order, shipment: FulfillmentShipment, holds: StoreHolds) -> str:
    """What was refunded since it left need not be held."""
    held: Counter[str] = Counter()
    for item in holds.items:
        held[item.line_id] += item.quantity
    removed = {line.id: line.removed for line in order.lines}
    short = [
        item.line_id
        for item in shipment.items
        if held and held[item.line_id] + removed.get(item.line_id, 0) < item.quantity
    ]
    return (
        f"it says that all is done, and that the store holds less of line {', '.join(short)}" if short else ""
    )


def _of_status(order: Order, effects: Effects, holds: StoreHolds) -> str:
    unchanged = order.status is OrderStatus.OPEN and holds.order_status == order.remote_status
    if effects.status is Effect.DONE and unchanged and not holds.closed:
        return (
            f"it says that the order's status is done, and that the store still holds {holds.order_status!r}"
        )
    return ""


def _doubted(receipt: ShipmentReceipt, words: str) -> ShipmentReceipt:
    """The store is asked what is true of it."""
    return replace(
        receipt, outcome=Outcome.UNCONFIRMED, reason=CONTRADICTION, words=f"the plugin's receipt: {words}"
    )
