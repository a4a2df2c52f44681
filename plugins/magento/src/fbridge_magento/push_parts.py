"""One order and its shipments while they are pushed: what is wanted of each, and what has become of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from fbridge.adapterkit.halting import is_untouched
from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.orders import Order
from fbridge.models.problems import Problem
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge_magento.bundles import Choice, Kind
from fbridge_magento.shown_shipments import ShownShipment
from fbridge_magento.sources import Inventory, SourceChoice
from fbridge_magento.tracks import TrackChanges


class Way(Enum):
    """What is done about a shipment."""

    SHIP = auto()
    MEND = auto()
    ADOPT = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a store's settings and facts say about pushes. ``kinds`` are bundles met before, by SKU."""

    inventory: Inventory
    source: str = ""
    mail_on_correction: bool = False
    kinds: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Part:
    """One outstanding shipment while it is pushed.

    ``remote_ids`` are the store's shipments of it, ``shown`` what these are known to hold. ``made`` and ``mail`` are
    effects of this push or known before it. ``wrote``: something was sent and done. ``sent_pieces`` is what the
    store was asked to ship. ``rejected``: Magento's own no, to be judged from the order as it is then. ``fences``
    name its operation in the store's queue.
    """

    shipment: FulfillmentShipment
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
    fences: tuple[str, ...] = ()

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

    @property
    def wrote(self) -> bool:
        """Whether the store is to be read back."""
        return any(part.wrote for part in self.parts)

    @property
    def untouched(self) -> bool:
        """Whether nothing of it was sent, because the chunk was stopped before it."""
        return is_untouched((part.problem for part in self.parts), wrote=self.wrote)
