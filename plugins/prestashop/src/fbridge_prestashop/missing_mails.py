"""The customer's mail, asked for once more.

"Package in transit" leaves whenever the number is written with that wish, also where it is the same (observed on
8.2.1). The mail of a state leaves only when the state is set again, which is more than a mail: but for an order whose
state was half set. Its history lacks the entry, so nothing can be sent again there, and setting the state writes the
entry and sends the mail that are missing (observed on 8.2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fbridge.adapterkit.mails import NOT_POSSIBLE_HERE, mail_receipts
from fbridge.adapterkit.payloads import reference, rows
from fbridge.http import Response
from fbridge.models.fulfillments import MailReceipt, MailRequest
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import MailEffect, Outcome
from fbridge_prestashop.answers import End, Interrupted, entities_of
from fbridge_prestashop.client import PrestaShopClient
from fbridge_prestashop.detection import mails_now, shop_of
from fbridge_prestashop.mapping import ROWS_KEY
from fbridge_prestashop.push import shop_of_order, why_none_leaves
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
_NUMBER_GONE = Problem(
    outcome=Outcome.REFUSED,
    reason="gone_from_store",
    words="The store does not show the number any more, so no mail about it is asked for.",
)


def mail_again(store: Store, requests: Sequence[MailRequest]) -> Iterator[MailReceipt]:
    """One mail for the order, whose receipt stands for each of its shipments that lacks one. Raises: NotSent."""
    return mail_receipts(requests, lambda: _ask(store, requests[0]))


def _ask(store: Store, request: MailRequest) -> MailEffect:
    client = PrestaShopClient(store)
    shop = shop_of_order(shop_of(store, client), request.order)
    about = [request.order.remote_id]
    if shop.mail is CustomerMail.IN_TRANSIT:
        row = _row_of(request)
        _see_that_it_leaves(store, client, request)
        # Whole as it was just read, so that it is the same to PUT and to PATCH.
        method = "PATCH" if shop.facts.has_patch else "PUT"
        return _written(
            store,
            "order_carriers",
            lambda: client.write_numbers(method, [row], mail=True, about=about, shop=shop.scope),
        )
    entry = {"id_order": request.order.remote_id, "id_order_state": _half_set(shop, request)}
    _see_that_it_leaves(store, client, request, entry["id_order_state"])
    return _written(store, "order_histories", lambda: client.add_states([entry], mail=True, shop=shop.scope))


def _row_of(request: MailRequest) -> Mapping[str, Any]:
    """The row that holds the number, as it was just read. Raises: WriteFault where no mail about it would leave."""
    if not any(one.mail_link for one in request.order.shipments):
        raise WriteFault(_WITHOUT_A_PAGE)
    numbers = set(request.shipment.numbers)
    holding = {one.remote_id for one in request.order.shipments if numbers.intersection(one.numbers)}
    for row in rows(request.order.adapter_data.get(ROWS_KEY)):
        if reference(row.get("id")) in holding:
            return row
    raise WriteFault(_NUMBER_GONE)


def _half_set(shop: Shop, request: MailRequest) -> str:
    """The state that has no entry in the order's history, so that its mail never left. Raises: WriteFault."""
    state = shop.shipped_state
    if state is None or not any(one.mailed is False for one in request.order.shipments):
        raise WriteFault(_OF_A_STATE)
    return state.id


def _see_that_it_leaves(
    store: Store, client: PrestaShopClient, request: MailRequest, state_id: str = ""
) -> None:
    now = mails_now(store, client)
    if now and (words := why_none_leaves(shop_of_order(now, request.order), state_id)):
        raise WriteFault(Problem(outcome=Outcome.REFUSED, reason="mail_switched_off", words=words))


def _written(store: Store, resource: str, write: Callable[[], Response]) -> MailEffect:
    try:
        entities_of(write, resource, store.now, mail=True)
    except Interrupted as end:
        if end.end not in (End.WARNED, End.GARBLED):
            raise WriteFault(end.problem) from None
    return MailEffect.UNKNOWABLE
