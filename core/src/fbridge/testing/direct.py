"""Calling an adapter directly, with fulfillments of the kit's own making: for what the core would not do itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fbridge.errors import FbridgeError, NotSent
from fbridge.models.fulfillments import (
    Fulfillment,
    FulfillmentShipment,
    Item,
    Receipt,
    ShipmentReceipt,
    TrackingNumber,
)
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery
from fbridge.push.decide import resolve_carrier
from fbridge.push.policy import load_policy
from fbridge.stores.open_store import OpenStore, open_store
from fbridge.testing.journal import note, note_fault
from fbridge.testing.office import CARRIER, STORE, Office


@dataclass(frozen=True, slots=True)
class DirectPush:
    """An adapter with its store open."""

    office: Office
    opened: OpenStore

    def read(self, *orders: str) -> tuple[Order, ...]:
        """The orders as the store shows them now, with their shipments, in the sequence that was asked for."""
        page = self.opened.read_orders(orders)
        found = {order.remote_id: order for order in page.orders}
        for order in orders:
            why = next((one.reason for one in page.rejected if one.remote_id == order), "it is in no page")
            assert order in found, f"order {order}, asked for by its id, did not come: {why}"
        return tuple(found[order] for order in orders)

    def pages(self, query: OrderQuery) -> Iterator[OrderPage]:
        """The pages of a fetch."""
        return self.opened.adapter.fetch_orders(self.opened.store, query)

    def shipment(
        self, order: Order, numbers: Sequence[str] = (), items: Sequence[tuple[int, int]] | None = None
    ) -> FulfillmentShipment:
        """A new shipment of an order: (line, quantity)s, or all that remains."""
        chosen = (
            [(order.lines[line], quantity) for line, quantity in items]
            if items is not None
            else [(line, line.remaining) for line in order.lines if line.remaining]
        )
        context = self.office.bridge.context
        carrier = self.office.bridge.carriers.get(CARRIER)
        return FulfillmentShipment(
            id=str(uuid.uuid4()),
            revision=1,
            items=tuple(Item(line_id=line.id, quantity=quantity) for line, quantity in chosen),
            tracking=tuple(TrackingNumber(number=one, url=carrier.url_for(one)) for one in numbers),
            shipped_at=datetime.now(UTC),
            carrier=resolve_carrier(carrier, load_policy(context, self.opened))[0],
        )

    def fulfillment(
        self, order: Order, *shipments: FulfillmentShipment, completes: bool = True, notify: bool = True
    ) -> Fulfillment:
        """The state that an order shall have."""
        return Fulfillment(order=order, shipments=shipments, completes_order=completes, notify=notify)

    def whole(self, order: str, *numbers: str, notify: bool = True) -> Fulfillment:
        """All of an order in one shipment."""
        read = self.read(order)[0]
        return self.fulfillment(read, self.shipment(read, numbers), notify=notify)

    def again(self, fulfillment: Fulfillment) -> Fulfillment:
        """The same fulfillment, with its order read anew."""
        return replace(fulfillment, order=self.read(fulfillment.order_id)[0])

    def push(self, *fulfillments: Fulfillment) -> list[Receipt]:
        """All receipts. Raises what the adapter raises."""
        try:
            receipts = list(self.opened.adapter.push_fulfillment(self.opened.store, fulfillments))
        except FbridgeError as error:
            note(f"push_fulfillment raised {type(error).__name__}: {error}")
            note_fault(error)
            raise
        told = [one for receipt in receipts for one in receipt.shipments]
        words = [f"{one.outcome} ({one.reason}){f': {one.words}' if one.words else ''}" for one in told]
        note(f"push_fulfillment -> {', '.join(words) or 'no receipt'}")
        return receipts

    def receipt(self, fulfillment: Fulfillment) -> ShipmentReceipt:
        """The receipt of the one shipment, which has to be there."""
        receipt = self.push_one(fulfillment)
        assert receipt is not None, (
            f"there is no receipt: the adapter says by NotSent that nothing of order {fulfillment.order_id} was sent"
        )
        return receipt

    def push_one(self, fulfillment: Fulfillment) -> ShipmentReceipt | None:
        """The receipt of the one shipment; None where the adapter says that it was provably not sent."""
        try:
            receipts = self.push(fulfillment)
        except NotSent as stop:
            if fulfillment.order_id not in stop.order_ids:
                raise
            return None
        assert len(receipts) == 1, f"one fulfillment, but {len(receipts)} receipts"
        assert len(receipts[0].shipments) == 1, "one shipment was to be pushed, and the receipt has others"
        return receipts[0].shipments[0]


@contextmanager
def directly(office: Office) -> Iterator[DirectPush]:
    """Open the office's store for direct calls."""
    with open_store(office.bridge.context, STORE) as opened:
        yield DirectPush(office, opened)
