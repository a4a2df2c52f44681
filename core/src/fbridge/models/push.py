"""One row of the push ledger, as planning and recovery see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from fbridge.models.drift import Drift
from fbridge.models.fulfillments import Baseline, Item, StoreHolds
from fbridge.models.orders import Money
from fbridge.models.shipments import Carrier, MissingMail
from fbridge.models.states import Effect, MailEffect, PushState

DUE = frozenset({PushState.READY, PushState.WAITING, PushState.RETRY})
"""A push may send it."""
LOST = frozenset({PushState.SENDING, PushState.UNCONFIRMED})
"""Nobody knows whether the store has it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a shipment stands: its state, and the version of what a push of it rests on.

    Every act of a person that changes that (numbers, carrier, manifest, adoption ...) raises the version.
    """

    state: PushState
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One shipment that has left, with all that a push needs to know of it.

    ``shipment_id`` and ``order_id`` are keys of fbridge's database, ``remote_order_id`` is the platform's. ``tried``
    are the revisions that may have reached the store, the last try last, each with its numbers. While it is
    unconfirmed ``absent_since`` is when the store first showed nothing (or too little) of it, and ``looks`` counts
    the checks that decided nothing. ``refused_on`` is the print of what a refusal rests on; "" where that may not
    change by itself.
    ``status_before`` is the order's own word on the store before the first try ("" where it is not
    known); ``undo_from`` is where it stood when a person began to take it back.
    ``mail_planned``: a plan promised the customer's mail, and nobody has set that at rest; ``missing_mail`` is what
    is known of one that did not leave.
    ``unchecked``: the database was put back from a backup since the order was last looked up; ``in_backup``: this row
    was in it, and may have been sent since.
    ``holds`` is what the store was told to hold by the last receipt, ``lines_then`` how many pieces of its lines were
    to leave in all when the store took it (None: not kept). ``drift`` is what the last look found otherwise, and
    ``drift_accepted`` the print of what a person has accepted.
    """

    shipment_id: int
    uuid: str
    store: str
    order_id: int
    remote_order_id: str
    order_number: str
    postcode: str
    manifest: str
    carrier: Carrier
    revision: int
    acknowledged_revision: int | None
    parcels: int
    warehouse: str | None
    shipped_at: datetime
    items: tuple[Item, ...]
    numbers: tuple[str, ...]
    acknowledged_numbers: tuple[str, ...]
    cod: Money | None
    state: PushState
    reason: str
    words: str
    since: datetime
    next_at: datetime | None
    tries: int
    unconfirmed_since: datetime | None
    baseline: Baseline | None
    remote_ids: tuple[str, ...]
    fences: tuple[str, ...]
    mail: MailEffect
    version: int = 0
    tried: tuple[tuple[int, tuple[str, ...]], ...] = ()
    shipment_effect: Effect = Effect.NOT_DONE
    tracking_effect: Effect = Effect.NOT_DONE
    status_effect: Effect = Effect.NOT_DONE
    claimed_at: datetime | None = None
    absent_since: datetime | None = None
    looks: int = 0
    refused_on: str = ""
    unchecked: bool = False
    in_backup: bool = False
    status_before: str = ""
    undo_from: PushState | None = None
    mail_planned: bool = False
    missing_mail: MissingMail | None = None
    holds: StoreHolds | None = None
    lines_then: Mapping[str, int] | None = None
    drift: Drift | None = None
    drift_accepted: str = ""

    @property
    def label(self) -> str:
        """How a person names the shipment."""
        return f"S{self.shipment_id}"

    @property
    def standing(self) -> Standing:
        """What a move of it expects to find."""
        return Standing(self.state, self.version)

    @property
    def former_numbers(self) -> tuple[str, ...]:
        """Numbers of earlier tries that the store may hold and that are not wanted any more."""
        earlier = (*self.acknowledged_numbers, *(number for _, numbers in self.tried for number in numbers))
        return tuple(number for number in dict.fromkeys(earlier) if number not in self.numbers)

    def as_tried(self) -> Self:
        """The shipment in the revision that was last sent: what the store is searched for."""
        if not self.tried:
            return self
        revision, numbers = self.tried[-1]
        return replace(self, revision=revision, numbers=numbers)

    def as_acknowledged(self) -> Self:
        """The shipment in the revision that the store is known to hold; as it is where it holds none."""
        if self.acknowledged_revision is None:
            return self
        return replace(self, revision=self.acknowledged_revision, numbers=self.acknowledged_numbers)

    @property
    def in_doubt(self) -> bool:
        """Whether it is looked up on the store before it is sent, because it may have been sent already."""
        return self.state in LOST or (self.in_backup and self.state in DUE)

    @property
    def outstanding(self) -> bool:
        """Whether the store does not hold the wanted revision yet."""
        return self.acknowledged_revision != self.revision
