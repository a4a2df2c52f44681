"""What stands on a manifest, as far as scanners, papers and who looks again need it: two queries for thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Address, Money
from fbridge.models.shipments import Document, Shipment
from fbridge.orders.rows import address_from_json
from fbridge.storage.tables import orders, shipment_numbers, shipments


@dataclass(slots=True)
class ManifestLine:
    """A shipment of a manifest without its goods and without what became of it on its store."""

    id: int
    label: str
    revision: int
    parcels: int
    weight_grams: int | None
    cod: Money | None
    order_number: str
    document: Document | None
    numbers: Sequence[str]
    recipient: Address | None = None


Line = Shipment | ManifestLine
"""What is asked here is the same of both."""


def load_lines(
    connection: Connection, manifest_id: int, *, recipients: bool = False
) -> tuple[ManifestLine, ...]:
    """All lines of a manifest, oldest first; where each goes only with ``recipients``."""
    numbers = _numbers(connection, manifest_id)
    where_to = (shipments.c.recipient, orders.c.ship_to) if recipients else ()
    query = (
        sa.select(*_COLUMNS, *where_to)
        .select_from(shipments.outerjoin(orders, orders.c.id == shipments.c.order_id))
        .where(shipments.c.manifest_id == manifest_id)
        .order_by(shipments.c.id)
    )
    return tuple(
        ManifestLine(
            key,
            f"S{key}",
            revision,
            parcels,
            grams,
            Money(amount=amount, currency=currency) if amount is not None else None,
            order_number or "",
            Document(number=number, source=source or "", series=series or "", year=year) if number else None,
            numbers.get(key, ()),
            address_from_json(where[1 if where[0] is None else 0] or {}) if where else None,
        )
        for key, revision, parcels, grams, amount, currency, number, source, series, year, order_number, *where
        in connection.execute(query)
    )  # fmt: skip


_COLUMNS = (
    shipments.c.id,
    shipments.c.revision,
    shipments.c.parcels,
    shipments.c.weight_grams,
    shipments.c.cod_amount,
    shipments.c.cod_currency,
    shipments.c.document_number,
    shipments.c.document_source,
    shipments.c.document_series,
    shipments.c.document_year,
    orders.c.number,
)


def _numbers(connection: Connection, manifest_id: int) -> dict[int, tuple[str, ...]]:
    query = (
        sa.select(shipment_numbers.c.shipment_id, shipment_numbers.c.number)
        .join_from(
            shipment_numbers,
            shipments,
            sa.and_(
                shipment_numbers.c.shipment_id == shipments.c.id,
                shipment_numbers.c.revision == shipments.c.revision,
            ),
        )
        .where(shipments.c.manifest_id == manifest_id)
        .order_by(shipment_numbers.c.shipment_id, shipment_numbers.c.position)
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for key, number in connection.execute(query):
        found[key].append(number)
    return {key: tuple(numbers) for key, numbers in found.items()}
