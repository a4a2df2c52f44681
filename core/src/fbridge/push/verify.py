"""Later than a push: whether the stores still show what they took. Reads only; nothing is written to a store.

What differs is read again once the store has settled, and is told where both looks agree: a cache or a replica may
show an order as it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from fbridge.context import Context
from fbridge.errors import BusyError, FbridgeError
from fbridge.models.drift import Aspect, Finding
from fbridge.models.orders import Order
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderPage
from fbridge.models.push import LedgerRow
from fbridge.orders.hidden import refuse_hidden
from fbridge.orders.storage import load_orders
from fbridge.orders.unreadable import cannot_be_read
from fbridge.push.compare import ORDER_GONE, Comparison, compare, is_at_rest
from fbridge.push.drifted import ways_of
from fbridge.push.freshness import before_our_write, earlier_change, too_old
from fbridge.push.judge import snapshot
from fbridge.push.rows import group_by_order, load_rows_of_orders
from fbridge.push.run_state import Group, PushProgress
from fbridge.push.turn import push_turn
from fbridge.push.verify_rows import keep_page, note_findings
from fbridge.push.verify_scope import Scope, came_back, count_unlooked, kept_since, orders_in, unlooked_scope
from fbridge.stores.each_store import for_each_store
from fbridge.stores.open_store import OpenStore, open_store

log = logging.getLogger("fbridge.verify")

ORDERS_AT_ONCE = 200
"""Fills the requests of every platform, whatever number of ids goes into one."""
MOST_LOOKS = 3
STILL_CHANGING = "two looks at the order, one after the other, did not agree; verify it again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyItem:
    """One shipment that is not as the ledger has it, or could not be compared; ``ways`` are commands that deal with
    it. ``numbers`` are ours, ``shown`` those on the store where one of ours is missing."""

    store: str
    shipment: str
    order_number: str
    manifest: str
    finding: Finding
    aspects: tuple[Aspect, ...]
    words: str
    numbers: tuple[str, ...]
    shown: tuple[str, ...]
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreVerified:
    """What was compared on one store, with how many ``requests``; ``accepted`` differ as a person has accepted.

    With an ``error`` the look ended early; what was found before it is told.
    """

    store: str
    verified: int = 0
    accepted: int = 0
    requests: int = 0
    items: tuple[VerifyItem, ...] = ()
    error: FbridgeError | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at one order: what it tells of each shipment, and a print of all that it showed.

    ``doubt``: a sentence why it decides nothing, "" where it may. ``order`` is None where it was not shown.
    """

    group: Group
    order: Order | None
    found: Mapping[int, Comparison]
    print: str
    doubt: str = ""
    unreadable: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether the store does not show the order at all."""
        return self.order is None and not self.unreadable

    @property
    def is_fine(self) -> bool:
        """Whether the store shows all as the ledger has it, or as a person has accepted it."""
        rows = {row.shipment_id: row for row in self.group}
        return not self.doubt and all(
            one.finding is Finding.VERIFIED or rows[key].drift_accepted == one.print
            for key, one in self.found.items()
        )

    def agrees_with(self, other: _Look | None) -> bool:
        """Whether two looks showed the same."""
        if other is None or self.doubt or other.doubt:
            return False
        return (self.print, self.found) == (other.print, other.found)

    @property
    def key(self) -> int:
        """The order's key in fbridge's database."""
        return self.group[0].order_id


@dataclass(slots=True)
class _Verifying:
    context: Context
    opened: OpenStore
    stop: Event
    progress: Callable[[PushProgress], None] | None
    verified: int = 0
    accepted: int = 0
    items: list[VerifyItem] = field(default_factory=list)

    def all(self, keys: Sequence[int]) -> None:
        """Look at these orders; what differs is looked at again before it is told."""
        open_looks = self._look_at_all(keys, {}, "reading orders")
        for _ in range(1, MOST_LOOKS):
            again = [key for key, look in open_looks.items() if not look.unreadable]
            if not again or self.stop.wait(self.opened.settle_time.total_seconds()):
                break
            before = {key: open_looks.pop(key) for key in again}
            refuse_hidden(self.opened.name, sum(look.is_gone for look in before.values()), of=len(keys))
            words = "reading what differs once more, for a cache or a replica may be behind"
            open_looks |= self._look_at_all(again, before, words)
        for look in open_looks.values():
            self._not_told(look)

    def _look_at_all(self, keys: Sequence[int], before: Mapping[int, _Look], words: str) -> dict[int, _Look]:
        """Take what is fine, and what shows itself as it did ``before``; gives what is not decided, by order."""
        undecided: dict[int, _Look] = {}
        for done, part in enumerate(in_parts(keys, ORDERS_AT_ONCE)):
            if self.stop.is_set():
                break
            self._tell(done * ORDERS_AT_ONCE, len(keys), words)
            looks = self._look(part)
            decided = [one for one in looks if one.is_fine or one.agrees_with(before.get(one.key))]
            self._take(decided)
            undecided |= {one.key: one for one in looks if one not in decided}
        return undecided

    def _look(self, keys: Sequence[int]) -> list[_Look]:
        """Read these orders, as far as something of them is at rest by now."""
        with self.context.database.read() as connection:
            groups = group_by_order(load_rows_of_orders(connection, keys))
            known, kept_at = load_orders(connection, keys), kept_since(connection, keys)
            returned = came_back(connection, [row.shipment_id for group in groups.values() for row in group])
        groups = {key: group for key, group in groups.items() if any(map(is_at_rest, group))}
        if not groups:
            return []
        page = self.opened.read_orders(tuple(group[0].remote_order_id for group in groups.values()))
        keep_page(self.context, self.opened, page)
        self.opened.exchanges.begin()
        return [_look_at(page, group, (known[key], kept_at[key]), returned) for key, group in groups.items()]

    def _take(self, looks: Sequence[_Look]) -> None:
        """Keep what was found, but of orders on which somebody acted meanwhile."""
        kept = note_findings(self.context, self.opened, [(one.group, one.order, one.found) for one in looks])
        for look in looks:
            for row in look.group:
                if (found := look.found.get(row.shipment_id)) is None or look.key not in kept:
                    continue
                if found.finding is Finding.VERIFIED:
                    self.verified += 1
                elif found.print == row.drift_accepted:
                    self.accepted += 1
                else:
                    self.items.append(_item(row, found))

    def _not_told(self, look: _Look) -> None:
        """What could not be decided: nothing of it is kept."""
        words = look.doubt or STILL_CHANGING
        for row in filter(is_at_rest, look.group):
            self.items.append(_item(row, Comparison(finding=Finding.NOT_CHECKED, words=words)))

    def _tell(self, done: int, total: int, words: str) -> None:
        if self.progress:
            self.progress(PushProgress(store=self.opened.name, done=done, total=total, words=words))


def verify_store(
    context: Context,
    name: str,
    scope: Scope,
    *,
    stop: Event | None = None,
    progress: Callable[[PushProgress], None] | None = None,
) -> StoreVerified:
    """Compare one store with the ledger; an error ends it early, and what was found before is told."""
    work: _Verifying | None = None
    error: FbridgeError | None = None
    requests = 0
    try:
        with open_store(context, name) as opened:
            work = _Verifying(context, opened, stop or Event(), progress)
            try:
                with context.database.read() as connection:
                    keys = orders_in(connection, name, scope)
                work.all(keys)
            finally:
                requests = opened.exchanges.seen
    except FbridgeError as caught:
        error = caught
        log.warning("verify of %s ended early: %s", name, caught)
    return StoreVerified(
        store=name,
        verified=work.verified if work else 0,
        accepted=work.accepted if work else 0,
        requests=requests,
        items=tuple(sorted(work.items, key=lambda item: int(item.shipment[1:]))) if work else (),
        error=error,
    )


def verify_restored(
    context: Context, names: Sequence[str], progress: Callable[[PushProgress], None] | None = None
) -> tuple[StoreVerified, ...]:
    """Of a database that was put back from a backup: compare what it calls sent and nobody has looked at since.

    What was taken back, corrected or changed since the backup is found so, and a person is asked.
    """
    with context.database.read() as connection:
        behind = count_unlooked(connection, context.now())
    scope = unlooked_scope(context.now())

    def look(name: str, stop: Event) -> StoreVerified:
        # A turn takes over the epoch of the restore; one that did so later would call for another look.
        with suppress(BusyError), push_turn(context.database, name, context.lock_folder, context.now):
            pass
        return verify_store(context, name, scope, stop=stop, progress=progress)

    return for_each_store("verify", [name for name in names if behind.get(name)], look, patience=1.0)


def _look_at(
    page: OrderPage, group: Group, known_at: tuple[Order, datetime], returned: frozenset[int]
) -> _Look:
    """``known_at`` is the order as it is kept, and since when."""
    remote_id, (known, kept_at) = group[0].remote_order_id, known_at
    unread = next((one.reason for one in page.rejected if one.remote_id == remote_id), None)
    if unread is not None:
        return _Look(group, None, {}, "", doubt=cannot_be_read(unread), unreadable=True)
    order = next((one for one in page.orders if one.remote_id == remote_id), None)
    if order is None:
        gone = {row.shipment_id: ORDER_GONE for row in group if is_at_rest(row)}
        return _Look(group, None, gone, "")
    found = compare(order, group, returned=returned)
    why = ""
    if any(one.finding is not Finding.VERIFIED for one in found.values()):
        why = earlier_change(order, known, group) or before_our_write(order, known, group, kept_at=kept_at)
    return _Look(group, order, found, snapshot(order), doubt=too_old(why) if why else "")


def _item(row: LedgerRow, found: Comparison) -> VerifyItem:
    return VerifyItem(
        store=row.store,
        shipment=row.label,
        order_number=row.order_number,
        manifest=row.manifest,
        finding=found.finding,
        aspects=found.aspects,
        words=found.words,
        numbers=row.numbers,
        shown=found.shown,
        ways=() if found.finding is Finding.NOT_CHECKED else ways_of(row.label, found, row),
    )
