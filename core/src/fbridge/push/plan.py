"""The push plan: what will happen, shown before it happens (docs/architecture.md, promise 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from fbridge.adapterkit.adopting import carrier_of_others, left_to_others, words_about
from fbridge.context import Context
from fbridge.errors import FbridgeError
from fbridge.models.fulfillments import Fulfillment, Preview, ResolvedCarrier
from fbridge.models.orders import Money, Order, totals
from fbridge.models.push import LedgerRow
from fbridge.models.states import MailBehaviour, MailEffect
from fbridge.orders.storage import load_orders
from fbridge.push.concerns import concerns_of
from fbridge.push.decide import (
    GOES_OUT,
    MAY_GO_OUT,
    Action,
    Allowed,
    Decision,
    PushPolicy,
    build_fulfillment,
    decide_order,
    fingerprint,
    leaving,
    plain_preview,
    shown_of,
)
from fbridge.push.guards import GuardStop, PushScope, stops_of
from fbridge.push.plan_grounds import grounds_in_time
from fbridge.push.policy import load_policy
from fbridge.push.rows import has_orders_in_work, load_orders_in_work
from fbridge.stores.each_store import for_each_store
from fbridge.stores.open_store import OpenStore, open_store, with_known_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """What a push does with one shipment. ``carrier`` is as the store will show it.

    ``version`` is that of what the shipment's push rests on: whoever changes it meanwhile gets a new plan.
    """

    shipment: str
    order_number: str
    manifest: str
    version: int
    action: Action
    carrier: str
    numbers: tuple[str, ...]
    completes_order: bool
    mail: bool
    reason: str
    words: str
    warnings: tuple[str, ...] = ()
    next_at: datetime | None = None
    mails: tuple[str, ...] = ()
    cod: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlan:
    """The entries of one store, how many mails its customers get, from where, and the cash the courier collects.

    With ``stops`` nothing of it is sent. ``left_for_later`` counts the orders that a limit leaves to the next push.
    ``orders`` go out, ``mail_kinds`` are the mails by their names. ``orders_read`` is when the oldest and the newest
    of its orders were read, ``codes_listed_at`` when the store's carriers were (both aware UTC): what it rests on.
    ``mails_certain``: the store would tell that it has its mails switched off.
    """

    store: str
    platform: str
    entries: tuple[PlanEntry, ...]
    mails: int
    cod_totals: tuple[Money, ...]
    places: tuple[str, ...] = ()
    stops: tuple[GuardStop, ...] = ()
    left_for_later: int = 0
    orders: int = 0
    mail_kinds: tuple[tuple[str, int], ...] = ()
    orders_read: tuple[datetime, datetime] | None = None
    codes_listed_at: datetime | None = None
    mails_certain: bool = False

    @property
    def grounds(self) -> Mapping[str, object]:
        """What a fingerprint is of: reading the same once more changes nothing."""
        return asdict(replace(self, orders_read=None, codes_listed_at=None))

    @property
    def fingerprint(self) -> str:
        """Equal where nothing that this store's part of the plan rests on has changed."""
        return fingerprint(self.grounds)

    @property
    def goes_out(self) -> int:
        """How many shipments are sent or updated."""
        return sum(entry.action in GOES_OUT for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplannedStore:
    """A store that has something, and of which no plan can be made now: nothing is sent to it."""

    store: str
    error: FbridgeError


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPlan:
    """The plans of the stores that have something. Equal fingerprints mean that nothing it rests on has changed.

    ``names`` are all stores that were looked at, on a push of this plan again. ``made_at`` is aware UTC.
    ``unplanned`` hold up no other store; a push tells their errors.
    """

    fingerprint: str
    stores: tuple[StorePlan, ...]
    names: tuple[str, ...]
    made_at: datetime
    scope: PushScope = field(default_factory=PushScope)
    unplanned: tuple[UnplannedStore, ...] = ()

    @property
    def manifest(self) -> str | None:
        """The manifest that it is restricted to."""
        return self.scope.manifest

    @property
    def is_stopped(self) -> bool:
        """Whether a guard stops all of it."""
        return bool(self.stores) and all(store.stops for store in self.stores)

    @property
    def goes_out(self) -> int:
        """How many shipments are sent or updated."""
        return sum(store.goes_out for store in self.stores)


@dataclass(frozen=True, slots=True)
class PlannedStore:
    """A store's part of the plan, and what it allows a run to do, by order key."""

    plan: StorePlan
    allowed: Mapping[int, Allowed]


def make_plan(
    context: Context,
    names: Sequence[str],
    scope: PushScope | None = None,
    *,
    now: datetime | None = None,
    ask: bool = True,
) -> PushPlan:
    """Plan the pushes of these stores, or what the scope chooses of them, as of ``now`` (aware UTC).

    Without ``ask`` it rests on what is known of the stores, however old: nothing waits for one that is silent.
    Raises what hinders it where that is so for every store that has something.
    """
    moment, scope = now or context.now(), scope or PushScope()
    with context.database.read() as connection:
        busy = [name for name in names if has_orders_in_work(connection, name, manifest=scope.manifest)]
    made = for_each_store(
        None,
        busy,
        lambda name, _stop: _plan_closed(context, name, scope, moment, ask=ask),
        patience=1.0,  # it only reads
    )
    unplanned = tuple(one for one in made if isinstance(one, UnplannedStore))
    if unplanned and len(unplanned) == len(made):
        raise unplanned[0].error
    plans = tuple(plan for plan in made if isinstance(plan, StorePlan) and plan.entries)
    return PushPlan(
        fingerprint=fingerprint([plan.grounds for plan in plans]),
        stores=plans,
        names=tuple(names),
        made_at=moment,
        scope=scope,
        unplanned=unplanned,
    )


def _plan_closed(
    context: Context, name: str, scope: PushScope, now: datetime, *, ask: bool
) -> StorePlan | UnplannedStore:
    try:
        with open_store(context, name) as closed:
            opened = with_known_facts(context, closed) if ask else closed
            return plan_store(context, opened, load_policy(context, opened, scope), scope, now=now).plan
    except FbridgeError as error:
        return UnplannedStore(store=name, error=error)


def plan_store(
    context: Context, opened: OpenStore, policy: PushPolicy, scope: PushScope, *, now: datetime
) -> PlannedStore:
    """Plan the pushes of one open store; nothing is asked of it, nor written."""
    with context.database.read() as connection:
        groups = load_orders_in_work(connection, opened.name, manifest=scope.manifest)
        orders = load_orders(connection, list(groups))
        rests_on = grounds_in_time(connection, opened.name, list(groups))
        concerns = concerns_of(connection, [row.shipment_id for rows in groups.values() for row in rows])
    everything = [_OrderPlan.make(rows, orders[key], policy, now) for key, rows in groups.items()]
    plans = _first_of(everything, scope.limit)
    previews = previews_of(opened, [plan.fulfillment for plan in plans if plan.sends])
    mails = may_mail(opened, policy)
    shown = [(plan, previews.get(plan.fulfillment.order_id) or plan.preview(mails=mails)) for plan in plans]
    entries = tuple(entry for plan, preview in shown for entry in plan.entries(preview, concerns))
    going = {entry.shipment for entry in entries if entry.action in GOES_OUT}
    cods = [row.cod for plan in plans for row in plan.rows if row.cod and row.label in going]
    planned_mails = sum(len(preview.mails) for _, preview in shown)
    return PlannedStore(
        plan=StorePlan(
            store=opened.name,
            platform=opened.adapter.platform.label,
            entries=entries,
            mails=planned_mails,
            cod_totals=totals(cods),
            places=tuple(sorted({place for _, preview in shown for place in preview.places})),
            stops=stops_of(
                opened.name,
                pushes=sum(entry.action in MAY_GO_OUT for entry in entries),
                mails=planned_mails,
                guards=opened.settings.guards.but(scope.guards),
            ),
            left_for_later=len(everything) - len(plans),
            orders=sum(plan.goes_out for plan in plans),
            mail_kinds=tuple(sorted(Counter(mail for _, one in shown for mail in one.mails).items())),
            orders_read=rests_on.orders_read,
            codes_listed_at=rests_on.codes_listed_at,
            mails_certain=opened.adapter.platform.tells_mail_switch,
        ),
        allowed={plan.rows[0].order_id: plan.allowed(preview) for plan, preview in shown},
    )


def _first_of(plans: Sequence[_OrderPlan], limit: int | None) -> Sequence[_OrderPlan]:
    """Of what goes out the first ``limit`` orders, and all that waits."""
    if limit is None:
        return plans
    going = [plan for plan in plans if plan.sends]
    later = {id(plan) for plan in going[limit:]}
    return [plan for plan in plans if id(plan) not in later]


def may_mail(opened: OpenStore, policy: PushPolicy) -> bool:
    """Whether a push to this store may mail a customer at all."""
    return opened.adapter.platform.mail is not MailBehaviour.NEVER and policy.accepts_mail


def previews_of(opened: OpenStore, fulfillments: Sequence[Fulfillment]) -> dict[str, Preview]:
    """What the plugin itself says of these orders, by their ids on the store; empty where it has no such hook."""
    previews = opened.adapter.preview_push(opened.store, list(fulfillments)) if fulfillments else ()
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
    policy: PushPolicy

    @classmethod
    def make(cls, rows: tuple[LedgerRow, ...], order: Order, policy: PushPolicy, now: datetime) -> _OrderPlan:
        """Decide about the order as it was last fetched."""
        decisions = decide_order(rows, order, policy, now)
        sent = {key: one for key, one in decisions.items() if one.action in GOES_OUT}
        going = [_at_most(row, decisions) for row in leaving(rows, decisions, MAY_GO_OUT)]
        fulfillment = build_fulfillment(order, going, sent, policy)
        named = (row.warehouse for row in rows if row.shipment_id in sent and row.warehouse)
        strange = dict.fromkeys(name for name in named if policy.warehouses and name not in policy.warehouses)
        return cls(rows, order, decisions, fulfillment, tuple(strange), policy)

    @property
    def sends(self) -> bool:
        """Whether anything of it may go out."""
        return any(decision.action in MAY_GO_OUT for decision in self.decisions.values())

    @property
    def goes_out(self) -> bool:
        """Whether anything of it goes out, without a look at the store first."""
        return any(decision.action in GOES_OUT for decision in self.decisions.values())

    def preview(self, *, mails: bool) -> Preview:
        """Where the plugin does not say it."""
        return plain_preview(self.fulfillment, self.rows, mails=mails and self.sends)

    def allowed(self, preview: Preview) -> Allowed:
        """What a run of this plan may do with the order."""
        versions = {row.shipment_id: row.version for row in self.rows}
        going = [key for key, one in self.decisions.items() if one.action in MAY_GO_OUT]
        return Allowed(
            versions={key: versions[key] for key in going},
            mails=len(preview.mails),
            places=frozenset(preview.places),
            blocked=bool(preview.refused),
            shown={
                row.shipment_id: shown_of(row, self.policy) for row in self.rows if row.shipment_id in going
            },
        )

    def entries(self, preview: Preview, concerns: Mapping[int, tuple[str, ...]]) -> list[PlanEntry]:
        """A line of the plan for each outstanding shipment; the mail stands at the last one that goes out."""
        going = [key for key, one in self.decisions.items() if one.action in MAY_GO_OUT]
        return [
            self._entry(
                row,
                preview,
                concerns.get(row.shipment_id, ()),
                mail=bool(preview.mails) and row.shipment_id == going[-1],
            )
            for row in self.rows
            if row.shipment_id in self.decisions
        ]

    def _shown(self, carrier: ResolvedCarrier | None) -> str:
        """As the store will show it: under its own name for the code; a code that it never listed as it stands."""
        if carrier is None or carrier.site_code is None or carrier.site_code in self.policy.codes:
            return carrier.label if carrier else ""
        return carrier.site_code

    def _entry(self, row: LedgerRow, preview: Preview, concerns: Sequence[str], *, mail: bool) -> PlanEntry:
        decision = self.decisions[row.shipment_id]
        goes = decision.action in GOES_OUT
        refused = preview.refused if goes else ""
        return PlanEntry(
            shipment=row.label,
            order_number=row.order_number,
            manifest=row.manifest,
            version=row.version,
            action=Action.BLOCKED if refused else decision.action,
            carrier=(preview.carrier or self._shown(decision.carrier)) if row.numbers else "",
            numbers=row.numbers if decision.with_numbers else (),
            completes_order=goes and self.fulfillment.completes_order,
            mail=mail,
            reason="adapter_refuses" if refused else decision.reason,
            words=refused or decision.words,
            warnings=(
                *(one for one in concerns if one != decision.words),
                *(
                    (*preview.warnings, *self._about_warehouses(row), *self._about_others(row))
                    if goes
                    else ()
                ),
            ),
            next_at=decision.next_at,
            mails=preview.mails if mail else (),
            cod=row.cod,
        )

    def _about_others(self, row: LedgerRow) -> Iterator[str]:
        wanted = next((one for one in self.fulfillment.shipments if one.id == row.uuid), None)
        if wanted is None:
            return
        rule = carrier_of_others if wanted.acknowledged is None else left_to_others
        if name := rule(wanted, self.fulfillment):
            yield words_about(self.policy.codes.get(name, name))

    def _about_warehouses(self, row: LedgerRow) -> Iterator[str]:
        if row.warehouse in self.strange_warehouses:
            yield (
                f"The store's setting warehouses has no place for the warehouse {row.warehouse}, so the store's own "
                "choice counts."
            )


def _at_most(row: LedgerRow, decisions: Mapping[int, Decision]) -> LedgerRow:
    """A mail in doubt is shown, for the look at the store may prove that none left: then it is sent."""
    decision = decisions.get(row.shipment_id)
    looked_at = decision is not None and decision.action is Action.CHECK
    return replace(row, mail=MailEffect.NOT_SENT) if looked_at and row.mail is MailEffect.UNCONFIRMED else row
