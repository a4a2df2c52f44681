"""The customer's mail about a completed order, asked for once more.

WooCommerce's order actions say "sent" also of a mail that the shop has switched off, so the switch is read first; and
what they say is no proof that it left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fbridge.adapterkit.mails import NOT_POSSIBLE_HERE, mail_receipt
from fbridge.adapterkit.responses import body_of
from fbridge.errors import NotSent, NotSentError, UnreachableError
from fbridge.http import Response
from fbridge.models.fulfillments import MailReceipt, MailRequest
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import MailEffect, Outcome
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.tracking_place import StoreFacts
from fbridge_woocommerce.write_answers import checked

COMPLETED_MAIL = "customer_completed_order"
FULFILLMENT_MAIL = "customer_fulfillment_created"

_SWITCHED_OFF = Problem(
    outcome=Outcome.REFUSED,
    reason="mail_switched_off",
    words="The shop has switched this mail off (WooCommerce > Settings > Emails > Completed order); none is sent.",
)
_NO_ROUTE = Problem(
    outcome=Outcome.REFUSED,
    reason=NOT_POSSIBLE_HERE,
    words="This version of WooCommerce cannot be asked for a mail. Send it from the order's page there, then say so: "
    "fbridge shipment mailed SHIPMENT",
)


def with_mail_switches(client: WooClient, facts: StoreFacts) -> StoreFacts:
    """The facts with what the shop tells of its mails; older versions and keys with fewer rights do not tell."""
    completed, fulfillment = (_is_on(client.mail_switch(kind)) for kind in (COMPLETED_MAIL, FULFILLMENT_MAIL))
    return replace(facts, completed_mail=completed, fulfillment_mail=fulfillment)


def _is_on(switch: Response) -> bool | None:
    return {"yes": True, "no": False}.get(str(body_of(switch).get("value"))) if switch.ok else None


def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    """One mail for the order, whose receipt stands for each of its shipments that lacks one. Raises: NotSent."""
    client = WooClient(store)
    first, *others = requests
    receipt = mail_receipt(first, lambda: _ask(store, client, first))
    yield receipt
    for one in others:
        yield MailReceipt(
            shipment_id=one.shipment.id, mail=receipt.mail, reason=receipt.reason, words=receipt.words
        )


def _is_switched_off(client: WooClient, request: MailRequest) -> bool:
    """Whether the shop says so; older versions and keys with fewer rights do not tell."""
    try:
        return _is_on(client.mail_switch(COMPLETED_MAIL)) is False
    except UnreachableError as error:
        raise NotSent([request.order.remote_id], str(error), reason=error.reason) from error


def _ask(store: Store, client: WooClient, request: MailRequest) -> MailEffect:
    if _is_switched_off(client, request):
        raise WriteFault(_SWITCHED_OFF)
    try:
        checked(lambda: client.send_mail(request.order.remote_id, COMPLETED_MAIL), store.now, shows="message")
    except NotSentError as error:
        if error.reason == "rest_no_route":
            raise WriteFault(_NO_ROUTE) from error
        raise
    return MailEffect.UNKNOWABLE
