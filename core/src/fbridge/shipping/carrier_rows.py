"""Carriers, their mappings to the stores' codes, and the routes from shipping methods, in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from fbridge.models.platforms import CarrierCode, CarrierCodes
from fbridge.models.shipments import Carrier
from fbridge.models.states import Delivery
from fbridge.storage.tables import (
    carrier_mappings,
    carrier_routes,
    carriers,
    manifests,
    shipment_revisions,
    site_carriers,
    stores,
)

DEFAULT_METHOD = "*"
"""The shipping method of a store's default route."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One row of ``carrier_mappings`` in words. ``warning`` is what the store's list says against that code."""

    store: str
    carrier: str
    site_code: str
    site_label: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Where the orders of one shipping method go: to a carrier, or (pickup, none) to no carrier at all."""

    store: str
    shipping_method: str
    delivery: Delivery
    carrier: Carrier | None


def carrier_from_row(row: RowMapping, prefix: str = "") -> Carrier:
    """A carrier from a row whose column names start with ``prefix``."""
    return Carrier(
        id=row[f"{prefix}id"],
        code=row[f"{prefix}code"],
        name=row[f"{prefix}name"],
        tracking_url=row[f"{prefix}tracking_url"],
        customer_code=row[f"{prefix}customer_code"],
        depot=row[f"{prefix}depot"],
        pickup=row[f"{prefix}pickup"],
        address=row[f"{prefix}address"],
    )


def carrier_columns(prefix: str) -> list[sa.Label[Any]]:
    """The columns that :func:`carrier_from_row` reads, labelled for use in a join."""
    names = ("id", "code", "name", "tracking_url", "customer_code", "depot", "pickup", "address")
    return [carriers.c[name].label(f"{prefix}{name}") for name in names]


def load_carriers(connection: Connection) -> tuple[Carrier, ...]:
    """All carriers by code."""
    rows = connection.execute(sa.select(carriers).order_by(carriers.c.code)).mappings()
    return tuple(carrier_from_row(row) for row in rows)


def insert_carrier(connection: Connection, values: Mapping[str, str], at: datetime) -> None:
    """Add a carrier: code, name, tracking_url, customer_code, depot, pickup, address."""
    connection.execute(sa.insert(carriers).values(**values, created_at=at))


def update_carrier(connection: Connection, carrier_id: int, values: Mapping[str, str]) -> None:
    """Change columns of a carrier."""
    connection.execute(sa.update(carriers).where(carriers.c.id == carrier_id).values(**values))


def delete_carrier(connection: Connection, carrier_id: int) -> None:
    """Take a carrier away that nothing uses (see :func:`uses_of`)."""
    connection.execute(sa.delete(carriers).where(carriers.c.id == carrier_id))


def uses_of(connection: Connection, carrier_id: int) -> dict[str, int]:
    """How often a carrier is used, by kind; kinds without a use are left out."""
    places: dict[str, sa.Select[Any]] = {
        "shipments": sa.select(sa.func.count(shipment_revisions.c.shipment_id.distinct())).where(
            shipment_revisions.c.carrier_id == carrier_id
        ),
        "manifests": _count(manifests.c.carrier_id == carrier_id),
        "mappings": _count(carrier_mappings.c.carrier_id == carrier_id),
        "routes": _count(carrier_routes.c.carrier_id == carrier_id),
    }
    counts = {kind: connection.execute(query).scalar_one() for kind, query in places.items()}
    return {kind: count for kind, count in counts.items() if count}


def load_codes(connection: Connection, store: str) -> CarrierCodes | None:
    """The store's own codes as last listed; None when they never were."""
    query = sa.select(stores.c.codes_open, stores.c.codes_at).where(stores.c.name == store)
    is_open, listed_at = connection.execute(query).one()
    if listed_at is None:
        return None
    rows = connection.execute(
        sa.select(site_carriers).where(site_carriers.c.store == store).order_by(site_carriers.c.code)
    )
    codes = tuple(
        CarrierCode(code=row.code, label=row.label, tracking_url=row.tracking_url, warning=row.warning)
        for row in rows
    )
    return CarrierCodes(codes=codes, open=bool(is_open))


def replace_codes(connection: Connection, store: str, codes: CarrierCodes, at: datetime) -> None:
    """Keep what the store listed now in place of what it listed before."""
    connection.execute(sa.delete(site_carriers).where(site_carriers.c.store == store))
    rows = {
        entry.code: {
            "store": store,
            "code": entry.code,
            "label": entry.label,
            "tracking_url": entry.tracking_url,
            "warning": entry.warning,
        }
        for entry in codes.codes
    }
    if rows:
        connection.execute(sa.insert(site_carriers), list(rows.values()))
    connection.execute(
        sa.update(stores).where(stores.c.name == store).values(codes_open=codes.open, codes_at=at)
    )


def set_mapping(connection: Connection, store: str, carrier_id: int, site_code: str, at: datetime) -> None:
    """Map a carrier to a store's code, in place of an earlier mapping."""
    delete_mapping(connection, store, carrier_id)
    connection.execute(
        sa.insert(carrier_mappings).values(
            store=store, carrier_id=carrier_id, site_code=site_code, mapped_at=at
        )
    )


def delete_mapping(connection: Connection, store: str, carrier_id: int) -> bool:
    """Forget a mapping; False when there was none."""
    return bool(
        connection.execute(
            sa.delete(carrier_mappings).where(
                carrier_mappings.c.store == store, carrier_mappings.c.carrier_id == carrier_id
            )
        ).rowcount
    )


def load_mappings(connection: Connection, store: str | None = None) -> tuple[Mapped, ...]:
    """All mappings (of one store) by store and carrier; the label is the code where the store lists none."""
    label = sa.func.coalesce(site_carriers.c.label, carrier_mappings.c.site_code)
    warning = sa.func.coalesce(site_carriers.c.warning, "")
    query = (
        sa.select(carrier_mappings.c.store, carriers.c.code, carrier_mappings.c.site_code, label, warning)
        .join_from(carrier_mappings, carriers)
        .outerjoin(
            site_carriers,
            sa.and_(
                site_carriers.c.store == carrier_mappings.c.store,
                site_carriers.c.code == carrier_mappings.c.site_code,
            ),
        )
        .order_by(carrier_mappings.c.store, carriers.c.code)
    )
    if store is not None:
        query = query.where(carrier_mappings.c.store == store)
    return tuple(Mapped(*row) for row in connection.execute(query))


def mapped_codes(connection: Connection, store: str) -> dict[int, str]:
    """The store's code of each mapped carrier, by the carrier's key."""
    query = sa.select(carrier_mappings).where(carrier_mappings.c.store == store)
    return {row.carrier_id: row.site_code for row in connection.execute(query)}


def set_route(
    connection: Connection, store: str, shipping_method: str, delivery: Delivery, carrier_id: int | None
) -> None:
    """Route a shipping method, in place of an earlier route."""
    delete_route(connection, store, shipping_method)
    connection.execute(
        sa.insert(carrier_routes).values(
            store=store, shipping_method=shipping_method, delivery=delivery, carrier_id=carrier_id
        )
    )


def delete_route(connection: Connection, store: str, shipping_method: str) -> bool:
    """Forget a route; False when there was none."""
    return bool(
        connection.execute(
            sa.delete(carrier_routes).where(
                carrier_routes.c.store == store, carrier_routes.c.shipping_method == shipping_method
            )
        ).rowcount
    )


def load_routes(
    connection: Connection, store: str | None = None, methods: Sequence[str] | None = None
) -> tuple[Route, ...]:
    """Routes (of one store, of some methods) by store and shipping method."""
    query = (
        sa.select(carrier_routes, *carrier_columns("own_"))
        .outerjoin(carriers)
        .order_by(carrier_routes.c.store, carrier_routes.c.shipping_method)
    )
    if store is not None:
        query = query.where(carrier_routes.c.store == store)
    if methods is not None:
        query = query.where(carrier_routes.c.shipping_method.in_(methods))
    return tuple(_route(row) for row in connection.execute(query).mappings())


def route_for(connection: Connection, store: str, shipping_method: str) -> Route | None:
    """The route of one shipping method: its own, else the store's default, else None."""
    routes = load_routes(connection, store, [shipping_method, DEFAULT_METHOD])
    exact = [route for route in routes if route.shipping_method == shipping_method]
    return next(iter(exact or routes), None)


def _route(row: RowMapping) -> Route:
    carrier = carrier_from_row(row, "own_") if row["own_id"] else None
    return Route(row["store"], row["shipping_method"], row["delivery"], carrier)


def _count(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(sa.func.count()).where(condition)
