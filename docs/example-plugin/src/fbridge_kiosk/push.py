"""A shipment is a parcel on the store, under the mark that we give it. What is the same everywhere is the kit's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fbridge.adapterkit.mails import mail_before_answer
from fbridge.adapterkit.one_by_one import Wish, push_one_by_one
from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.orders import Order
from fbridge.models.platforms import Store
from fbridge_kiosk.client import api_of
from fbridge_kiosk.mapping import order_from


def push(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """See :func:`fbridge.hookspecs.push_fulfillment`. The Kiosk mails before it answers."""
    api = api_of(store)

    def put_parcel(wish: Wish) -> Order:
        body = {
            "lines": {item.line_id: item.quantity for item in wish.shipment.items},
            "numbers": wish.shipment.numbers,
            "carrier": wish.carrier,
            "finish": wish.finish,
            "mail": wish.mail,
        }
        path = f"orders/{wish.order.remote_id}/parcels/{wish.shipment.id}"
        return api.write_order("PUT", path, body, order_from)

    return push_one_by_one(store.now, fulfillments, put_parcel, mailed=mail_before_answer)
