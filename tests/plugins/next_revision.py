"""A shipment of the tests after it was pushed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fbridge.models.fulfillments import FulfillmentShipment


def acknowledged(shipment: FulfillmentShipment, receipt: Any, **changes: Any) -> FulfillmentShipment:
    """The shipment in its next revision, after a good receipt."""
    entry = receipt.shipments[0]
    return replace(
        shipment,
        acknowledged=shipment.revision,
        acknowledged_numbers=shipment.numbers,
        remote_ids=entry.remote_ids,
        mail=entry.effects.mail,
        revision=shipment.revision + 1,
        **changes,
    )
