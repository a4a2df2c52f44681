"""Whether the store is asked to mail the customer about a shipment. Pure.

The mail is a request of its own after the tracks are in (C6), and is asked for once: what may have left is not asked
for again. The store notes a mail that left (``email_sent``); where its mails leave by cron that note comes later.
"""

from __future__ import annotations

from fbridge.models.fulfillments import FulfillmentShipment
from fbridge.models.states import MailEffect

SHIPMENT_MAIL = "Shipment"


def asks_for_mail(shipment: FulfillmentShipment, *, notify: bool, on_correction: bool, is_new: bool) -> bool:
    """``is_new``: it is made now, or an earlier try of ours made it and came no further."""
    if not notify:
        return False
    if shipment.acknowledged is not None:
        return on_correction and has_new_number(shipment)
    return is_new and shipment.mail is MailEffect.NOT_SENT


def has_new_number(shipment: FulfillmentShipment) -> bool:
    """Whether a correction brings a number that the customer does not know."""
    return not set(shipment.numbers) <= set(shipment.acknowledged_numbers)
