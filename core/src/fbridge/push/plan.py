"""The push plan: what will happen, shown before it happens (docs/architecture.md, promise 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from fbridge.context import Context
from fbridge.models.fulfillments import Fulfillment, Preview
from fbridge.models.orders import Money, Order, OrderLine
from fbridge.models.push import LedgerRow
from fbridge.models.states import MailBehaviour
from fbridge.orders.storage import load_orders
from fbridge.push.decide import (
    TAKEN_BY_STORE,
    Action,
    Decision,
    PushPolicy,
    build_fulfillment,
    completes,
    decide,
    fingerprint,
)
from fbridge.push.policy import load_policy
from fbridge.push.rows import load_orders_in_work
from fbridge.stores.open_store import OpenStore, open_store

GOES_OUT = frozenset({Action.SEND, Action.UPDATE})
MAY_GO_OUT = GOES_OUT | {Action.CHECK}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """What a push does with one shipment. ``carrier`` is as the store will show it."""

    shipment: str
    order_number: str
    manifest: str
    action: Action
    carrier: str
    numbers: tuple[str, ...]
    completes_order: bool
    mail: bool
    reason: str
    words: str
    warnings: tuple[str, ...] = ()
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlan:
    """The entries of one store, how many mails its customers get, and the cash the courier collects."""

    store: str
    platform: str
    entries: tuple[PlanEntry, ...]
    mails: int
    cod_totals: tuple[Money, ...]

    @property
    def goes_out(self) -> int:
        """How many shipments are sent or updated."""
        return sum(entry.action in GOES_OUT for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPlan:
    """The plans of the stores that have something. Equal fingerprints mean that nothing it rests on has changed.

    ``names`` are all stores that were looked at, on a push of this plan again.
    """

    fingerprint: str
    stores: tuple[StorePlan, ...]
    names: tuple[str, ...]
    manifest: str | None = None

    @property
    def goes_out(self) -> int:
        """How many shipments are sent or updated."""
        return sum(store.goes_out for store in self.stores)


def make_plan(context: Context, names: Sequence[str], *, manifest: str | None = None) -> PushPlan:
    """Plan the pushes of these stores, or of one manifest on them."""
    plans = tuple(plan for name in names if (plan := _plan_store(context, name, manifest)).entries)
    facts = [asdict(plan) for plan in plans]
    return PushPlan(fingerprint=fingerprint(facts), stores=plans, names=tuple(names), manifest=manifest)


def _plan_store(context: Context, name: str, manifest: str | None) -> StorePlan:
    with context.database.read() as connection:
        groups = load_orders_in_work(connection, name, manifest=manifest)
        orders = load_orders(connection, list(groups))
    if not groups:
        return StorePlan(store=name, platform="", entries=(), mails=0, cod_totals=())
    with open_store(context, name) as opened:
        policy = load_policy(context, opened)
        now = context.now()
        plans = [_OrderPlan.make(rows, orders[key], policy, now) for key, rows in groups.items()]
        previews = _previews(opened, plans)
    platform = opened.adapter.platform
    mails = platform.mail is not MailBehaviour.NEVER and policy.accepts_mail
    entries: list[PlanEntry] = []
    mail_count = 0
    for plan in plans:
        preview = previews.get(plan.fulfillment.order_id) or plan.preview(mails=mails)
        entries += plan.entries(preview)
        mail_count += len(preview.mails)
    going = {entry.shipment for entry in entries if entry.action in GOES_OUT}
    cods = [row.cod for rows in groups.values() for row in rows if row.cod and row.label in going]
    return StorePlan(
        store=name, platform=platform.label, entries=tuple(entries), mails=mail_count, cod_totals=totals(cods)
    )


def _previews(opened: OpenStore, plans: Sequence[_OrderPlan]) -> dict[str, Preview]:
    """What the plugin itself says of the orders with something to send, where it has such a hook."""
    going = [plan.fulfillment for plan in plans if plan.sends]
    previews = opened.adapter.preview_push(opened.store, going) if going else ()
    return {preview.order_id: preview for preview in previews or ()}


@dataclass(frozen=True, slots=True)
class _OrderPlan:
    """One order of the plan: its shipments, the decisions about them, and the state it would be brought to.

    What is read on the store first may be sent in the same run, so its mail counts as well. ``strange_warehouses``
    are those of its shipments that the store's settings do not know.
    """

    rows: tuple[LedgerRow, ...]
    order: Order
    decisions: dict[int, Decision]
    fulfillment: Fulfillment
    strange_warehouses: tuple[str, ...]

    @classmethod
    def make(cls, rows: tuple[LedgerRow, ...], order: Order, policy: PushPolicy, now: datetime) -> _OrderPlan:
        """Decide about the order as it was last fetched."""
        decisions = decide_order(rows, order.lines, policy, now)
        sent = {key: one for key, one in decisions.items() if one.action in GOES_OUT}
        fulfillment = build_fulfillment(order, leaving(rows, decisions, MAY_GO_OUT), sent, policy)
        named = (row.warehouse for row in rows if row.shipment_id in sent and row.warehouse)
        strange = dict.fromkeys(name for name in named if policy.warehouses and name not in policy.warehouses)
        return cls(rows, order, decisions, fulfillment, tuple(strange))

    @property
    def sends(self) -> bool:
        """Whether anything of it may go out."""
        return any(decision.action in MAY_GO_OUT for decision in self.decisions.values())

    def preview(self, *, mails: bool) -> Preview:
        """Where the plugin does not say it: one mail for an order that this push completes."""
        acknowledged = [row for row in self.rows if row.acknowledged_revision is not None]
        completed_before = completes(self.order.lines, acknowledged)
        newly = self.sends and self.fulfillment.completes_order and not completed_before
        return Preview(order_id=self.order.remote_id, mails=("order completed",) if mails and newly else ())

    def entries(self, preview: Preview) -> list[PlanEntry]:
        """A line of the plan for each outstanding shipment; the mail stands at the last one that goes out."""
        going = [key for key, one in self.decisions.items() if one.action in MAY_GO_OUT]
        return [
            self._entry(row, preview, mail=bool(preview.mails) and row.shipment_id == going[-1])
            for row in self.rows
            if row.shipment_id in self.decisions
        ]

    def _entry(self, row: LedgerRow, preview: Preview, *, mail: bool) -> PlanEntry:
        decision = self.decisions[row.shipment_id]
        goes = decision.action in GOES_OUT
        refused = preview.refused if goes else ""
        carrier = preview.carrier or (decision.carrier.label if decision.carrier else "")
        return PlanEntry(
            shipment=row.label,
            order_number=row.order_number,
            manifest=row.manifest,
            action=Action.BLOCKED if refused else decision.action,
            carrier=carrier if row.numbers else "",
            numbers=row.numbers if decision.with_numbers else (),
            completes_order=goes and self.fulfillment.completes_order,
            mail=mail,
            reason="adapter_refuses" if refused else decision.reason,
            words=refused or decision.words,
            warnings=(*preview.warnings, *self._about_warehouses(row)) if goes else (),
            next_at=decision.next_at,
        )

    def _about_warehouses(self, row: LedgerRow) -> Iterator[str]:
        if row.warehouse in self.strange_warehouses:
            yield (
                f"The store's setting warehouses has no place for the warehouse {row.warehouse}, so the store's own "
                "choice counts."
            )


def decide_order(
    rows: Sequence[LedgerRow], lines: Sequence[OrderLine], policy: PushPolicy, now: datetime
) -> dict[int, Decision]:
    """The decision for each outstanding shipment of one order, by shipment key."""
    complete = completes(lines, rows)
    return {
        row.shipment_id: decide(row, policy, completes_order=complete, now=now)
        for row in rows
        if row.outstanding
    }


def leaving(
    rows: Sequence[LedgerRow],
    decisions: Mapping[int, Decision],
    going: Collection[Action] = GOES_OUT,
) -> list[LedgerRow]:
    """The shipments that the store holds after this push: those there already and those that go out now."""
    return [
        row
        for row in rows
        if row.state in TAKEN_BY_STORE
        or row.acknowledged_revision is not None
        or (row.shipment_id in decisions and decisions[row.shipment_id].action in going)
    ]


def totals(amounts: Sequence[Money]) -> tuple[Money, ...]:
    """The sum by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for money in amounts:
        sums[money.currency] += money.amount
    return tuple(Money(amount=sums[currency], currency=currency) for currency in sorted(sums))
