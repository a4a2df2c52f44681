"""A row of the ledger for tests of pure rules."""

from __future__ import annotations

from datetime import UTC, datetime

from fbridge.models.fulfillments import Item
from fbridge.models.push import LedgerRow
from fbridge.models.shipments import Carrier
from fbridge.models.states import Effect, MailEffect, PushState

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

SENT = LedgerRow(
    shipment_id=5,
    uuid="0f0e0d0c-0000-4000-8000-000000000001",
    store="shop",
    order_id=1,
    remote_order_id="77",
    order_number="1077",
    postcode="",
    manifest="2026-0001",
    carrier=Carrier(id=1, code="BRT", name="Bartolini"),
    revision=1,
    acknowledged_revision=1,
    parcels=1,
    warehouse=None,
    shipped_at=NOON,
    items=(Item(line_id="1", quantity=1),),
    numbers=("BX1",),
    acknowledged_numbers=("BX1",),
    cod=None,
    state=PushState.SENT,
    reason="",
    words="",
    since=NOON,
    next_at=None,
    tries=0,
    unconfirmed_since=None,
    baseline=None,
    remote_ids=("F1",),
    fences=(),
    mail=MailEffect.SENT,
    shipment_effect=Effect.DONE,
    tracking_effect=Effect.DONE,
)
"""A shipment that the store has acknowledged as F1 with the number BX1."""
