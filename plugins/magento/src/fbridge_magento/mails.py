"""The customer's mail about a shipment: whether the store is asked for it, and asked once more.

The mail is a request of its own after the tracks are in (C6), and is asked for once: what may have left is not asked
for again. The store notes a mail that left (``email_sent``); where its mails leave by cron that note comes later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fbridge.adapterkit.mails import mail_receipt
from fbridge.models.fulfillments import FulfillmentShipment, MailReceipt, MailRequest
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.states import MailEffect
from fbridge_magento.answers import Rejected, answer_to, not_understood
from fbridge_magento.client import MagentoClient

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


def mail_after_yes(*, noted_before: bool) -> MailEffect:
    """What the store's yes proves: it is its note that a mail about the shipment left (2.4.7-p3). Of a second mail
    it says yes where its mail server refuses, too."""
    return MailEffect.UNKNOWABLE if noted_before else MailEffect.SENT


def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    """One mail for each shipment. Raises: NotSent."""
    client = MagentoClient(store)
    for request in requests:
        yield mail_receipt(request, lambda request=request: _ask(store, client, request))  # type: ignore[misc]


def _ask(store: Store, client: MagentoClient, request: MailRequest) -> MailEffect:
    shipment_id = request.shipment.remote_ids[0]
    try:
        left = answer_to(
            lambda: client.mail_customer(request.order.remote_id, shipment_id), client, store.now
        )
    except Rejected as no:
        raise WriteFault(no.problem) from None
    if left not in (True, False):
        raise not_understood("the mail")
    if not left:
        return MailEffect.NOT_SENT
    return mail_after_yes(
        noted_before=any(one.mailed for one in request.order.shipments if one.remote_id == shipment_id)
    )
