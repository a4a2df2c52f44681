"""What a push of one order would do, for the plan. Pure: from the order as last fetched and the facts of the last
check."""

from __future__ import annotations

from collections.abc import Sequence

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment, Preview
from fbridge.models.platforms import Store
from fbridge_magento.detection import inventory_checked
from fbridge_magento.mails import SHIPMENT_MAIL, asks_for_mail
from fbridge_magento.push import Rest, less
from fbridge_magento.refusals import status_refusal
from fbridge_magento.sources import SourceChoice, choose_source
from fbridge_magento.tracks import track_fault, wanted_tracks


def preview_of(store: Store, fulfillment: Fulfillment) -> Preview:
    """The mails, refusals and warnings of one order; it is refused where all of its shipments are."""
    refusals = [_refusal(store, fulfillment, shipment) for shipment in fulfillment.outstanding]
    going = [
        shipment for shipment, refusal in zip(fulfillment.outstanding, refusals, strict=True) if not refusal
    ]
    made = _without_those_of_others(fulfillment, going)
    said = dict.fromkeys(filter(None, refusals))
    return Preview(
        order_id=fulfillment.order_id,
        mails=tuple(SHIPMENT_MAIL for one in made if _mails(store, fulfillment, one)),
        places=tuple(dict.fromkeys(place for one in made if (place := _place(store, one)))),
        carrier=_carrier(going),
        refused="" if going else " ".join(said),
        warnings=tuple(said) if going else (),
    )


def _refusal(store: Store, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> str:
    fault = track_fault(shipment)
    if fault:
        return fault[1]
    if shipment.acknowledged is not None or shipment.remote_ids:
        return ""
    problem = status_refusal(fulfillment.order) or _source(store, shipment).problem
    return problem.words if problem else ""


def _source(store: Store, shipment: FulfillmentShipment) -> SourceChoice:
    return choose_source(shipment, str(store.settings.get("source") or ""), inventory_checked(store))


def _place(store: Store, shipment: FulfillmentShipment) -> str:
    """The source that it is booked on, where one is named; what the store would propose is asked with the push."""
    made = shipment.acknowledged is not None or shipment.remote_ids
    code = None if made else _source(store, shipment).code
    return f"source {code}" if code else ""


def _without_those_of_others(
    fulfillment: Fulfillment, going: Sequence[FulfillmentShipment]
) -> list[FulfillmentShipment]:
    """Those that fbridge makes or has made: goods that somebody shipped on the store are not shipped again, and those
    that were refunded since they left not at all."""
    rest, shown = Rest.of(fulfillment), {one.mark for one in fulfillment.order.shipments}
    made = []
    for shipment in going:
        if shipment.acknowledged is None and not shipment.remote_ids and shipment.id not in shown:
            items = less(shipment.items, rest.refund(shipment.items, rest.left))
            if not items or rest.lacks(items):
                continue
            rest.take(items)
        made.append(shipment)
    return made


def _carrier(going: list[FulfillmentShipment]) -> str:
    """The one name that the store would show otherwise than it is sent; "" where it shows all as they are."""
    names = {(track.title, track.as_kept[1]) for shipment in going for track in wanted_tracks(shipment)}
    return next((kept for title, kept in names if kept != title), "") if len(names) == 1 else ""


def _mails(store: Store, fulfillment: Fulfillment, shipment: FulfillmentShipment) -> bool:
    on_correction = bool(store.settings.get("mail_on_correction"))
    return asks_for_mail(shipment, notify=fulfillment.notify, on_correction=on_correction, is_new=True)
