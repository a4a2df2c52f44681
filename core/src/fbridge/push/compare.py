"""Whether a store still shows what it took: an order as just read, beside the ledger's rows (pure).

Only what fbridge wrote, or saw there when it was taken, is looked for. Whatever others add beside it is theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fbridge.models.drift import Aspect, Finding
from fbridge.models.orders import UNKNOWN_STATUS, Order, OrderLine, StoreShipment
from fbridge.models.push import LedgerRow
from fbridge.models.states import Effect, OrderStatus, PushState
from fbridge.push.decide import TAKEN_BY_STORE, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a look at the store tells of one shipment; ``words`` say what differs, "" where nothing does.

    ``shown`` are the numbers that the store shows for it, ours and strange ones, where one of ours is missing.
    ``mendable``: sending it again may bring it back.
    """

    finding: Finding
    aspects: tuple[Aspect, ...] = ()
    words: str = ""
    shown: tuple[str, ...] = ()
    mendable: bool = False

    @property
    def print(self) -> str:
        """Equal where the store shows the same."""
        return fingerprint([self.finding, self.aspects, self.words])


VERIFIED = Comparison(finding=Finding.VERIFIED)
ORDER_GONE = Comparison(finding=Finding.NOT_STORED, words="the store has no such order any more")


def is_at_rest(row: LedgerRow) -> bool:
    """Whether the store is known to hold the shipment as it is wanted: only then there is something to compare."""
    return row.state in TAKEN_BY_STORE and not row.outstanding


def compare(
    order: Order, rows: Sequence[LedgerRow], *, returned: Collection[int] = ()
) -> dict[int, Comparison]:
    """By key, what the order shows of each of its shipments that is at rest; ``rows`` are all that have left.

    ``returned`` are the keys of those that came back: that their money is given back is no surprise.
    """
    return {
        row.shipment_id: _OneShipment.of(order, row, rows, came_back=row.shipment_id in returned).judge()
        for row in rows
        if is_at_rest(row)
    }


@dataclass(frozen=True, slots=True)
class _OneShipment:
    """``ours`` are the store's entries of the shipment, ``expected`` the numbers that it took."""

    order: Order
    row: LedgerRow
    rows: Sequence[LedgerRow]
    ours: tuple[StoreShipment, ...]
    expected: tuple[str, ...]
    came_back: bool

    @classmethod
    def of(
        cls, order: Order, row: LedgerRow, rows: Sequence[LedgerRow], *, came_back: bool = False
    ) -> _OneShipment:
        expected = row.acknowledged_numbers if row.tracking_effect is Effect.DONE else ()
        marks = {row.uuid, *row.fences}
        others = {mark for one in rows if one is not row for mark in (one.uuid, *one.fences)} - marks
        ours = tuple(
            one
            for one in order.shipments
            if one.mark in marks
            or one.remote_id in row.remote_ids
            or (one.mark not in others and set(one.numbers) & set(expected))
        )
        return cls(order, row, rows, ours, expected, came_back)

    def judge(self) -> Comparison:
        if gone := self._gone():
            return Comparison(finding=Finding.NOT_STORED, words=gone, mendable=self._alive)
        missing = self.missing_numbers()
        found = dict[Aspect, str]()
        if number := self._number(missing):
            found[Aspect.NUMBER] = number
        if carrier := self._carrier():
            found[Aspect.CARRIER] = carrier
        if state := self._state():
            found[Aspect.STATE] = state
        if quantities := "; ".join((*self._of_entries(), *self._of_lines())):
            found[Aspect.QUANTITIES] = quantities
        if not found:
            return VERIFIED
        return Comparison(
            finding=Finding.DRIFTED,
            aspects=tuple(found),
            words="; ".join(found.values()),
            shown=self._shown(missing) if missing else (),
            mendable=self._alive and tuple(found) != (Aspect.QUANTITIES,),
        )

    @property
    def _alive(self) -> bool:
        return self.order.status is not OrderStatus.CANCELLED

    def _shown(self, missing: tuple[str, ...]) -> tuple[str, ...]:
        """Strange numbers are this shipment's where no sibling lacks one."""
        siblings = [row for row in self.rows if row is not self.row and is_at_rest(row)]
        others = (_OneShipment.of(self.order, row, self.rows) for row in siblings)
        strange = () if any(one.missing_numbers() for one in others) else self._strange_numbers()
        return (*(number for number in self.expected if number not in missing), *strange)

    def _gone(self) -> str:
        """Why nothing of the shipment is there; an order that is finished shows it by that alone."""
        if any(one.lines or one.numbers or one.mark for one in self.ours):
            return ""
        undone = [key for key in self.row.remote_ids if key in self.order.undone]
        if undone:
            return f"it was cancelled on the store ({', '.join(undone)})"
        closed = self.order.status is OrderStatus.CLOSED
        by_entries = any(one.lines for one in self.order.shipments)
        vanished = bool(self.row.remote_ids) and not self.ours
        if closed and not (vanished and (by_entries or not self.expected)):
            return ""
        if self.expected or vanished or self.row.status_effect is Effect.DONE:
            state = f"the order is {self.order.remote_status!r} and " if not closed else ""
            return f"{state}the store shows nothing of the shipment"
        return ""

    def missing_numbers(self) -> tuple[str, ...]:
        """What the store took and shows no more; of several entries (two places of goods) each shows the numbers."""
        parcels = [one for one in self.ours if one.lines] or [
            StoreShipment(remote_id="", numbers=tuple(n for one in self.ours for n in one.numbers))
        ]
        return tuple(number for number in self.expected if any(number not in one.numbers for one in parcels))

    def _strange_numbers(self) -> tuple[str, ...]:
        known = {*(self.row.holds.numbers if self.row.holds else ())}
        for row in self.rows:
            known |= {*row.numbers, *row.acknowledged_numbers, *(n for _, tried in row.tried for n in tried)}
        return tuple(dict.fromkeys(n for one in self.ours for n in one.numbers if n not in known))

    def _number(self, missing: tuple[str, ...]) -> str:
        if not missing:
            return ""
        strange = self._strange_numbers()
        instead = f"{', '.join(strange)} instead of" if strange else "no more the number"
        return f"the store shows {instead} {', '.join(missing)}"

    def _carrier(self) -> str:
        then = self.row.holds.carrier if self.row.holds and self.expected else ""
        now = {one.carrier for one in self.ours if one.carrier and set(one.numbers) & set(self.expected)}
        same = {then.casefold(), self.row.carrier.name.casefold(), self.row.carrier.code.casefold()}
        other = sorted(name for name in now if name.casefold() not in same)
        return f"the store shows the carrier {', '.join(other)} instead of {then}" if then and other else ""

    def _state(self) -> str:
        order = self.order
        if order.status is OrderStatus.CANCELLED:
            return "" if self.came_back else f"the order is {order.remote_status!r} on the store"
        if self.row.status_effect is not Effect.DONE or order.status is OrderStatus.CLOSED:
            return ""
        unknown = any(doubt.code == UNKNOWN_STATUS for doubt in order.doubts)
        what = "in a state that nothing explains" if unknown else "not finished any more"
        then = self.row.holds.order_status if self.row.holds else ""
        before = f" (it was {then!r})" if then else ""
        return f"the order is {order.remote_status!r} on the store{before}, {what}"

    def _of_entries(self) -> Iterator[str]:
        """Where the platform tells what is in a parcel."""
        if not any(one.lines for one in self.ours):
            return
        held = Counter[str]()
        for one in self.ours:
            held.update(dict(one.lines))
        lines = {line.id: line for line in self.order.lines}
        for item in self.row.items:
            line = lines.get(item.line_id)
            removed = line.removed if line else 0
            less = held[item.line_id] + removed < item.quantity
            more = held[item.line_id] > item.quantity and self.row.state is PushState.SENT
            if less or more:
                name = _name(line, item.line_id)
                yield f"the store shows {held[item.line_id]} of {name} in the parcel, {item.quantity} left"

    def _of_lines(self) -> Iterator[str]:
        """Against how the lines stood when the store took it. An order that changes where nothing has left is
        nobody's drift."""
        if self.row.lines_then is None:
            return
        lines = {line.id: line for line in self.order.lines}
        for item in self.row.items:
            if (then := self.row.lines_then.get(item.line_id)) is None:
                continue
            line, left = lines.get(item.line_id), self._left(item.line_id)
            now = max(line.quantity - line.removed, 0) if line else 0
            taken_off = now < min(then, left) and not self.came_back
            added = now > then and left >= then
            if taken_off or added:
                yield f"the order has {now} of {_name(line, item.line_id)}, of which it had {then} when it was sent"

    def _left(self, line_id: str) -> int:
        return sum(
            item.quantity
            for row in self.rows
            if row.acknowledged_revision is not None
            for item in row.items
            if item.line_id == line_id
        )


NO_DRIFT: dict[str, Any] = {"drift": None, "drift_since": None, "drift_accepted": ""}
"""The ledger's columns where nothing is known to have drifted."""


def as_taken(order: Order, row: LedgerRow) -> dict[str, Any]:
    """The columns that a later look is compared with, of a shipment that the store has taken: ``lines_then`` are
    the pieces of its lines that were to leave in all."""
    then = {
        item.line_id: max(line.quantity - line.removed, 0)
        for item in row.items
        if (line := order.line(item.line_id)) is not None
    }
    return {**NO_DRIFT, "lines_then": then}


def _name(line: OrderLine | None, line_id: str) -> str:
    return (line.sku or line.name or line.id) if line else f"line {line_id}"
