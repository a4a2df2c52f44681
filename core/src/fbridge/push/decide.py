"""What a push would do with each shipment, and why (pure; docs/architecture.md, promise 4; docs/settings.md)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from fbridge.models.fulfillments import (
    Fulfillment,
    FulfillmentShipment,
    Preview,
    ResolvedCarrier,
    TrackingNumber,
)
from fbridge.models.orders import UNKNOWN_STATUS, Order, OrderLine
from fbridge.models.push import LedgerRow
from fbridge.models.shipments import Carrier
from fbridge.models.states import PushState
from fbridge.push.guards import ORDER_TOO_OLD, too_old


class Action(StrEnum):
    """What a push does with a shipment."""

    SEND = "send"
    UPDATE = "update"
    CHECK = "check"
    WAIT = "wait"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPolicy:
    """How one store wants its pushes: its settings, mappings and what its platform does.

    ``patience``: how long a shipment without a number waits for one (None: for ever; zero: it does not wait).
    ``codes`` are the store's own codes as last listed, with their labels; ``codes_open`` is None when they
    were never listed. Of orders made before ``oldest`` nothing new goes out. ``settings_print`` differs where the
    store's settings do. ``timezone`` is the user's.
    """

    patience: timedelta | None
    send_unmapped: bool
    mappings: Mapping[int, str]
    codes: Mapping[str, str]
    codes_open: bool
    settle: timedelta
    always_mails: bool
    accepts_mail: bool
    warehouses: Mapping[str, str]
    settings_print: str = ""
    timezone: tzinfo = UTC
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with one shipment now, and why: a stable reason and a sentence."""

    action: Action
    reason: str
    words: str
    next_at: datetime | None = None
    carrier: ResolvedCarrier | None = None
    with_numbers: bool = True


GOES_OUT = frozenset({Action.SEND, Action.UPDATE})
MAY_GO_OUT = GOES_OUT | {Action.CHECK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a plan showed of one order: a run does that and no more (docs/architecture.md, promise 8).

    ``versions`` are those of the shipments that may go out, by key; ``mails`` and ``places`` are the preview's.
    ``shown`` are prints of the carriers and numbers that the plan shows of them. ``blocked``: it showed that the
    store would refuse all of it.
    """

    versions: Mapping[int, int]
    mails: int
    places: frozenset[str]
    shown: Mapping[int, str] = field(default_factory=dict)
    blocked: bool = False

    def within(self, approved: Allowed) -> Allowed:
        """Of this what an earlier plan showed as well."""
        same = {
            key: version
            for key, version in self.versions.items()
            if approved.versions.get(key) == version and approved.shown.get(key) == self.shown.get(key)
        }
        mails, places = min(self.mails, approved.mails), self.places & approved.places
        blocked = self.blocked or approved.blocked
        return replace(self, versions=same, mails=mails, places=places, blocked=blocked)

    def outgrown_by(self, preview: Preview) -> str:
        """Why what would happen now is more than was shown; "" where it is not."""
        if self.blocked and not preview.refused:
            return "nothing hinders it any more, which the plan did not show; look at the plan again"
        if len(preview.mails) > self.mails:
            return (
                f"the order has changed since the plan: {len(preview.mails)} mails instead of {self.mails}; "
                "look at the plan again"
            )
        new = [place for place in preview.places if place not in self.places]
        if new:
            return (
                f"the order has changed since the plan: goods leave from {', '.join(new)}, too; "
                "look at the plan again"
            )
        return ""


TAKEN_BY_STORE = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE})
_FOR_A_PERSON = frozenset({PushState.NEEDS_ATTENTION, PushState.UNDOING})


def decide(
    row: LedgerRow,
    policy: PushPolicy,
    *,
    completes_order: bool,
    now: datetime,
    lifted: bool = False,
    held: Decision | None = None,
) -> Decision:
    """Decide about one shipment that has left and that the store does not hold in its wanted revision.

    ``lifted``: it was refused, and what that rested on has changed. ``held``: why nothing of
    the order goes out.
    """
    if row.in_doubt or (lifted and row.in_backup):
        return _check(row, policy)
    if row.state in _FOR_A_PERSON or (row.state is PushState.REFUSED and not lifted):
        return Decision(action=Action.BLOCKED, reason=row.reason, words=row.words)
    if row.state is PushState.RETRY and row.next_at and row.next_at > now:
        return Decision(action=Action.WAIT, reason=row.reason, words=row.words, next_at=row.next_at)
    if held:
        return held
    if (
        completes_order
        and policy.always_mails
        and not policy.accepts_mail
        and row.acknowledged_revision is None
    ):
        return Decision(
            action=Action.WAIT,
            reason="mail_not_accepted",
            words="the store mails the customer when the order is completed, and its settings do not accept that "
            "(accept_mail = true)",
        )
    return _wait_for_number(row, policy, now) or _with_carrier(row, policy)


def decide_order(
    rows: Sequence[LedgerRow], order: Order, policy: PushPolicy, now: datetime
) -> dict[int, Decision]:
    """The decision for each outstanding shipment of one order, by shipment key."""
    complete = completes(order.lines, rows)
    return {
        row.shipment_id: decide(
            row,
            policy,
            completes_order=complete,
            now=now,
            lifted=is_lifted(row, order, policy),
            held=_held(row, order, policy, now),
        )
        for row in rows
        if row.outstanding
    }


def _held(row: LedgerRow, order: Order, policy: PushPolicy, now: datetime) -> Decision | None:
    """A state that nothing explains is not written over; what is very old may be a mistake, but for corrections."""
    unknown = next((doubt.words for doubt in order.doubts if doubt.code == UNKNOWN_STATUS), "")
    if unknown:
        return Decision(action=Action.WAIT, reason=UNKNOWN_STATUS, words=f"nothing is sent: {unknown}")
    if policy.oldest and order.created_at < policy.oldest and row.acknowledged_revision is None:
        words = too_old(row.store, order.created_at, policy.oldest, now=now)
        return Decision(action=Action.WAIT, reason=ORDER_TOO_OLD, words=words)
    return None


def is_lifted(row: LedgerRow, order: Order, policy: PushPolicy) -> bool:
    """Whether it was refused for a state that is another now."""
    refused = row.state is PushState.REFUSED and bool(row.refused_on)
    return refused and row.refused_on != grounds_of(row, order, policy)


def grounds_of(row: LedgerRow, order: Order, policy: PushPolicy) -> str:
    """A print of all that a refusal may rest on: the order's state, the carrier's code, the store's settings."""
    lines = [
        (one.id, one.quantity, one.removed, one.shipped, one.held, sorted(one.locations))
        for one in order.lines
    ]
    state = [order.status, order.remote_status, order.payment.kind, order.delivery]
    carrier = resolve_carrier(row.carrier, policy)[0]
    return fingerprint([state, lines, carrier.site_code if carrier else None, policy.settings_print])


def leaving(
    rows: Sequence[LedgerRow],
    decisions: Mapping[int, Decision],
    going: Collection[Action] = GOES_OUT,
) -> list[LedgerRow]:
    """The shipments that the store holds after this push: those that go out now, and the others as it has them.

    A correction that waits, or that was refused, is not written along with a sibling.
    """

    def goes(row: LedgerRow) -> bool:
        return row.shipment_id in decisions and decisions[row.shipment_id].action in going

    return [
        row if goes(row) else row.as_acknowledged()
        for row in rows
        if row.state in TAKEN_BY_STORE or row.acknowledged_revision is not None or goes(row)
    ]


def plain_preview(fulfillment: Fulfillment, rows: Sequence[LedgerRow], *, mails: bool) -> Preview:
    """Where the plugin does not say it: one mail for an order that this push completes."""
    acknowledged = [row for row in rows if row.acknowledged_revision is not None]
    newly = fulfillment.completes_order and not completes(fulfillment.order.lines, acknowledged)
    return Preview(order_id=fulfillment.order_id, mails=("order completed",) if mails and newly else ())


def _check(row: LedgerRow, policy: PushPolicy) -> Decision:
    settled = (row.unconfirmed_since or row.since) + policy.settle
    due = max(settled, row.next_at or settled)
    cause = "the database was restored from a backup" if row.unchecked else "the last answer never came"
    words = f"{cause}; the store is read first, nothing is sent on a guess"
    reason = "database_restored" if row.unchecked else row.reason
    return Decision(action=Action.CHECK, reason=reason, words=words, next_at=due)


def _wait_for_number(row: LedgerRow, policy: PushPolicy, now: datetime) -> Decision | None:
    if row.numbers or policy.patience == timedelta(0):
        return None
    if policy.patience is None:
        return Decision(
            action=Action.WAIT, reason="no_tracking_number", words="it waits for its tracking number"
        )
    until = row.shipped_at + policy.patience
    if now >= until:
        return None
    return Decision(
        action=Action.WAIT,
        reason="no_tracking_number",
        words="it waits for its tracking number, then goes without",
        next_at=until,
    )


def _with_carrier(row: LedgerRow, policy: PushPolicy) -> Decision:
    action = Action.SEND if row.acknowledged_revision is None else Action.UPDATE
    carrier, fault = resolve_carrier(row.carrier, policy)
    if carrier:
        return Decision(action=action, reason="due", words="", carrier=carrier)
    if not row.numbers:
        return Decision(action=action, reason="due", words="without a tracking number")
    if policy.send_unmapped:
        return Decision(
            action=action,
            reason="carrier_unmapped",
            words=f"{fault}; sent without number",
            with_numbers=False,
        )
    return Decision(action=Action.WAIT, reason="carrier_unmapped", words=fault)


def resolve_carrier(carrier: Carrier, policy: PushPolicy) -> tuple[ResolvedCarrier | None, str]:
    """The carrier as the store shall show it, or None with the reason in words."""
    site_code = policy.mappings.get(carrier.id)
    if site_code is not None and (policy.codes_open or site_code in policy.codes):
        label = policy.codes.get(site_code, carrier.name)
        return ResolvedCarrier(code=carrier.code, label=label, site_code=site_code), ""
    if site_code is not None:
        return None, f"carrier {carrier.code} is mapped to {site_code!r}, which the store no longer knows"
    if policy.codes_open:
        return ResolvedCarrier(code=carrier.code, label=carrier.name), ""
    return None, f"carrier {carrier.code} is not mapped to a code of the store"


def shown_of(row: LedgerRow, policy: PushPolicy) -> str:
    """A print of the carrier and the numbers with which a shipment goes out, whatever is to be done with it now."""
    carrier, _ = resolve_carrier(row.carrier, policy)
    place = policy.warehouses.get(row.warehouse or "")
    return fingerprint([carrier and (carrier.label, carrier.site_code), row.numbers, place])


def completes(lines: Sequence[OrderLine], rows: Sequence[LedgerRow]) -> bool:
    """Whether with these shipments every shippable line has left.

    What the store shows as shipped may hold shipments of ours that it knows, and others by hand; to that comes
    what it does not know yet.
    """
    known = _quantities(row for row in rows if row.acknowledged_revision is not None or row.remote_ids)
    unknown = _quantities(row for row in rows if row.acknowledged_revision is None and not row.remote_ids)
    return all(max(line.shipped, known[line.id]) + unknown[line.id] >= line.due for line in lines)


def _quantities(rows: Iterable[LedgerRow]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in rows:
        for item in row.items:
            sums[item.line_id] += item.quantity
    return sums


def build_fulfillment(
    order: Order,
    rows: Sequence[LedgerRow],
    decisions: Mapping[int, Decision],
    policy: PushPolicy,
) -> Fulfillment:
    """The state that the order shall have on its store: what is there already and what this push adds."""
    return Fulfillment(
        order=order,
        shipments=tuple(_shipment(row, decisions.get(row.shipment_id), policy) for row in rows),
        completes_order=completes(order.lines, rows),
        notify=policy.accepts_mail,
    )


def _tracking_page(row: LedgerRow, number: str, policy: PushPolicy) -> str:
    day = row.shipped_at.astimezone(policy.timezone).date()
    return row.carrier.url_for(number, postcode=row.postcode, reference=str(row.shipment_id), day=day)


def _shipment(row: LedgerRow, decision: Decision | None, policy: PushPolicy) -> FulfillmentShipment:
    numbers = row.numbers if decision is None or decision.with_numbers else ()
    carrier = decision.carrier if decision else resolve_carrier(row.carrier, policy)[0]
    return FulfillmentShipment(
        id=row.uuid,
        revision=row.revision,
        items=row.items,
        tracking=tuple(TrackingNumber(number=n, url=_tracking_page(row, n, policy)) for n in numbers),
        shipped_at=row.shipped_at,
        parcels=row.parcels,
        carrier=carrier,
        location=policy.warehouses.get(row.warehouse or ""),
        acknowledged=row.acknowledged_revision,
        acknowledged_numbers=row.acknowledged_numbers,
        former_numbers=row.former_numbers,
        remote_ids=row.remote_ids,
        baseline=row.baseline,
        unconfirmed_since=row.unconfirmed_since,
        fences=row.fences,
        mail=row.mail,
    )


def fingerprint(facts: object) -> str:
    """A short name for everything a plan rests on; equal plans have equal names."""
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
