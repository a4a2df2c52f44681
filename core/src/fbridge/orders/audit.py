"""A sweep over all orders of a store: which of them the cursor missed, and which the store has no more.

The contract has no list of bare ids, so the store's orders are read once whole. Nothing is written to a store.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event

import sqlalchemy as sa

from fbridge.context import Context
from fbridge.errors import FbridgeError
from fbridge.models.orders import Order
from fbridge.models.parts import in_parts
from fbridge.models.platforms import OrderPage, OrderQuery
from fbridge.models.states import OrderStatus
from fbridge.orders.fetch import (
    PATIENCE,
    Fetching,
    FetchProgress,
    Tally,
    fetch_changes,
    fetch_turn,
    first_day,
    read_by_id,
)
from fbridge.orders.hidden import refuse_hidden
from fbridge.orders.quantities import refresh_open_quantity
from fbridge.orders.rows import content_hash
from fbridge.orders.storage import lock_orders
from fbridge.storage import events
from fbridge.storage.tables import MOST_KEYS, orders
from fbridge.stores.each_store import for_each_store
from fbridge.stores.open_store import open_store

log = logging.getLogger("fbridge.audit")

DELETED = "deleted"
"""What stands for the store's own word of an order that it has no more."""
JUST_NOW = timedelta(seconds=2)
"""What was changed so shortly before the sweep may be waiting for the next fetch, and was not missed."""


_GONE = {"status": OrderStatus.CANCELLED, "remote_status": DELETED, "content_hash": "", "outdated_hash": ""}
"""The columns of an order that its store has no more: no goods leave for it, and any version of it is news."""


class AuditFinding(StrEnum):
    """``missed``: never fetched. ``behind``: a later version was never fetched. Both are fetched now. ``deleted``:
    the store has it no more."""

    MISSED = "missed"
    BEHIND = "behind"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedOrder:
    """An order that was not here as it is on its store, with a sentence about it."""

    number: str
    remote_id: str
    finding: AuditFinding
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """What a sweep found on one store. ``listed`` counts the orders that the store listed, ``told`` is its own count
    (None: it tells none), ``stored`` counts those that are kept here. With an ``error`` it ended early."""

    store: str
    listed: int = 0
    told: int | None = None
    stored: int = 0
    requests: int = 0
    orders: tuple[AuditedOrder, ...] = ()
    error: FbridgeError | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    number: str
    changed_at: datetime
    ambiguous: bool
    content_hash: str
    deleted: bool

    def is_behind(self, order: Order) -> bool:
        """Whether the store has a later version; one that was told as deleted is back."""
        if self.deleted or order.untold_time:
            return self.content_hash != content_hash(order)
        return order.changed_at > self.changed_at and not (self.ambiguous or order.ambiguous_time)


@dataclass(slots=True)
class _Audit:
    fetching: Fetching
    since: datetime
    listed: int = 0
    told: int | None = None
    found: list[AuditedOrder] = field(default_factory=list)

    def run(self) -> None:
        """Fetch what is new, sweep, fetch again, and see what is left unexplained."""
        fetch_changes(self.fetching, None)
        kept = self._kept()
        strange, unseen = self._sweep(kept)
        if self.fetching.stop.is_set():
            return
        fetch_changes(self.fetching, None)
        self._bring(strange)
        self._look_for({key: kept[key] for key in unseen if not kept[key].deleted})

    def _sweep(self, kept: Mapping[str, _Kept]) -> tuple[dict[str, Order], set[str]]:
        """All that the store lists: what is not kept as it is there, by id, and the ids that it does not list."""
        opened, strange, unseen = self.fetching.opened, dict[str, Order](), set(kept)
        limit = self.fetching.context.now() - JUST_NOW
        with closing(opened.adapter.fetch_orders(opened.store, OrderQuery(since=self.since))) as pages:
            for page in pages:
                self.listed += len(page.orders) + len(page.rejected)
                if self.told is None and page.remaining is not None:
                    self.told = self.listed + page.remaining
                unseen -= {one.remote_id for one in page.orders} | {one.remote_id for one in page.rejected}
                strange |= {
                    one.remote_id: one
                    for one in page.orders
                    if one.changed_at < limit and _is_strange(one, kept.get(one.remote_id))
                }
                opened.exchanges.begin()
                self.fetching.report(page.remaining)
                if self.fetching.stop.is_set():
                    break
        return strange, unseen

    def _bring(self, strange: Mapping[str, Order]) -> None:
        """Fetch by its id what no fetch has brought."""
        kept = self._kept(strange)
        left = {key: one for key, one in strange.items() if _is_strange(one, kept.get(key))}
        for part in in_parts(list(left), MOST_KEYS):
            read_by_id(self.fetching, part)
        for key, one in left.items():
            known = kept.get(key)
            finding = AuditFinding.BEHIND if known else AuditFinding.MISSED
            words = "no fetch had brought it; it is here now"
            if known:
                words = "it had changed, and no fetch had brought that; it is here now"
            self._tell(one.number, key, finding, words)

    def _look_for(self, unseen: Mapping[str, _Kept]) -> None:
        """Ask for what was not listed by its id: gone is what two looks, a settle time apart, do not show."""
        absent = self._absent(unseen)
        if not absent or self.fetching.stop.wait(self.fetching.opened.settle_time.total_seconds()):
            return
        gone = self._absent(absent)
        refuse_hidden(self._store, len(gone), of=self.count_kept())
        self._note_deleted({key: unseen[key].number for key in gone})

    def _note_deleted(self, gone: Mapping[str, str]) -> None:
        """``gone`` are the ids with the orders' numbers."""
        words = "the store has no such order any more"
        of_store = sa.select(orders.c.id, orders.c.remote_id).where(orders.c.store == self._store)
        with self.fetching.write() as connection:
            for part in in_parts(sorted(gone), MOST_KEYS):
                rows = connection.execute(of_store.where(orders.c.remote_id.in_(part)))
                keys = {row.id: row.remote_id for row in rows}
                lock_orders(connection, keys)
                connection.execute(sa.update(orders).where(orders.c.id.in_(keys)).values(**_GONE))
                refresh_open_quantity(connection, list(keys))
                at = self.fetching.context.now()
                for key in keys:
                    events.record(connection, "order.deleted", words, at=at, store=self._store, order_id=key)
        for remote_id, number in gone.items():
            self._tell(number, remote_id, AuditFinding.DELETED, words)

    def _absent(self, ids: Iterable[str]) -> set[str]:
        """Of these what the store does not show; what it shows is kept as it is there."""
        opened, absent = self.fetching.opened, set[str]()
        for part in in_parts(sorted(ids), MOST_KEYS):
            query = OrderQuery(order_ids=tuple(part))
            with closing(opened.adapter.fetch_orders(opened.store, query)) as pages:
                for page in map(opened.without_hidden, pages):
                    absent |= set(page.absent)
                    with self.fetching.page(_only_orders(page), 0):
                        pass
        return absent

    def count_kept(self) -> int:
        """How many orders are kept that the store has, as far as is known."""
        return sum(not one.deleted for one in self._kept().values())

    def _tell(self, number: str, remote_id: str, finding: AuditFinding, words: str) -> None:
        self.found.append(AuditedOrder(number=number, remote_id=remote_id, finding=finding, words=words))

    @property
    def _store(self) -> str:
        return self.fetching.opened.name

    def _kept(self, ids: Collection[str] | None = None) -> dict[str, _Kept]:
        columns = orders.c
        query = sa.select(
            columns.remote_id,
            columns.number,
            columns.changed_at,
            columns.ambiguous_time,
            columns.content_hash,
            columns.remote_status,
        ).where(columns.store == self._store)
        with self.fetching.context.database.read() as connection:
            if ids is None:
                rows = list(connection.execute(query.where(columns.changed_at >= self.since)))
            else:
                parts = in_parts(sorted(ids), MOST_KEYS)
                rows = [
                    row
                    for part in parts
                    for row in connection.execute(query.where(columns.remote_id.in_(part)))
                ]
        return {
            row.remote_id: _Kept(
                row.number, row.changed_at, row.ambiguous_time, row.content_hash, row.remote_status == DELETED
            )
            for row in rows
        }


def audit_stores(
    context: Context,
    names: Sequence[str],
    *,
    since: datetime | None = None,
    progress: Callable[[FetchProgress], None] | None = None,
) -> tuple[AuditResult, ...]:
    """Sweep several stores at once; one that fails stops no other. ``since`` (aware): what changed since then."""
    return for_each_store(
        "audit",
        names,
        lambda name, stop: _audit_store(context, name, since, progress, stop),
        patience=PATIENCE,
    )


def _audit_store(
    context: Context,
    name: str,
    since: datetime | None,
    progress: Callable[[FetchProgress], None] | None,
    stop: Event,
) -> AuditResult:
    audit: _Audit | None = None
    error: FbridgeError | None = None
    requests = stored = 0
    try:
        with (
            open_store(context, name) as opened,
            fetch_turn(context.database, name, context.lock_folder) as held,
        ):
            fetching = Fetching(context, opened, held, Tally(), progress, stop)
            audit = _Audit(fetching, since or first_day(context, opened))
            try:
                audit.run()
            finally:
                requests = opened.exchanges.seen
                stored = audit.count_kept()
    except FbridgeError as caught:
        error = caught
        log.warning("audit of %s ended early: %s", name, caught)
    return AuditResult(
        store=name,
        listed=audit.listed if audit else 0,
        told=audit.told if audit else None,
        stored=stored,
        requests=requests,
        orders=tuple(audit.found) if audit else (),
        error=error,
    )


def _is_strange(order: Order, kept: _Kept | None) -> bool:
    """Whether no fetch has brought it as it is."""
    return kept is None or kept.is_behind(order)


def _only_orders(page: OrderPage) -> OrderPage:
    """What a look for orders that were not listed keeps: those that are there."""
    return replace(page, rejected=(), absent=())
