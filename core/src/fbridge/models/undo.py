"""A shipment that its store was told of is taken back from there: what is asked, shown beforehand, and told (C15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fbridge.models.fulfillments import FulfillmentShipment
from fbridge.models.orders import Order, StoreShipment
from fbridge.models.states import Outcome

UNDO_OUTCOMES = frozenset({Outcome.DONE, Outcome.REFUSED, Outcome.RETRY, Outcome.UNCONFIRMED})
"""The outcomes that an :class:`UndoReceipt` may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """This shipment is to be taken back from its store; ``order`` was read with its shipments just before.

    ``shipment`` is as it was last sent; ``siblings`` are the order's other shipments that have left: what is theirs
    stays. ``status_before`` is the order's own word on the store before fbridge shipped it, "" where nobody knows;
    ``status_left`` are the words that fbridge left there: another one is somebody else's and stays.
    """

    order: Order
    shipment: FulfillmentShipment
    siblings: tuple[FulfillmentShipment, ...] = ()
    status_before: str = ""
    status_left: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[StoreShipment, ...]:
        """What the store shows of the shipment: by our mark, or under an id that it gave."""
        marks = {self.shipment.id, *self.shipment.fences}
        ids = self.shipment.remote_ids
        return tuple(one for one in self.order.shipments if one.mark in marks or one.remote_id in ids)

    @property
    def numbers(self) -> frozenset[str]:
        """Each number that the store may show for it, and that no sibling wants."""
        one = self.shipment
        mine = {*one.numbers, *one.acknowledged_numbers, *one.former_numbers}
        return frozenset(mine - {number for other in self.siblings for number in other.numbers})

    @property
    def restored_status(self) -> str:
        """The word that the order goes back to; "" where its status stays."""
        word = self.order.remote_status
        return self.status_before if word in self.status_left and word != self.status_before else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPreview:
    """What taking a shipment back would do: ``steps`` are the changes on the store in their sequence, in words.

    No step: the store shows nothing of it. ``stays`` is what it goes on showing all the same, with what a person can
    do about that; ``frees_goods``: afterwards the goods can be shipped once more there. ``mails`` names each mail
    that may leave by it. ``refused`` is a sentence why nothing can be taken back.
    """

    steps: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    frees_goods: bool = True
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReceipt:
    """What became of an :class:`Undo`: ``done``, ``refused``, ``retry`` or ``unconfirmed``.

    ``begun``: a part of it was done, whatever the outcome. ``reason`` is a stable code, ``words`` the store's own
    words or one sentence. ``not_before`` is the earliest time of another try, aware UTC.
    """

    shipment_id: str
    outcome: Outcome
    reason: str
    words: str = ""
    begun: bool = False
    not_before: datetime | None = None
