"""The one field for tracking that PrestaShop has: how several numbers stand in it, and what a push does to it. Pure.

Numbers are joined by ``, ``; where that is longer than the field, by ``,`` alone. Read back, any comma divides. Known
of the store is only what the order shows (``Order.shipments``), so that the plan can be made without asking it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fbridge.models.fulfillments import Fulfillment, FulfillmentShipment
from fbridge.models.orders import StoreShipment

LONGEST = 64
"""The width of the column: up to 8.2 more is cut off without a word."""

_ALLOWED = re.compile(r"[~:#,%&_=()\[\].? +\-@/a-zA-Z0-9]+")
_COMMA = re.compile(r"\s*,\s*")
_READABLE, _TIGHT = ", ", ","


def numbers_in(text: str) -> tuple[str, ...]:
    """The distinct numbers that the field holds."""
    return tuple(dict.fromkeys(number for number in _COMMA.split(text.strip()) if number))


def join(numbers: Sequence[str]) -> str:
    """The field's text; longer than :data:`LONGEST` where they do not fit."""
    readable = _READABLE.join(numbers)
    return readable if len(readable) <= LONGEST else _TIGHT.join(numbers)


def fault_of(numbers: Sequence[str]) -> str:
    """Why the store would not take one of these numbers, in a sentence; "" where it takes them."""
    for number in numbers:
        if len(number) > LONGEST:
            return f"The number {number[:20]}... has {len(number)} characters; PrestaShop keeps at most {LONGEST}."
        if "," in number:
            return (
                f"The number {number} has a comma, which divides numbers in PrestaShop's one tracking field."
            )
        odd = next((letter for letter in number if not _ALLOWED.fullmatch(letter)), None)
        if odd is not None:
            return f"The number {number} has the character {odd!r}, which PrestaShop refuses in tracking numbers."
    return ""


def joined_fault_of(numbers: Sequence[str]) -> str:
    """Why these numbers cannot stand together, in a sentence; "" where they can."""
    length = len(join(numbers))
    if length <= LONGEST:
        return ""
    return (
        f"PrestaShop has one tracking field of {LONGEST} characters for an order; its {len(numbers)} numbers take "
        f"{length} ({', '.join(numbers)}). Give the order fewer numbers, such as that of the waybill alone."
    )


def wanted_numbers(
    row_id: str, held: Sequence[str], shipments: Iterable[FulfillmentShipment]
) -> tuple[str, ...]:
    """What the field of a row shall hold: what others entered, and the numbers of all shipments that have left.

    A corrected shipment's new numbers stand where its former ones stood; everything else keeps its place.
    """
    everyone = list(shipments)
    wanted = {number for shipment in everyone for number in shipment.numbers}
    former = {
        number: shipment.numbers
        for shipment in everyone
        if shipment.acknowledged != shipment.revision
        for number in held
        if number not in wanted and shipment.replaces(row_id, number)
    }
    replaced = [new for number in held for new in former.get(number, (number,))]
    return tuple(dict.fromkeys([*replaced, *(n for shipment in everyone for n in shipment.numbers)]))


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
