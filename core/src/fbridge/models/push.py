"""One row of the push ledger, as planning and recovery see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fbridge.models.fulfillments import Baseline, Item
from fbridge.models.orders import Money
from fbridge.models.shipments import Carrier
from fbridge.models.states import MailEffect, PushState


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One shipment that has left, with all that a push needs to know of it.

    ``shipment_id`` and ``order_id`` are keys of fbridge's database, ``remote_order_id`` is the platform's.
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

    @property
    def label(self) -> str:
        """How a person names the shipment."""
        return f"S{self.shipment_id}"

    @property
    def outstanding(self) -> bool:
        """Whether the store does not hold the wanted revision yet."""
        return self.acknowledged_revision != self.revision
