"""A shipment in the house is packed otherwise: boxes, weight, and the cash that the courier collects."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.models.orders import Money
from fbridge.models.shipments import Shipment
from fbridge.orders.storage import lock_orders
from fbridge.push.ledger import raise_version
from fbridge.references import find_shipment
from fbridge.shipping.manifest_references import find_manifest
from fbridge.shipping.manifest_rows import lock_manifest
from fbridge.shipping.shipment_creation import load_candidate, refuse_bad_weight
from fbridge.shipping.shipment_rows import load_shipment, lock_shipments, update_shipments
from fbridge.shipping.shipment_rules import cod_for, refuse_bad_amount
from fbridge.shipping.tracking_numbers import parcels_for
from fbridge.storage.events import record


def repack(
    context: Context,
    ref: str,
    *,
    parcels: int | None = None,
    weight_grams: int | None = None,
    cod: Decimal | None = None,
    no_cod: bool = False,
) -> Shipment:
    """Set what is given; the rest stays. The same again changes nothing.

    Raises NotFoundError; InputError (it has left, fewer boxes than numbers, a weight or an amount that cannot be,
    more than is due, a second collection for the order).
    """
    with context.database.write() as connection:
        shipment = _locked(connection, find_shipment(connection, ref))
        _refuse_left(shipment)
        wanted: dict[str, Any] = {}
        if parcels is not None:
            wanted["parcels"] = parcels_for(shipment.numbers, parcels)
        if weight_grams is not None:
            refuse_bad_weight(weight_grams)
            wanted["weight_grams"] = weight_grams
        if cod is not None or no_cod:
            money = _collected(connection, shipment, cod, no_cod=no_cod)
            wanted |= {
                "cod_amount": money.amount if money else None,
                "cod_currency": money.currency if money else None,
            }
        if not wanted:
            raise InputError(f"Say what is otherwise with {shipment.label}.", reason="nothing_to_change")
        update_shipments(connection, [shipment.id], **wanted)
        after = load_shipment(connection, shipment.id)
        if after != shipment:
            raise_version(connection, [shipment.id])
            _tell(connection, context, after)
        return load_shipment(connection, shipment.id)


def _locked(connection: Connection, shipment_id: int) -> Shipment:
    before = load_shipment(connection, shipment_id)
    if before.manifest is not None:
        lock_manifest(connection, find_manifest(connection, before.manifest))
    lock_orders(connection, [before.order_id] if before.order_id is not None else [])
    lock_shipments(connection, [shipment_id])
    return load_shipment(connection, shipment_id)


def _refuse_left(shipment: Shipment) -> None:
    if shipment.in_house:
        return
    words = "is withdrawn" if shipment.withdrawn_at else "has left the house"
    raise InputError(f"{shipment.label} {words}; what is in it stays as it was told.", reason="has_left")


def _collected(
    connection: Connection, shipment: Shipment, cod: Decimal | None, *, no_cod: bool
) -> Money | None:
    if shipment.order_id is not None:
        candidate = load_candidate(connection, shipment.order_id)
        others = tuple(one for one in candidate.shipments if one.id != shipment.id)
        return cod_for(replace(candidate, shipments=others), cod, no_cod=no_cod)
    if cod is not None and no_cod:
        raise InputError("Say either a cash-on-delivery amount or that there is none.", reason="bad_cod")
    if cod is None:
        return None
    money = Money(amount=cod, currency=shipment.cod.currency if shipment.cod else "EUR")
    refuse_bad_amount(money)
    return money


def _tell(connection: Connection, context: Context, one: Shipment) -> None:
    weight = "" if one.weight_grams is None else f", {one.weight_grams} g"
    words = f"{one.label} is packed otherwise: {one.parcels} parcels{weight}"
    record(
        connection,
        "shipment.repacked",
        f"{words}{f', cash on delivery {one.cod}' if one.cod else ''}.",
        at=context.now(),
        store=one.store,
        order_id=one.order_id,
        shipment_id=one.id,
    )
