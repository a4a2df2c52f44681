"""What a push rests on is looked at before it writes: completing mails the customer, and a tracking plugin that was
switched off since the last check, or in the middle of a run, would leave that mail without its number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fbridge.errors import RefusedError
from fbridge.models.fulfillments import Fulfillment
from fbridge.models.platforms import Store
from fbridge_woocommerce.carriers import providers_as_codes
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.detection import system_status_of, wst_is_active
from fbridge_woocommerce.mails import completed_mail_now, with_mail_switches
from fbridge_woocommerce.run_memory import memory_of
from fbridge_woocommerce.tracking_place import (
    AUTO,
    FULFILLMENT,
    PLACE_NAMES,
    Place,
    StoreFacts,
    is_offered,
    mails_by_fulfillment,
)

TRACKING_GONE = "tracking_gone"


def confirm_place(
    store: Store, client: WooClient, facts: StoreFacts, place: Place, fulfillments: Iterable[Fulfillment]
) -> frozenset[str]:
    """See that the store still keeps numbers where the plan says, unless no number is due; give the codes of the
    carriers that its tracking plugin knows now, none where it does not tell.

    Raises: RefusedError where it does not, and what a read raises where that cannot be seen.
    """
    if not any(map(_has_number, fulfillments)):
        return frozenset()
    codes = _codes_now(store, client, facts, place) if is_offered(place, facts) else None
    if codes is None:
        raise RefusedError(
            f"{PLACE_NAMES[place]} does not answer on {store.url}, so nothing was sent: the customers' mails would "
            f"have no number. Switch it on there, or see where numbers can be kept: fbridge store check {store.name}",
            reason=TRACKING_GONE,
        )
    return codes


@dataclass(frozen=True, slots=True)
class MailsNow:
    """Which mail a push causes: a fulfillment's ``own``, else that of the completed order, unless it is ``off``."""

    own: bool = False
    off: bool = False


def confirm_mail(
    store: Store, client: WooClient, facts: StoreFacts, place: Place, *, completes: bool
) -> MailsNow:
    """Which mail leaves, as the plan has it; ``completes``: an order becomes completed.

    Raises: RefusedError where the shop has changed its switches since, so that customers would get a mail that was
    not planned.
    """
    if not mails_by_fulfillment(store.settings.get("customer_mail"), place, facts):
        return MailsNow(off=completes and _completed_mail_is_off(store, client, facts))
    memory = memory_of(store)
    if not memory.mails_confirmed:
        now = with_mail_switches(client, facts)
        if not mails_by_fulfillment(FULFILLMENT, place, now):
            raise RefusedError(
                f"The shop {store.url} has changed which mails it sends (WooCommerce > Settings > Emails), so "
                f"nothing was sent: with customer_mail = {FULFILLMENT} Completed order has to be off and Fulfillment "
                f"created on. See: fbridge store check {store.name}",
                reason="mails_changed",
            )
        memory.mails_confirmed = True
    return MailsNow(own=True)


def _completed_mail_is_off(store: Store, client: WooClient, facts: StoreFacts) -> bool:
    if facts.completed_mail is None:
        return False  # the shop did not tell the last check either
    memory = memory_of(store)
    if not memory.mails_confirmed:
        memory.completed_mail = completed_mail_now(client)
        memory.mails_confirmed = True
    if facts.completed_mail is False and memory.completed_mail:
        raise RefusedError(
            f'The shop {store.url} sends its mail "Completed order" again, which the plan does not show, so nothing '
            f"was sent. See, and then plan again: fbridge store check {store.name}",
            reason="mails_changed",
        )
    return memory.completed_mail is False


def _has_number(fulfillment: Fulfillment) -> bool:
    return any(shipment.numbers and shipment.carrier for shipment in fulfillment.outstanding)


def _codes_now(store: Store, client: WooClient, facts: StoreFacts, place: Place) -> frozenset[str] | None:
    """None where the place is gone. The list of a plugin's carriers needs its route, so it tells both at once."""
    if place in (Place.AST, Place.WST) and facts.namespace:
        try:
            codes = providers_as_codes(client.providers(facts.namespace))
        except RefusedError as error:
            if error.reason != "rest_no_route":
                raise
            return None
        return frozenset(one.code for one in codes)
    if place is Place.META and store.settings["tracking"] == AUTO and not memory_of(store).place_confirmed:
        memory_of(store).place_confirmed = wst_is_active(system_status_of(client))
        return frozenset() if memory_of(store).place_confirmed else None
    return frozenset()
