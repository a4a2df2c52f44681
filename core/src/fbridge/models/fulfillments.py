"""What is pushed, and what comes back: one :class:`Fulfillment` and one :class:`Receipt` an order.

The unit is the order because its status, its tracking field on some platforms and the order in which
writes may run are the order's: a shipment never overwrites its sibling's number (docs/architecture.md, "Decisions").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fbridge.models.orders import Order
from fbridge.models.states import Effect, MadeBy, MailEffect, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """So many pieces of one order line."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingNumber:
    """A tracking number with its public page, expanded from the carrier's template ("" where there is none)."""

    number: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCarrier:
    """The user's carrier as this store shall show it.

    ``site_code`` is the mapped code of the store, or None: then the adapter sends ``label`` as free text
    (allowed only where :attr:`CarrierCodes.open` is true).
    """

    code: str
    label: str
    site_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the store held before our first write for a shipment: the ground that recovery stands on.

    ``entries`` are the pairs (remote id, tracking number; "" for none) that the store showed.
    """

    entries: tuple[tuple[str, str], ...]
    remaining: tuple[Item, ...]
    remote_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentShipment:
    """One shipment of the order, in the revision that the store shall show.

    ``acknowledged`` is the last revision the store is known to hold (None: never), with the numbers of that
    revision in ``acknowledged_numbers`` and its ``remote_ids``. ``former_numbers`` are all numbers that any earlier
    try may have left on the store and that are not wanted any more, answered or not: whatever replaces a number
    replaces each of them (C8). ``location`` is the store's id of the place
    the goods left from. ``shipped_at`` is aware UTC. ``baseline`` and ``unconfirmed_since`` are set once a
    write was tried. ``fences`` are the marks that an earlier ``prepared`` receipt set up on the store. ``mail`` is
    what is known of the customer's mail so far: one that may have gone is not sent again.
    """

    id: str
    revision: int
    items: tuple[Item, ...]
    tracking: tuple[TrackingNumber, ...]
    shipped_at: datetime
    parcels: int = 1
    carrier: ResolvedCarrier | None = None
    location: str | None = None
    acknowledged: int | None = None
    acknowledged_numbers: tuple[str, ...] = ()
    former_numbers: tuple[str, ...] = ()
    remote_ids: tuple[str, ...] = ()
    baseline: Baseline | None = None
    unconfirmed_since: datetime | None = None
    fences: tuple[str, ...] = ()
    mail: MailEffect = MailEffect.NOT_SENT

    @property
    def numbers(self) -> tuple[str, ...]:
        """The distinct tracking numbers, in the order of the parcels (C7)."""
        return tuple(dict.fromkeys(entry.number for entry in self.tracking))

    def replaces(self, remote_id: str, number: str) -> bool:
        """Whether a number that the store shows under ``remote_id`` is a former one of this shipment (C8).

        What stood there before the first try was entered by somebody else, unless the store is known to have taken it
        as ours. Whether a sibling wants that number is for the caller to see.
        """
        if number in self.numbers or number not in {*self.acknowledged_numbers, *self.former_numbers}:
            return False
        before = self.baseline.entries if self.baseline else ()
        return number in self.acknowledged_numbers or (remote_id, number) not in before


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfillment:
    """The state that one order should have on its store.

    ``order`` is the order as the core read it from the store just before this push (with its shipments), so
    the adapter need not read it again. ``shipments`` are all of the order's shipments that have left, those
    already there included. ``completes_order``: with them every shippable line has left, so the order
    becomes fulfilled. ``notify``: a mail to the customer is wanted and was shown in the plan (C11).
    """

    order: Order
    shipments: tuple[FulfillmentShipment, ...]
    completes_order: bool
    notify: bool = False

    @property
    def order_id(self) -> str:
        """The platform's key of the order."""
        return self.order.remote_id

    @property
    def number(self) -> str:
        """The order number that a person sees."""
        return self.order.number

    @property
    def outstanding(self) -> tuple[FulfillmentShipment, ...]:
        """The shipments whose wanted revision the store does not hold yet; each needs a receipt."""
        return tuple(s for s in self.shipments if s.acknowledged != s.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What became of each part of a push of one shipment."""

    shipment: Effect = Effect.NOT_DONE
    tracking: Effect = Effect.NOT_DONE
    status: Effect = Effect.NOT_DONE
    mail: MailEffect = MailEffect.NOT_SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHolds:
    """What the store now holds of a shipment, read from its answer and never assumed (C10).

    ``items`` is empty where the platform does not tell what was in the parcel. ``order_status`` is the platform's own
    word. ``closed``: the store shows the order as finished although that word is the same as before.
    """

    numbers: tuple[str, ...] = ()
    carrier: str = ""
    items: tuple[Item, ...] = ()
    order_status: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentReceipt:
    """The result of a push for one shipment.

    ``reason`` is a stable code (``sent``, ``order_cancelled``, ``gateway_timeout`` ...), ``words`` the store's
    own words or one sentence. ``not_before`` is the earliest time of another try for ``retry``, and of the check
    for ``unconfirmed``. ``remote_ids`` are kept whatever the outcome. ``rests_on`` names the state of the order or
    the store that a refusal rests on (``on_hold``, "" for none): nothing was sent, and it is tried again as soon as
    the order as read, its carrier's code or the store's settings differ.
    """

    shipment_id: str
    revision: int
    outcome: Outcome
    reason: str
    words: str = ""
    remote_ids: tuple[str, ...] = ()
    holds: StoreHolds | None = None
    effects: Effects = Effects()
    made_by: MadeBy = MadeBy.US
    not_before: datetime | None = None
    fences: tuple[str, ...] = ()
    rests_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The results of one fulfillment: one :class:`ShipmentReceipt` for each of its outstanding shipments."""

    order_id: str
    shipments: tuple[ShipmentReceipt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRequest:
    """The customer of this order, as just read, is to be mailed about this shipment, which the store holds."""

    order: Order
    shipment: FulfillmentShipment


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReceipt:
    """What became of one :class:`MailRequest` (C13).

    ``sent`` only where the store reports it; ``not_sent`` where provably none left by it, ``unknowable`` where the
    store has taken the wish and tells no more. ``reason`` is a stable code (``not_possible_here`` where the store has
    no way), ``words`` the store's own words or one sentence.
    """

    shipment_id: str
    mail: MailEffect
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a push of one order would do, as far as it can be told without asking the store (C11).

    ``mails`` names each mail that would leave. ``places`` are those that goods would leave from, where the platform
    tells them apart: a push touches none that its plan did not show. ``carrier`` is how the store would show it
    ("" for as resolved), ``refused`` a sentence why the adapter would not send it; ``warnings`` stand in the plan.
    """

    order_id: str
    mails: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    carrier: str = ""
    refused: str = ""
    warnings: tuple[str, ...] = ()
