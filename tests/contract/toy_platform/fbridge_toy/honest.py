"""Adapters of shops that can do less or more than most, and say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fbridge.hookspecs import hookimpl
from fbridge.models.fulfillments import Effects, Fulfillment, FulfillmentShipment, ShipmentReceipt, StoreHolds
from fbridge.models.orders import Order, StoreShipment
from fbridge.models.platforms import CarrierCodes, Store
from fbridge.models.states import Effect, OrderStatus, Outcome, Support
from fbridge_toy.adapter import ToyAdapter


class _SealsItsShipments(ToyAdapter):
    """No number is corrected or added later."""

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


class _KnowsNoCarriers(ToyAdapter):
    """Any carrier is shown as it is called: the list is open, and empty."""

    capabilities = replace(ToyAdapter.capabilities, carrier_free_text=Support.YES)

    @hookimpl
    def list_carrier_codes(self, store: Store) -> CarrierCodes:
        return CarrierCodes(codes=(), open=True)

    def body(
        self, fulfillment: Fulfillment, shipment: FulfillmentShipment, *, completes: bool
    ) -> dict[str, Any]:
        carrier = shipment.carrier
        named = (carrier.site_code or carrier.label) if carrier else ""
        return super().body(fulfillment, shipment, completes=completes) | {"carrier": named}


seals_its_shipments = _SealsItsShipments()
knows_no_carriers = _KnowsNoCarriers()
