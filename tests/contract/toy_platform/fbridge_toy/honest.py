"""An adapter of a shop that seals what was shipped: no number is corrected or added later, and it says so."""

from __future__ import annotations

from dataclasses import replace

from fbridge.models.fulfillments import Effects, Fulfillment, FulfillmentShipment, ShipmentReceipt, StoreHolds
from fbridge.models.orders import Order, StoreShipment
from fbridge.models.platforms import Store
from fbridge.models.states import Effect, OrderStatus, Outcome, Support
from fbridge_toy.adapter import ToyAdapter


class _SealsItsShipments(ToyAdapter):
    capabilities = replace(ToyAdapter.capabilities, tracking_update=Support.NO, late_numbers=Support.NO)

    def push_one(
        self, store: Store, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, last: bool
    ) -> ShipmentReceipt:
        order = fulfillment.order
        own = self.own_entry(order, shipment)
        if own and set(own.numbers) != set(shipment.numbers):
            return self.sealed(shipment, own)
        if own is None and order.status is OrderStatus.CLOSED:
            return self.shipped_by_others(shipment, order)
        return super().push_one(store, fulfillment, shipment, last=last)

    def sealed(self, shipment: FulfillmentShipment, own: StoreShipment) -> ShipmentReceipt:
        reason = "cannot_correct" if own.numbers else "cannot_add_number"
        return self.failed(shipment, Outcome.REFUSED, reason, "The shop seals its shipments.")

    def shipped_by_others(self, shipment: FulfillmentShipment, order: Order) -> ShipmentReceipt:
        return ShipmentReceipt(
            shipment_id=shipment.id,
            revision=shipment.revision,
            outcome=Outcome.DONE_ELSEWHERE,
            reason="shipped_elsewhere",
            words="Somebody finished the order in the shop; its number cannot be added any more.",
            holds=StoreHolds(order_status=order.remote_status),
            effects=Effects(shipment=Effect.DONE, status=Effect.DONE, mail=shipment.mail),
        )


seals_its_shipments = _SealsItsShipments()
