"""One order from goods to a told store in one act: shipment, manifest, shipped, pushed. The same again is the same.

For programs that hand over one parcel after another. Each call has a manifest of its own, for what stands on another
one in preparation has not left because this parcel has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

from fbridge.context import Context
from fbridge.errors import BusyError, FbridgeError, InputError
from fbridge.models.results import ItemResult, Outcome
from fbridge.models.shipments import Document, Manifest, Shipment
from fbridge.push.guards import PushScope
from fbridge.push.run import PushItem, push_stores
from fbridge.shipping.document_wishes import DocumentWish, PartWish
from fbridge.shipping.intake import Intake
from fbridge.shipping.manifest_filling import add_to_manifest
from fbridge.shipping.manifest_references import find_manifest, open_manifest
from fbridge.shipping.manifest_rows import load_manifest
from fbridge.shipping.ship import ship_manifest
from fbridge.shipping.shipments import Shipments


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilled:
    """What one call came to; the same call again gives the same.

    ``stopped``: why the parcel may not leave, row by row; it stays on its manifest, and the same call tries again.
    ``pushed``: what the run did; None where none was asked for, or nothing was left to tell. ``error``: what ended
    the store's push early, or kept it from beginning (another one is at work there: the same call again tells it).
    """

    shipment: Shipment
    stopped: tuple[ItemResult, ...] = ()
    pushed: PushItem | None = None
    error: FbridgeError | None = None


class GoodsOfOrder(TypedDict, total=False):
    """What leaves of an order, and how; as for :meth:`fbridge.shipping.shipments.Shipments.create`."""

    store: str | None
    items: Mapping[str, int] | None
    carrier: str | None
    numbers: Sequence[str]
    parcels: int | None
    weight_grams: int | None
    cod: Decimal | None
    warehouse: str | None
    document: Document | None


def fulfil(context: Context, order: str, goods: GoodsOfOrder, *, push: bool = True) -> Fulfilled:
    """Ship goods of one order, and tell its store unless ``push`` is False.

    The shipment is known again by its document, else by its goods; without a document it may be one that an imported
    document has prepared, where that is the only one that has not left. Raises: InputError where the shipment cannot
    be made or stands on a manifest with others; UnreachableError, CredentialsError.
    """
    shipments = Shipments(context)
    (taken,) = Intake(context, shipments).documents([_wish(order, goods)], takes_up=True)
    if taken.outcome is Outcome.REFUSED:
        raise InputError(taken.words, reason=taken.reason)
    shipment, stopped = _ship(context, shipments, shipments.get(taken.labels[0]))
    if stopped or not push:
        return Fulfilled(shipment=shipment, stopped=stopped)
    return _tell(context, shipments, shipment)


def _ship(
    context: Context, shipments: Shipments, shipment: Shipment
) -> tuple[Shipment, tuple[ItemResult, ...]]:
    """Have it leave, and why it may not. The same call at the same time may be ahead: what that has done counts."""
    while shipment.shipped_at is None:
        try:
            left = ship_manifest(context, _own_manifest(context, shipment))
        except InputError:
            before, shipment = shipment, shipments.get(shipment.label)
            if (shipment.manifest, shipment.shipped_at) == (before.manifest, before.shipped_at):
                raise
            continue
        shipment = shipments.get(shipment.label)
        if shipment.shipped_at is None:
            return shipment, tuple(one for one in left.results if not one.ok)
    return shipment, ()


def _wish(order: str, goods: GoodsOfOrder) -> DocumentWish:
    return DocumentWish(
        parts=(PartWish(order=order, store=goods.get("store"), items=goods.get("items")),),
        carrier=goods.get("carrier"),
        numbers=tuple(goods.get("numbers", ())),
        parcels=goods.get("parcels"),
        weight_grams=goods.get("weight_grams"),
        cod=goods.get("cod"),
        warehouse=goods.get("warehouse"),
        document=goods.get("document"),
    )


def _own_manifest(context: Context, shipment: Shipment) -> Manifest:
    with context.database.write() as connection:
        if shipment.manifest is None:
            manifest = load_manifest(connection, open_manifest(connection, shipment.carrier, context))
            (put,) = add_to_manifest(connection, manifest, [shipment.label], store=None, at=context.now())
            if (
                not put.ok
            ):  # somebody else has put it somewhere; with the error no empty manifest stays behind
                raise InputError(put.words, reason=put.reason)
            return load_manifest(connection, manifest.id)
        manifest = load_manifest(connection, find_manifest(connection, shipment.manifest))
    others = [one.label for one in manifest.shipments if one.id != shipment.id]
    if others:
        raise InputError(
            f"{shipment.label} stands on manifest {manifest.number} with {', '.join(others)}; when the carrier has "
            f"taken them all: fbridge manifest ship {manifest.number}",
            reason="manifest_of_others",
        )
    return manifest


def _tell(context: Context, shipments: Shipments, shipment: Shipment) -> Fulfilled:
    if shipment.store is None:
        return Fulfilled(shipment=shipment)
    try:
        told = push_stores(context, [shipment.store], PushScope(manifest=shipment.manifest))
    except BusyError as error:  # the parcel has left all the same
        return Fulfilled(shipment=shipments.get(shipment.label), error=error)
    items = [item for one in told for item in one.items if item.shipment == shipment.label]
    return Fulfilled(
        shipment=shipments.get(shipment.label),
        pushed=items[0] if items else None,
        error=next((one.error for one in told if one.error), None),
    )
