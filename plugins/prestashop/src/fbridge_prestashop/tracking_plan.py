"""What a push does to the one tracking field of an order, and why it would not. Pure.

Known of the store is only what the order shows (``Order.shipments``), so that the plan can be made without asking it.
"""

from __future__ import annotations

from dataclasses import dataclass

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.orders import StoreShipment
from fbridge_prestashop.tracking_field import fault_of, join, joined_fault_of, wanted_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingPlan:
    """The row of ``order_carriers`` that holds the numbers (None: there is none), before and after.

    ``carrier`` is the reference of the carrier to set on the row, None to leave it.
    """

    row: StoreShipment | None
    numbers: tuple[str, ...]
    carrier: str | None = None
    fault: str = ""
    reason: str = ""

    @property
    def held(self) -> tuple[str, ...]:
        """What the field holds now."""
        return self.row.numbers if self.row else ()

    @property
    def text(self) -> str:
        """The field's new text."""
        return join(self.numbers)

    @property
    def new(self) -> tuple[str, ...]:
        """The numbers that the store does not show yet."""
        return tuple(number for number in self.numbers if number not in self.held)

    @property
    def changes(self) -> bool:
        """Whether anything is to be written."""
        return self.row is not None and (self.numbers != self.held or self.carrier is not None)


def plan_tracking(fulfillment: Fulfillment) -> TrackingPlan:
    """Join the numbers of all shipments that have left with those that others entered.

    A shipment that is to go without its number (its carrier is not mapped) leaves what is there.
    """
    row = _row_of(fulfillment)
    held = row.numbers if row else ()
    sent = [shipment for shipment in fulfillment.shipments if shipment.carrier or shipment.numbers]
    numbers = wanted_numbers(row.remote_id if row else "", held, sent)
    plan = TrackingPlan(row=row, numbers=numbers, carrier=_carrier_to_set(row, sent))
    if not plan.new:
        return plan
    if row is None:
        words = (
            f"Order {fulfillment.number} has no carrier on the store, as orders of virtual goods have none, so there "
            "is no place for a tracking number."
        )
        return TrackingPlan(row=None, numbers=(), fault=words, reason="no_tracking_place")
    own = [number for shipment in fulfillment.outstanding for number in shipment.numbers]
    if fault := fault_of(own):
        return TrackingPlan(row=row, numbers=held, fault=fault, reason="bad_tracking_number")
    if fault := joined_fault_of(numbers):
        return TrackingPlan(row=row, numbers=held, fault=fault, reason="numbers_too_long")
    return plan


def _row_of(fulfillment: Fulfillment) -> StoreShipment | None:
    """The row that a shipment was written to, else one that has its number, else the first: that is the one whose
    number customers see."""
    rows = fulfillment.order.shipments
    ids = {key for shipment in fulfillment.shipments for key in shipment.remote_ids}
    known = (row for row in rows if row.remote_id in ids)
    holding = (row for row in rows if any(_is_held(shipment, row) for shipment in fulfillment.shipments))
    return next(known, None) or next(holding, None) or next(iter(rows), None)


def _is_held(shipment: FulfillmentShipment, row: StoreShipment) -> bool:
    return any(
        number in shipment.numbers or shipment.replaces(row.remote_id, number) for number in row.numbers
    )


def _carrier_to_set(row: StoreShipment | None, sent: list[FulfillmentShipment]) -> str | None:
    """The row has one carrier: that of the first shipment with a number."""
    carriers = [shipment.carrier.site_code for shipment in sent if shipment.numbers and shipment.carrier]
    wanted = next(iter(carriers), None)
    return wanted if row is not None and wanted and wanted != row.carrier else None
