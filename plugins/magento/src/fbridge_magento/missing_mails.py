"""The customer's mail about a shipment, asked for once more; Magento says whether it left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fbridge.adapterkit.mails import mail_receipt
from fbridge.models.fulfillments import MailReceipt, MailRequest
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.states import MailEffect
from fbridge_magento.client import MagentoClient
from fbridge_magento.write_answers import Rejected, answer_to, not_understood


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
    return MailEffect.SENT if left else MailEffect.NOT_SENT
