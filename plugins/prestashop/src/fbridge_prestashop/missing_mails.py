"""The customer's mail, asked for once more.

"Package in transit" leaves whenever the number is written with that wish, also where it is the same (observed on
8.2.1). The mail of a state leaves only when the state is set again, which is more than a mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fbridge.adapterkit.mails import NOT_POSSIBLE_HERE, mail_receipts
from fbridge.adapterkit.payloads import reference
from fbridge.models.fulfillments import MailReceipt, MailRequest
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import MailEffect, Outcome
from fbridge_prestashop.answers import End, Interrupted, entities_of
from fbridge_prestashop.client import PrestaShopClient
from fbridge_prestashop.detection import mails_now, shop_of
from fbridge_prestashop.mails import SWITCHED_OFF
from fbridge_prestashop.mapping import ROWS_KEY
from fbridge_prestashop.push import shop_of_order
from fbridge_prestashop.settings import CustomerMail
from fbridge_prestashop.shop import Shop

_OF_A_STATE = Problem(
    outcome=Outcome.REFUSED,
    reason=NOT_POSSIBLE_HERE,
    words="PrestaShop sends the mail of a state only when the state is set again. Choose Resend email at the state "
    "on the order's page there, then say so: fbridge shipment mailed SHIPMENT",
)
_WITHOUT_A_PAGE = Problem(
    outcome=Outcome.REFUSED,
    reason="no_tracking_page",
    words="The carrier of the order has no tracking URL on the store, and then it sends no such mail. Write to the "
    "customer, then say so: fbridge shipment mailed SHIPMENT",
)


_SWITCHED_OFF = Problem(outcome=Outcome.REFUSED, reason="mail_switched_off", words=SWITCHED_OFF)


def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    """One mail for the order, whose receipt stands for each of its shipments that lacks one. Raises: NotSent."""
    return mail_receipts(requests, lambda: _ask(store, requests[0]))


def _ask(store: Store, request: MailRequest) -> MailEffect:
    client = PrestaShopClient(store)
    shop = shop_of_order(shop_of(store, client), request.order)
    if shop.mail is not CustomerMail.IN_TRANSIT:
        raise WriteFault(_OF_A_STATE)
    if not any(one.mail_link for one in request.order.shipments):
        raise WriteFault(_WITHOUT_A_PAGE)
    now = mails_now(store, client)
    if now and shop_of_order(now, request.order).facts.mails_off:
        raise WriteFault(_SWITCHED_OFF)
    try:
        _write_again(store, client, shop, request)
    except Interrupted as end:
        if end.end in (End.WARNED, End.GARBLED):
            return MailEffect.UNKNOWABLE
        raise WriteFault(end.problem) from None
    return MailEffect.UNKNOWABLE


def _write_again(store: Store, client: PrestaShopClient, shop: Shop, request: MailRequest) -> None:
    """The row as it was just read, whole: so that it is the same to PUT and to PATCH."""
    rows = request.order.adapter_data.get(ROWS_KEY, ())
    row = next(one for one in rows if reference(one.get("id")) in request.shipment.remote_ids)
    method = "PATCH" if shop.facts.has_patch else "PUT"
    about = [request.order.remote_id]
    entities_of(
        lambda: client.write_numbers(method, [row], mail=True, about=about, shop=shop.scope),
        "order_carriers",
        store.now,
        mail=True,
    )
