"""What a push of one order wants, and what has become of it. Pure.

What the store shows as ours is not sent again. The rest is taken from the order's fulfillment orders, one fulfillment
for each location. A shipment that no number would prove is first bound to fulfillment orders of its own (its fences):
those are fulfilled whole, so Shopify itself refuses a repeat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fbridge.adapterkit.adopting import not_added, numbers_of_others, other_carrier
from fbridge.adapterkit.mails import may_mail
from fbridge.adapterkit.receipts import ALL_REFUNDED, refunded_since
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.orders import Order, StoreShipment
from fbridge.models.problems import GONE_FROM_STORE, Problem, refused_as_it_stands
from fbridge.models.states import MailEffect, OrderStatus, Outcome
from fbridge_shopify.allocation import (
    NOTHING_LEFT,
    FulfillmentOrder,
    Pieces,
    Stock,
    Take,
    fulfillment_orders_in,
    pieces_of,
    why_lacking,
)
from fbridge_shopify.claims import (
    Claims,
    claims_of,
    digital_pieces,
    is_proved_by_number,
    shown,
    unclaimed,
    wanted_by,
)
from fbridge_shopify.documents import Kind, Mutation, correction, creation, splitting
from fbridge_shopify.mapping import BY_SERVICES, TRACKING_URLS, UNSEEN
from fbridge_shopify.tracking_lists import corrected_tracking, tracking_of

_GRAVEST_FIRST = (Outcome.UNCONFIRMED, Outcome.RETRY, Outcome.REFUSED)


@dataclass(slots=True)
class Part:
    """One outstanding shipment while it is pushed.

    ``held`` is what the store shows of it; what was ``refunded`` since it left is not to be shown. ``adopted``:
    somebody else made some of what is held. This push ``made`` or ``corrected`` some. ``bound``: it was bound to
    fulfillment orders, its ``fences``; their ids are still to be read where they were only split off now. ``mail`` is
    None where none was asked for. ``other_carrier``: somebody else shipped it with this one.
    """

    shipment: FulfillmentShipment
    held: list[StoreShipment]
    refunded: Pieces = field(default_factory=Counter)
    adopted: bool = False
    made: bool = False
    corrected: bool = False
    bound: bool = False
    fences: tuple[str, ...] = ()
    mail: MailEffect | None = None
    other_carrier: str = ""
    problem: Problem | None = None

    @property
    def lacking(self) -> Pieces:
        """The pieces that the store does not show yet, and shall."""
        return wanted_by(self.shipment) - shown(self.held) - self.refunded

    def fail(self, problem: Problem) -> None:
        """Something that was asked for it went wrong; the gravest fault is told."""
        known = self.problem
        if known is None or _GRAVEST_FIRST.index(problem.outcome) < _GRAVEST_FIRST.index(known.outcome):
            self.problem = problem


@dataclass(slots=True)
class Step:
    """One mutation of an order, and the shipments that it is for. ``numbers`` are those that it shall leave there.

    ``beside``: it fulfils what no carrier takes, with the last parcel; nothing of that belongs to the shipment.
    """

    mutation: Mutation
    parts: tuple[Part, ...]
    numbers: tuple[str, ...] = ()
    notify: bool = False
    beside: bool = False
    answered: bool = False


@dataclass(slots=True)
class Work:
    """One order while it is pushed. ``wrote``: something of it was sent and answered, or may have arrived.

    ``outdated``: the store refused something because the order has changed since it was read.
    """

    fulfillment: Fulfillment
    parts: tuple[Part, ...]
    order_status: str
    steps: list[Step] = field(default_factory=list)
    wrote: bool = False
    outdated: bool = False

    @property
    def order_id(self) -> str:
        """The platform's key of the order."""
        return self.fulfillment.order_id

    @property
    def waiting(self) -> list[Step]:
        """What is still to be sent."""
        return [step for step in self.steps if not step.answered]

    @property
    def untouched(self) -> bool:
        """Whether nothing of it was sent, because the chunk was stopped before it."""
        return bool(self.waiting) and not self.wrote


def begin(fulfillment: Fulfillment, *, may_split: bool, digital: bool = True) -> Work:
    """Judge the order as it was read, and plan what is to be sent.

    ``may_split``: the app has the scope for it. ``digital``: goods that no carrier takes go with the last parcel.
    """
    claims = claims_of(fulfillment)
    work = Work(
        fulfillment=fulfillment,
        parts=tuple(Part(one, list(claims[one.id])) for one in fulfillment.outstanding),
        order_status=fulfillment.order.remote_status,
    )
    refusal = refusal_of(fulfillment.order)
    if refusal is None:
        planner = _Planner(work, claims, may_split=may_split)
        planner.plan()
        if digital:
            planner.plan_digital()
    for part in work.parts:
        part.problem = refusal or part.problem
    return work


def begin_again(work: Work, order: Order, *, may_split: bool, digital: bool = True) -> Work:
    """Plan anew from an order that was read in the middle of the work, with what is known so far."""
    known = {part.shipment.id: part for part in work.parts}
    shipments = tuple(
        _as_known(one, known[one.id]) if one.id in known else one for one in work.fulfillment.shipments
    )
    # A read that is a moment behind must not hide what was made just now.
    read = {entry.remote_id for entry in order.shipments}
    made = [entry for part in work.parts for entry in part.held if entry.remote_id not in read]
    order = replace(order, shipments=(*order.shipments, *made))
    after = begin(
        replace(work.fulfillment, order=order, shipments=shipments), may_split=may_split, digital=digital
    )
    after.wrote = work.wrote
    for part in after.parts:
        before = known[part.shipment.id]
        part.made, part.corrected, part.mail = before.made, before.corrected, before.mail
        if part.held and not (before.held or part.adopted) and may_mail(before.shipment, work.fulfillment):
            # It is there with our own number: something on the way may have sent the same request twice.
            part.mail = MailEffect.UNCONFIRMED
        if part.problem is not None and before.problem is not None:
            part.problem = replace(part.problem, words=f"{before.problem.words} {part.problem.words}")
    return after


def refusal_of(order: Order) -> Problem | None:
    """Why nothing is sent for the order, from its status; None where something may be."""
    if order.status is not OrderStatus.CANCELLED:
        return None
    words = f"Order {order.number} is cancelled or refunded on the store; it is left as it is."
    return refused_as_it_stands("order_cancelled", words)


def _as_known(shipment: FulfillmentShipment, part: Part) -> FulfillmentShipment:
    ids = dict.fromkeys([*shipment.remote_ids, *(entry.remote_id for entry in part.held)])
    return replace(shipment, remote_ids=tuple(ids), mail=part.mail or shipment.mail)


class _Planner:
    """Plans one order: its shipments share what the fulfillment orders have."""

    def __init__(self, work: Work, claims: Claims, *, may_split: bool) -> None:
        self._work = work
        self._claims = claims
        self._may_split = may_split
        self._order = work.fulfillment.order
        self._sources = fulfillment_orders_in(self._order.adapter_data)
        self._stock = Stock(self._sources)
        self._refunded = refunded_since(work.fulfillment)
        self._strangers = [(entry, pieces_of(entry.lines)) for entry in unclaimed(work.fulfillment, claims)]

    def plan(self) -> None:
        # What is set apart for a shipment is taken before others take.
        for part in sorted(self._work.parts, key=lambda part: not part.shipment.fences):
            if part.shipment.acknowledged is None:
                self._plan_pieces(part)
            elif not part.held:
                self._find_again(part)
        self._plan_corrections()
        # Fulfillments go by ids and quantities that are good before and after a split, so one document holds both.
        self._work.steps.sort(key=lambda step: step.mutation.kind is not Kind.SPLIT)

    def plan_digital(self) -> None:
        """Fulfil what no carrier takes, once all goods that are ours to ship have left: without number and mail.

        It is taken whole, so Shopify refuses a repeat.
        """
        parts = self._work.parts
        last = [part for part in parts if part.shipment.acknowledged is None]
        stopped = any((part.problem and part.problem.blocks) or part.bound for part in parts)
        if (
            not last
            or stopped
            or not (self._work.fulfillment.completes_order or self._nothing_left_of_ours())
        ):
            return
        takes, _ = self._stock.take(digital_pieces(self._order))
        for some in _by_location(takes):
            self._work.steps.append(Step(creation(some, None, notify=False), (last[-1],), beside=True))

    def _nothing_left_of_ours(self) -> bool:
        """Whether others ship or collect what remains: no later push of ours would come by."""
        goods = {line.id for line in self._order.lines if line.shippable}
        later = [
            one.pieces for one in self._sources if one.is_open and one.is_ours and not one.is_fulfillable
        ]
        return not any(goods.intersection(+pieces) for pieces in (self._stock.left, *later))

    def _plan_pieces(self, part: Part) -> None:
        """Take what the store does not show yet."""
        own = self._open_fences(part)
        if part.shipment.fences and not own:
            # Fulfilled by somebody, or merged into another by the merchant.
            self._adopt(part, part.lacking)
        takes, lacking = self._stock.take(
            part.lacking, location=part.shipment.location, allowed=self._allowed(part, own)
        )
        lacking = self._adopt(part, lacking)
        part.refunded = lacking & self._refunded
        self._refunded -= part.refunded
        lacking -= part.refunded
        if part.refunded and not takes and not part.held:
            part.problem = ALL_REFUNDED
        elif lacking:
            unseen = bool(self._order.adapter_data.get(UNSEEN))
            part.problem = why_lacking(self._sources, lacking, unseen=unseen)
            if part.problem.reason == NOTHING_LEFT:
                self._let_go(part)
                return
        if takes and (own or is_proved_by_number(part.shipment, self._work.fulfillment)):
            self._create(part, takes)
        elif takes and not lacking:
            self._bind(part, takes)

    def _open_fences(self, part: Part) -> set[str]:
        """The fulfillment orders that were set apart for the shipment and still hold its pieces, and no others."""
        return {
            one.id
            for one in self._sources
            if one.id in part.shipment.fences and one.is_open and +one.pieces <= part.lacking
        }

    def _allowed(self, part: Part, own: set[str]) -> Callable[[FulfillmentOrder], bool]:
        others = {
            fence
            for one in self._work.fulfillment.shipments
            if one.id != part.shipment.id
            for fence in one.fences
        }
        return lambda source: source.id in own if own else source.id not in others

    def _adopt(self, part: Part, lacking: Pieces) -> Pieces:
        """Take what somebody else shipped of these pieces for the shipment's own; gives what is still lacking."""
        for entry, left in self._strangers:
            found = left & lacking
            if found:
                left.subtract(found)
                lacking = lacking - found
                part.held.append(entry)
                part.adopted = True
        return lacking

    def _let_go(self, part: Part) -> None:
        """Others' fulfillments that do not account for all of the shipment are left as they are."""
        part.held, part.adopted = list(self._claims[part.shipment.id]), False

    def _find_again(self, part: Part) -> None:
        """A shipment that the store is known to have taken, without an id that it still shows."""
        self._adopt(part, wanted_by(part.shipment))
        if not part.held:
            words = "The store shows this shipment no more: it was cancelled there. Nothing is sent again."
            part.problem = _refused(GONE_FROM_STORE, words)

    def _bind(self, part: Part, takes: Sequence[Take]) -> None:
        """Set fulfillment orders apart for the shipment; where that cannot be, it goes out without a fence."""
        if not all(self._can_be_fence(take) for take in takes):
            self._create(part, takes)
            return
        part.bound = True
        divided = [take for take in takes if not take.whole]
        if divided:
            self._work.steps.append(Step(splitting(divided), (part,)))
        else:
            part.fences = tuple(take.source.id for take in takes)

    def _can_be_fence(self, take: Take) -> bool:
        if not take.whole:
            return self._may_split and take.source.can_split
        # A fulfillment that was made of a part of it before would be taken for this shipment's.
        return all(entry.mark != take.source.id for entry in self._order.shipments)

    def _create(self, part: Part, takes: Sequence[Take]) -> None:
        notify = may_mail(part.shipment, self._work.fulfillment)
        for some in _by_location(takes):
            mutation = creation(some, tracking_of(part.shipment), notify=notify)
            self._work.steps.append(Step(mutation, (part,), part.shipment.numbers, notify))

    def _plan_corrections(self) -> None:
        held = {part.shipment.id: part.held for part in self._work.parts}
        due = {part.shipment.id: part for part in self._work.parts}
        services = self._order.adapter_data.get(BY_SERVICES, {})
        entries = {
            entry.remote_id: entry
            for part in due.values()
            for entry in part.held
            if entry.remote_id not in services
        }
        for entry in entries.values():
            holders = [
                one
                for one in self._work.fulfillment.shipments
                if entry in held.get(one.id, self._claims[one.id])
            ]
            tracking = corrected_tracking(
                entry, holders, due, self._order.adapter_data.get(TRACKING_URLS, {})
            )
            parts = tuple(due[one.id] for one in holders if one.id in due)
            if tracking is not None and not _left_alone(entry, holders, parts):
                self._correct(entry, tracking, parts)

    def _correct(self, entry: StoreShipment, tracking: Mapping[str, Any], parts: tuple[Part, ...]) -> None:
        """A mail only about a number that is new, and to nobody who was mailed about the parcel before."""
        numbers = tuple(tracking["numbers"])
        notify = not set(numbers) <= set(entry.numbers) and all(
            part.shipment.acknowledged is not None and may_mail(part.shipment, self._work.fulfillment)
            for part in parts
        )
        mutation = correction(entry.remote_id, tracking, notify=notify, lines=len(entry.lines))
        self._work.steps.append(Step(mutation, parts, numbers, notify))


def _by_location(takes: Sequence[Take]) -> list[list[Take]]:
    """A fulfillment is of one location."""
    groups: dict[str, list[Take]] = {}
    for take in takes:
        groups.setdefault(take.source.location, []).append(take)
    return list(groups.values())


def _left_alone(entry: StoreShipment, holders: Sequence[FulfillmentShipment], parts: Sequence[Part]) -> bool:
    """Whether somebody else has shipped it, or added a number, with another carrier (C14); the parts know then."""
    # A carrier without a number is none of ours: the two are written together.
    theirs = not entry.numbers or bool(numbers_of_others(entry, holders))
    strange = [(part, other_carrier(part.shipment.carrier, [entry.carrier])) for part in parts]
    strange = [(part, name) for part, name in strange if name and (part.adopted or theirs)]
    for part, name in strange:
        if part.adopted and part.shipment.acknowledged is None:
            part.other_carrier = name
        else:
            part.fail(not_added(name))
    return bool(strange)


def _refused(reason: str, words: str) -> Problem:
    return Problem(outcome=Outcome.REFUSED, reason=reason, words=words)
