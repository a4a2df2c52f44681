"""The customer's mail about a completed order, asked for once more.

WooCommerce's order actions say "sent" also of a mail that the shop has switched off, so the switch is read first; and
what they say is no proof that it left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from fbridge.adapterkit.mails import NOT_POSSIBLE_HERE, mail_receipt, mail_receipts
from fbridge.adapterkit.responses import body_of
from fbridge.errors import CredentialsError, NotSent, NotSentError, RefusedError, UnreachableError
from fbridge.http import Response
from fbridge.models.fulfillments import MailReceipt, MailRequest
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import MailEffect, Outcome
from fbridge_woocommerce.answers import checked
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.fulfillment_meta import meta_list, meta_of
from fbridge_woocommerce.mail_notes import COMPLETED_TITLE, UPDATED_TITLE, MailNotes
from fbridge_woocommerce.tracking_place import StoreFacts, mails_by_fulfillment, place_for

COMPLETED_MAIL = "customer_completed_order"
FULFILLMENT_MAIL = "customer_fulfillment_created"

UPDATED_MAIL = "customer_fulfillment_updated"
_TITLES = {COMPLETED_MAIL: COMPLETED_TITLE, UPDATED_MAIL: UPDATED_TITLE}

T = TypeVar("T")

_NOT_OURS = Problem(
    outcome=Outcome.REFUSED,
    reason=NOT_POSSIBLE_HERE,
    words="The store shows no fulfillment of ours for this shipment, so none can mail the customer.",
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


def completed_mail_now(client: WooClient) -> bool | None:
    """Whether the shop sends "Completed order" at all; None where it does not tell, or not in time."""
    try:
        return _is_on(client.mail_switch(COMPLETED_MAIL))
    except (CredentialsError, RefusedError, UnreachableError):
        return None


def _is_on(switch: Response) -> bool | None:
    return {"yes": True, "no": False}.get(str(body_of(switch).get("value"))) if switch.ok else None


def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    """One mail for the order, whose receipt stands for each of its shipments that lacks one; where fulfillments mail
    the customer, one for each shipment. Raises: NotSent."""
    client = WooClient(store)
    facts = StoreFacts.from_json(store.facts) or StoreFacts()
    place = place_for(store.settings["tracking"], facts)
    if mails_by_fulfillment(store.settings.get("customer_mail"), place, facts):
        yield from (mail_receipt(one, partial(_ask_fulfillment, store, client, one)) for one in requests)
        return
    yield from mail_receipts(requests, lambda: _ask(store, client, requests[0]))


def _read(request: MailRequest, read: Callable[[], T]) -> T:
    """What has to be read first. Raises: NotSent."""
    try:
        return read()
    except (RefusedError, UnreachableError) as error:
        raise NotSent([request.order.remote_id], str(error), reason=error.reason) from error


def _refuse_switched_off(client: WooClient, request: MailRequest, kind: str) -> None:
    """Whether it is off; older versions and keys with fewer rights do not tell. Raises: WriteFault, NotSent."""
    if _is_on(_read(request, lambda: client.mail_switch(kind))) is False:
        raise WriteFault(
            Problem(
                outcome=Outcome.REFUSED,
                reason="mail_switched_off",
                words="The shop has switched this mail off (WooCommerce > Settings > Emails > "
                f"{_TITLES[kind]}); none is sent.",
            )
        )


def _ask_fulfillment(store: Store, client: WooClient, request: MailRequest) -> MailEffect:
    """The fulfillment written again as it is, with the wish for a mail: the customer gets "Fulfillment updated"."""
    _refuse_switched_off(client, request, UPDATED_MAIL)
    order_id = request.order.remote_id
    ours = next((one for one in request.order.shipments if one.mark == request.shipment.id), None)
    if ours is None:
        raise WriteFault(_NOT_OURS)
    held = meta_list(meta_of(_read(request, lambda: client.fulfillment(order_id, ours.remote_id))))
    notes = MailNotes(store, client, store.now())
    checked(
        lambda: client.replace_fulfillment(order_id, ours.remote_id, held, mail=True),
        store.now,
        shows="meta_data",
    )
    return _known_of(notes, order_id, UPDATED_TITLE)


def _ask(store: Store, client: WooClient, request: MailRequest) -> MailEffect:
    notes = MailNotes(store, client, store.now())
    noted = notes.of_completing(request.order.remote_id)
    if noted is not None and noted.mail is MailEffect.SENT:
        return MailEffect.SENT  # only its answer was lost; nobody is mailed twice
    _refuse_switched_off(client, request, COMPLETED_MAIL)
    try:
        checked(lambda: client.send_mail(request.order.remote_id, COMPLETED_MAIL), store.now, shows="message")
    except NotSentError as error:
        if error.reason == "rest_no_route":
            raise WriteFault(_NO_ROUTE) from error
        raise
    return _known_of(notes, request.order.remote_id, COMPLETED_TITLE)


def _known_of(notes: MailNotes, order_id: str, title: str) -> MailEffect:
    """What the store notes of the mail that it has just said to send. Raises: WriteFault where it could not."""
    told = notes.of(order_id, title)
    if told is not None and told.mail is MailEffect.NOT_SENT:
        raise WriteFault(Problem(outcome=Outcome.RETRY, reason="mail_failed", words=told.words))
    return told.mail if told else MailEffect.UNKNOWABLE
