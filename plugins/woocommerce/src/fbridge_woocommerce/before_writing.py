"""What a push rests on is looked at once in a run, before its first write: completing mails the customer, and a
tracking plugin that was switched off since the last check would leave that mail without its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fbridge.errors import RefusedError
from fbridge.models.fulfillments import Fulfillment
from fbridge.models.platforms import Store
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.detection import system_status_of, wst_is_active
from fbridge_woocommerce.run_memory import memory_of
from fbridge_woocommerce.tracking_place import AUTO, PLACE_NAMES, Place, StoreFacts, is_offered

TRACKING_GONE = "tracking_gone"


def confirm_place(
    store: Store, client: WooClient, facts: StoreFacts, place: Place, fulfillments: Iterable[Fulfillment]
) -> None:
    """See that the store still keeps numbers where the plan says, unless no number is due.

    Raises: RefusedError where it does not, and what a read raises where that cannot be seen.
    """
    memory = memory_of(store)
    numbered = next((one.order_id for one in fulfillments if _has_number(one)), None)
    if memory.place_confirmed or numbered is None:
        return
    if not is_offered(place, facts) or not _answers(store, client, facts, place, numbered):
        raise RefusedError(
            f"{PLACE_NAMES[place]} does not answer on {store.url}, so nothing was sent: the customers' mails would "
            f"have no number. Switch it on there, or see where numbers can be kept: fbridge store check {store.name}",
            reason=TRACKING_GONE,
        )
    memory.place_confirmed = True


def _has_number(fulfillment: Fulfillment) -> bool:
    return any(shipment.numbers and shipment.carrier for shipment in fulfillment.outstanding)


def _answers(store: Store, client: WooClient, facts: StoreFacts, place: Place, order_id: str) -> bool:
    if place in (Place.AST, Place.WST) and facts.namespace:
        namespace = facts.namespace
        return _has_route(lambda: client.trackings(namespace, order_id))
    if place is Place.FULFILLMENTS:
        return not memory_of(store).fulfillments_gone
    if place is Place.META and store.settings["tracking"] == AUTO:
        return wst_is_active(system_status_of(client))
    return True


def _has_route(read: Callable[[], object]) -> bool:
    try:
        read()
    except RefusedError as error:
        return error.reason != "rest_no_route"
    return True
