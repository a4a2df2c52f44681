"""Which delivery a label on a parcel means, when it lies on the desk again; and what of it waits for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.errors import NotFoundError
from fbridge.models.shipments import Shipment
from fbridge.models.states import ReturnKind
from fbridge.references import find_shipment
from fbridge.shipping.meant import one_delivery, with_siblings
from fbridge.shipping.shipment_rows import load_shipment, load_shipments
from fbridge.storage.indexes import NOT_DEALT_WITH
from fbridge.storage.return_tables import returns
from fbridge.storage.tables import shipment_numbers, shipments

LONGEST_RETURNED = timedelta(days=3)
"""How long what came back may wait for somebody before that is overdue: a customer waits, and a depot charges."""

IS_BACK = sa.and_(
    shipments.c.withdrawn_at.is_(None),
    shipments.c.id.in_(sa.select(returns.c.shipment_id).where(NOT_DEALT_WITH)),
)
"""The shipments that came back and that nobody has dealt with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedShipment:
    """A shipment that came back (or that the carrier holds), with what can be done about it."""

    shipment: str
    order_number: str
    carrier: str
    kind: ReturnKind
    reason: str
    since: datetime
    age: timedelta
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """All that came back and waits, the oldest first; ``since`` is that one's day."""

    items: tuple[ReturnedShipment, ...]
    since: datetime
    age: timedelta
    overdue: bool


def came_back(
    connection: Connection, now: datetime, *, longest: timedelta | None = LONGEST_RETURNED
) -> CameBack | None:
    """What came back and nobody has dealt with; None where nothing did. ``longest``: how long it may wait."""
    found = [_returned(one, now) for one in load_shipments(connection, IS_BACK)]
    if not found:
        return None
    items = sorted(found, key=lambda one: one.since)
    age = items[0].age
    return CameBack(
        items=tuple(items), since=items[0].since, age=age, overdue=longest is not None and age >= longest
    )


def _returned(shipment: Shipment, now: datetime) -> ReturnedShipment:
    back = shipment.returned
    assert back is not None  # noqa: S101 - it was looked for by that
    return ReturnedShipment(
        shipment=shipment.label,
        order_number=shipment.order_number,
        carrier=shipment.carrier.code,
        kind=back.kind,
        reason=back.reason,
        since=back.came_at,
        age=now - back.came_at,
        next_step=return_steps(shipment)[0],
    )


def return_steps(shipment: Shipment) -> tuple[str, ...]:
    """The commands among which a person chooses for what came back."""
    again = f"fbridge shipment create {shipment.store}:{shipment.order_number} --replacement"
    ends = (
        f"fbridge shipment returned {shipment.label} --resent",
        f"fbridge shipment returned {shipment.label} --closed",
    )
    if shipment.order_number and shipment.returned and shipment.returned.kind is not ReturnKind.HELD:
        return (again, *ends)
    return ends


def delivery_named(connection: Connection, ref: str, *, only_numbers: bool = False) -> tuple[Shipment, ...]:
    """The delivery with this tracking number (of now, else of before), else as commands name a shipment.

    Raises NotFoundError; InputError where it can be several.
    """
    found = _by_number(connection, ref)
    if found:
        goods = one_delivery(found, ref.strip())
    elif only_numbers:
        raise NotFoundError(f"No shipment has the number {ref.strip()}.", reason="unknown_shipment")
    else:
        goods = (load_shipment(connection, find_shipment(connection, ref.strip())),)
    return with_siblings(connection, goods)


def _by_number(connection: Connection, ref: str) -> Sequence[Shipment]:
    spellings = {ref.strip(), "".join(ref.split()).upper()}
    carrying = sa.select(shipment_numbers.c.shipment_id).where(shipment_numbers.c.number.in_(spellings))
    found = load_shipments(connection, shipments.c.id.in_(carrying), shipments.c.withdrawn_at.is_(None))
    return [one for one in found if spellings & set(one.numbers)] or found
