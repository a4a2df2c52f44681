"""Which shipments a list shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.references import find_carrier, known_store
from fbridge.shipping.manifest_references import find_manifest
from fbridge.shipping.returned_goods import IS_BACK
from fbridge.shipping.shipment_rows import each_shipment
from fbridge.storage.database import Database
from fbridge.storage.tables import carriers, manifests, pushes, shipments


class ChosenShipments(TypedDict, total=False):
    """What they have in common; everything left out, or None, does not matter. ``returned``: what came back and
    nobody has dealt with. ``limit``: the newest so many; with ``after``, the id of the last one of the page before
    (0 for the first page), the first so many from behind it on."""

    state: PushState | None
    store: str | None
    manifest: str | None
    carrier: str | None
    returned: bool | None
    after: int | None
    limit: int | None


def each_chosen(database: Database, chosen: ChosenShipments) -> Iterator[Shipment]:
    """The shipments that fit, oldest first, loaded some hundred at a time. Raises NotFoundError at once."""
    with database.read() as connection:
        conditions = list(_conditions(connection, chosen))
    is_page = chosen.get("after") is not None
    return each_shipment(database, *conditions, limit=chosen.get("limit"), oldest=is_page)


def _conditions(connection: Connection, chosen: ChosenShipments) -> Iterator[sa.ColumnElement[bool]]:
    if (after := chosen.get("after")) is not None:
        yield shipments.c.id > after
    if chosen.get("returned"):
        yield IS_BACK
    if (state := chosen.get("state")) is not None:
        yield pushes.c.state == state
    if (store := chosen.get("store")) is not None:
        yield shipments.c.store == known_store(connection, store)
    if (manifest := chosen.get("manifest")) is not None:
        yield manifests.c.id == find_manifest(connection, manifest)
    if (carrier := chosen.get("carrier")) is not None:
        yield carriers.c.id == find_carrier(connection, carrier).id
