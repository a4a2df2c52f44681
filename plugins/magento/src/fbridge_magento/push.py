"""What a push of one order wants, and what has become of it. Pure.

Each outstanding shipment goes one way: it is made, or what is there of it is brought up to date, or what somebody
else made of the same goods gets a missing number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Self

from fbridge.adapterkit.adopting import other_carrier
from fbridge.adapterkit.halting import is_untouched
from fbridge.adapterkit.receipts import ALL_REFUNDED, refunded_since
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Item
from fbridge.models.orders import Order
from fbridge.models.problems import GONE_FROM_STORE, Problem
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge_magento.bundles import Choice, Kind, after, bundles_in, choices
from fbridge_magento.mails import asks_for_mail
from fbridge_magento.order_lines import Child
from fbridge_magento.refusals import capped, more_than_remains, quantities_left, refused, status_refusal
from fbridge_magento.sources import SOURCES_CHANGED, Inventory, SourceChoice, choose_source
from fbridge_magento.store_shipments import ShownShipment, shipments_in
from fbridge_magento.tracks import TrackChanges, plan_changes, track_fault


class Way(Enum):
    """What is done about a shipment."""

    SHIP = auto()
    MEND = auto()
    ADOPT = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a store's settings and facts say about pushes. ``planned_by`` is the inventory that the plan knew,
    ``kinds`` are bundles met before, by SKU."""

    inventory: Inventory
    planned_by: Inventory
    source: str = ""
    mail_on_correction: bool = False
    kinds: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Part:
    """One outstanding shipment while it is pushed.

    ``refunded`` are pieces by line that were refunded since it left, which the store is not to show.
    ``remote_ids`` are the store's shipments of it, ``shown`` what these are known to hold. ``made`` and ``mail``
    are effects of this push or known before it. ``wrote``: something was sent and done. ``sent_pieces`` is what
    the store was asked to ship. ``rejected``: Magento's own no, to be judged from the order as it is then.
    ``other_carrier``: somebody else shipped the goods with this one.
    """

    shipment: FulfillmentShipment
    refunded: Counter[str] = field(default_factory=Counter)
    way: Way = Way.NOTHING
    choices: tuple[Choice, ...] = ()
    source: SourceChoice = field(default_factory=SourceChoice)
    changes: TrackChanges = field(default_factory=TrackChanges)
    remote_ids: tuple[str, ...] = ()
    shown: tuple[ShownShipment, ...] = ()
    sent_pieces: Mapping[str, int] = field(default_factory=dict)
    made: Effect = Effect.NOT_DONE
    tracking_lost: bool = False
    mail: MailEffect | None = None
    mail_words: str = ""
    wants_mail: bool = False
    wrote: bool = False
    problem: Problem | None = None
    rejected: Problem | None = None
    other_carrier: str = ""

    @property
    def items(self) -> tuple[Item, ...]:
        """The goods that the store is to show."""
        return less(self.shipment.items, self.refunded)

    @property
    def is_due(self) -> bool:
        """Whether something is to be sent for it."""
        return self.problem is None and not self.wrote and (self.way is Way.SHIP or bool(self.changes))

    @property
    def held_numbers(self) -> tuple[str, ...]:
        """Its numbers that the store is known to hold."""
        held = {number for one in self.shown for number in one.numbers}
        return tuple(number for number in self.shipment.numbers if number in held)

    def fail(self, problem: Problem) -> None:
        """The request about it went wrong."""
        self.problem = problem
        if problem.outcome is Outcome.UNCONFIRMED:
            self.made = Effect.UNCONFIRMED if self.way is Way.SHIP else self.made
            self.tracking_lost = bool(self.shipment.numbers)

    def lose_mail(self, problem: Problem) -> None:
        """The customer was perhaps mailed. The store notes a first mail, so that one is looked for."""
        self.mail, self.mail_words = MailEffect.UNCONFIRMED, problem.words
        self.problem = problem if self.shipment.acknowledged is None else None

    def find_mail(self) -> None:
        """The store shows that it left."""
        self.mail, self.mail_words, self.problem = MailEffect.SENT, "", None

    def take_id(self, shipment_id: str, pieces: Mapping[str, int]) -> None:
        """The store says that it made the shipment; what it holds is read back before that is believed."""
        self.wrote = True
        self.remote_ids, self.sent_pieces = (shipment_id,), pieces


@dataclass(slots=True, eq=False)
class Work:
    """One order while it is pushed. ``order_status`` is what the store was seen to hold ("": not looked at)."""

    fulfillment: Fulfillment
    parts: tuple[Part, ...]
    order_status: str = ""

    @property
    def order_id(self) -> str:
        """The platform's key of the order."""
        return self.fulfillment.order_id

    @property
    def order(self) -> Order:
        """As the core read it."""
        return self.fulfillment.order

    def takes_all_that_is_left(self, part: Part) -> bool:
        """Whether a shipment of everything that the store has left would be this one: no other is made of the order,
        and each of its lines is one row there."""
        left = {line_id: count for line_id, count in quantities_left(self.order).items() if count > 0}
        wanted = {item.line_id: item.quantity for item in part.items}
        has_bundles = not left.keys().isdisjoint(bundles_in(self.order.adapter_data))
        return len(self.parts) == 1 and not has_bundles and wanted == left

    @property
    def wrote(self) -> bool:
        """Whether the store is to be read back."""
        return any(part.wrote for part in self.parts)

    @property
    def untouched(self) -> bool:
        """Whether nothing of it was sent, because the chunk was stopped before it."""
        return is_untouched((part.problem for part in self.parts), wrote=self.wrote)


def begin(fulfillment: Fulfillment, terms: Terms) -> Work:
    """Judge each outstanding shipment from the order as it was read."""
    held, rest = shipments_in(fulfillment.order), Rest.of(fulfillment)
    parts = tuple(
        _begin_part(shipment, fulfillment, terms, held, rest) for shipment in fulfillment.outstanding
    )
    return Work(fulfillment=fulfillment, parts=parts)


def begin_again(work: Work, order: Order, part: Part, terms: Terms) -> None:
    """Judge a part that the store refused once more, from the order as it is now; it is not shipped again."""
    work.order_status = order.remote_status
    fulfillment = replace(work.fulfillment, order=order)
    now = _begin_part(
        part.shipment, fulfillment, terms, shipments_in(order), Rest.of(fulfillment), tried=True
    )
    said, part.rejected = part.rejected, None
    if said is None or now.way in (Way.MEND, Way.ADOPT):
        part.way, part.changes, part.remote_ids, part.shown = now.way, now.changes, now.remote_ids, now.shown
        part.made, part.problem, part.wants_mail = now.made, now.problem, now.wants_mail
        part.refunded = now.refunded
        # Found by our mark after a no that is not Magento's own: a module said it, once this push had made it.
        no_of_a_module = said is not None and said.outcome is Outcome.UNCONFIRMED
        part.wrote = no_of_a_module and now.way is Way.MEND and not now.changes
        return
    if now.problem is not None:
        said = replace(now.problem, words=said.words)
    part.fail(said)


@dataclass(slots=True)
class Rest:
    """What the store would still ship of an order, while its shipments are judged one after another.

    ``left``: pieces by line. ``bundles``: their children. ``refunded``: pieces by line that left and were refunded
    since, and are not told of any shipment yet.
    """

    left: Counter[str]
    bundles: dict[str, tuple[Child, ...]]
    refunded: Counter[str]

    @classmethod
    def of(cls, fulfillment: Fulfillment) -> Self:
        """Of all that remains."""
        order = fulfillment.order
        return cls(quantities_left(order), bundles_in(order.adapter_data), refunded_since(fulfillment))

    def lacks(self, items: Iterable[Item]) -> bool:
        """Whether the store would ship less than these."""
        return any(self.left[item.line_id] < item.quantity for item in items)

    def refund(self, items: Sequence[Item], there: Mapping[str, int]) -> Counter[str]:
        """The pieces of these that are not ``there`` because they were refunded; each is told once."""
        lacking = Counter({one.line_id: max(one.quantity - there.get(one.line_id, 0), 0) for one in items})
        found = lacking & self.refunded
        self.refunded -= found
        return found

    def take(self, items: Sequence[Item]) -> None:
        """These leave."""
        self.left.subtract({item.line_id: item.quantity for item in items})
        self.bundles = after(self.bundles, items)


def less(items: Iterable[Item], refunded: Mapping[str, int]) -> tuple[Item, ...]:
    """The goods without these pieces."""
    left = (replace(one, quantity=one.quantity - refunded.get(one.line_id, 0)) for one in items)
    return tuple(one for one in left if one.quantity)


def _begin_part(
    shipment: FulfillmentShipment,
    fulfillment: Fulfillment,
    terms: Terms,
    held: Mapping[str, ShownShipment],
    rest: Rest,
    *,
    tried: bool = False,
) -> Part:
    """``tried``: this push has asked the store for it."""
    fault = track_fault(shipment)
    part = Part(shipment=shipment)
    own = [one for one in held.values() if one.mark == shipment.id or one.id in shipment.remote_ids]
    if fault:
        part.problem = refused(*fault)
    elif own:
        _mend(part, own, fulfillment, terms, rest, tried=tried or shipment.baseline is not None)
    elif shipment.acknowledged is not None:
        part.problem = refused(GONE_FROM_STORE, "The store does not show this shipment any more.")
    else:
        _ship_or_adopt(part, fulfillment, terms, held, rest)
    return part


def _mend(
    part: Part,
    found: Sequence[ShownShipment],
    fulfillment: Fulfillment,
    terms: Terms,
    rest: Rest,
    *,
    tried: bool,
) -> None:
    shipment = part.shipment
    own = sorted(found, key=lambda one: one.mark != shipment.id)
    is_ours = own[0].mark == shipment.id
    part.way = Way.MEND if is_ours or shipment.acknowledged is not None else Way.ADOPT
    part.remote_ids, part.shown = tuple(one.id for one in own), tuple(own)
    part.made = Effect.DONE
    tracks = [track for one in own for track in one.tracks]
    part.changes = plan_changes(shipment, tracks, own[0].id, is_ours=is_ours, sent=own[0].sent)
    short = _short_lines(part, own, rest) if is_ours else []
    if short:
        part.problem = capped(short, own[0].id, Outcome.REFUSED)
    part.wants_mail = part.way is Way.MEND and asks_for_mail(
        shipment,
        notify=fulfillment.notify,
        on_correction=terms.mail_on_correction and bool(part.changes),
        is_new=is_ours and tried and not any(one.emailed for one in own),
    )


def _short_lines(part: Part, own: Sequence[ShownShipment], rest: Rest) -> list[str]:
    """Lines of which the store holds less than left and was not refunded; shipments whose lines are not told prove
    nothing."""
    held: Counter[str] = Counter()
    for one in own:
        held.update(one.lines)
    if held:
        part.refunded = rest.refund(part.shipment.items, held)
    return [item.line_id for item in part.items if held and held[item.line_id] < item.quantity]


def _ship_or_adopt(
    part: Part,
    fulfillment: Fulfillment,
    terms: Terms,
    held: Mapping[str, ShownShipment],
    rest: Rest,
) -> None:
    shipment, order = part.shipment, fulfillment.order
    problem = status_refusal(order)
    elsewhere = _shipped_by_others(fulfillment, held)
    if not _covers(elsewhere, shipment.items):
        part.refunded = rest.refund(shipment.items, rest.left)
    if not shipment.items:
        part.problem = refused(
            "no_items", "The shipment has no items; an empty one would ship the whole order."
        )
    elif problem is None and not part.items:
        part.problem = ALL_REFUNDED
    elif problem is None and rest.lacks(part.items) and _covers(elsewhere, part.items):
        _adopt(part, fulfillment, held)
    elif problem is None and rest.lacks(part.items):
        part.problem = more_than_remains(shipment, order, rest.left)
    else:
        part.source = choose_source(shipment, terms.source, terms.inventory)
        part.problem = problem or part.source.problem or _not_planned(shipment, terms)
        part.way = Way.SHIP
        part.choices = choices(part.items, rest.bundles, _known_kinds(order, terms))
        part.wants_mail = asks_for_mail(shipment, notify=fulfillment.notify, on_correction=False, is_new=True)
        rest.take(part.items)


def _not_planned(shipment: FulfillmentShipment, terms: Terms) -> Problem | None:
    """What the plan showed as refused for its source was agreed to by nobody, nor were its mails."""
    planned = choose_source(shipment, terms.source, terms.planned_by)
    return SOURCES_CHANGED if planned.problem else None


def _covers(pieces: Counter[str], items: Iterable[Item]) -> bool:
    return all(pieces[one.line_id] >= one.quantity for one in items)


def _known_kinds(order: Order, terms: Terms) -> dict[str, Kind]:
    skus = order.adapter_data.get("skus") or {}
    return {line_id: terms.kinds[sku] for line_id, sku in skus.items() if sku in terms.kinds}


def _adopt(part: Part, fulfillment: Fulfillment, held: Mapping[str, ShownShipment]) -> None:
    """Nothing of it is left: somebody shipped it. A missing number goes to their shipment, if only one fits."""
    part.way, part.made = Way.ADOPT, Effect.DONE
    theirs = _only_fit(part.shipment, fulfillment, held)
    if theirs is None:
        return
    part.other_carrier = carrier_on(part.shipment, theirs)
    if part.other_carrier:
        return
    part.remote_ids, part.shown = (theirs.id,), (theirs,)
    part.changes = plan_changes(part.shipment, theirs.tracks, theirs.id, is_ours=False)


def carrier_on(shipment: FulfillmentShipment, theirs: ShownShipment) -> str:
    """The other carrier of the parcel that somebody else's shipment is (C14); "" where it is ours, or not told."""
    if not shipment.numbers or set(shipment.numbers) & set(theirs.numbers):
        return ""
    return other_carrier(shipment.carrier, (track.title or track.carrier_code for track in theirs.tracks))


def _shipped_by_others(fulfillment: Fulfillment, held: Mapping[str, ShownShipment]) -> Counter[str]:
    """Pieces by line; what is not left because it was refunded was shipped by nobody."""
    shipped = Counter({line.id: line.shipped for line in fulfillment.order.lines})
    for one in held.values():
        if _is_of_fbridge(one, fulfillment):
            shipped.subtract(one.lines)
    return shipped


def _is_of_fbridge(shown: ShownShipment, fulfillment: Fulfillment) -> bool:
    return shown.mark is not None or any(shown.id in one.remote_ids for one in fulfillment.shipments)


def _only_fit(
    shipment: FulfillmentShipment, fulfillment: Fulfillment, held: Mapping[str, ShownShipment]
) -> ShownShipment | None:
    """Their one shipment of just these goods, else their one shipment that has these goods among others."""
    theirs = [one for one in held.values() if not _is_of_fbridge(one, fulfillment)]
    wanted = {item.line_id: item.quantity for item in shipment.items}
    equal = [one for one in theirs if dict(one.lines) == wanted]
    around = [one for one in theirs if all(one.lines.get(key, 0) >= n for key, n in wanted.items())]
    return next((some[0] for some in (equal, around) if len(some) == 1), None)
