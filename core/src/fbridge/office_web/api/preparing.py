"""What is prepared before it leaves: shipments, their numbers, and manifests."""

from __future__ import annotations

from typing import Any

from fbridge import AddResult, Bridge, ItemResult, Manifest, Shipment
from fbridge.models.accounts import Right
from fbridge.office_web.api import bodies
from fbridge.office_web.api.routes import Asked, Made, Routes

routes = Routes()


@routes.writes("/shipments", Right.PREPARE, Shipment, bodies.ShipmentBody, makes=True)
def make_shipment(bridge: Bridge, asked: Asked) -> Made:
    """Make a shipment of an order: of all that remains, or of some lines."""
    said: dict[str, Any] = dict(asked.body)
    return _made(bridge.shipments.create(said.pop("order"), **said))


@routes.writes("/external-shipments", Right.PREPARE, Shipment, bodies.ExternalShipmentBody, makes=True)
def make_external(bridge: Bridge, asked: Asked) -> Made:
    """Make a parcel that belongs to no store order."""
    return _made(bridge.shipments.create_external(**asked.body))


@routes.writes("/replacements", Right.PREPARE, Shipment, bodies.ReplacementBody, makes=True)
def make_replacement(bridge: Bridge, asked: Asked) -> Made:
    """Send goods of an order once more: a parcel of which no store is told."""
    said: dict[str, Any] = dict(asked.body)
    return _made(bridge.returns.replace(said.pop("order"), **said))


@routes.writes("/shipments/<ref>/repack", Right.PREPARE, Shipment, bodies.RepackBody)
def repack(bridge: Bridge, asked: Asked) -> Shipment:
    """Say that a shipment in the house is packed otherwise; what is not named stays."""
    return bridge.repack(asked.ref, **asked.body)


@routes.writes("/shipments/<ref>/numbers", Right.PREPARE, Shipment, bodies.NumbersBody)
def set_numbers(bridge: Bridge, asked: Asked) -> Shipment:
    """Give a shipment its numbers; a store that was told hears of it with the next push."""
    said: dict[str, Any] = dict(asked.body)
    numbers = said.pop("numbers")
    if said.pop("add"):
        return bridge.shipments.add_tracking(asked.ref, numbers, **said)
    return bridge.shipments.set_tracking(asked.ref, numbers, **said)


@routes.writes("/shipments/<ref>/withdraw", Right.PREPARE, Shipment)
def withdraw(bridge: Bridge, asked: Asked) -> Shipment:
    """Withdraw a shipment of which no store was told; its goods are free again."""
    return bridge.shipments.withdraw(asked.ref)


@routes.writes("/manifests", Right.PREPARE, Manifest, bodies.CarrierBody, makes=True)
def open_manifest(bridge: Bridge, asked: Asked) -> Made:
    """Open an empty manifest for a carrier."""
    made = bridge.manifests.new(asked.body["carrier"])
    return Made(what=made, place=f"/manifests/{made.number}")


@routes.writes("/manifests/<ref>/add", Right.PREPARE, AddResult, bodies.AddBody)
def add(bridge: Bridge, asked: Asked) -> AddResult:
    """Put orders and shipments on a manifest; with a carrier's code on the one in preparation, or a new one."""
    said = asked.body
    return bridge.manifests.add(asked.ref, said["refs"], store=said.get("store"), every=said["every"])


@routes.writes("/manifests/<ref>/remove", Right.PREPARE, tuple[ItemResult, ...], bodies.ShipmentsBody)
def remove(bridge: Bridge, asked: Asked) -> tuple[ItemResult, ...]:
    """Take shipments off a manifest in preparation; they stay as shipments."""
    return bridge.manifests.remove(asked.ref, asked.body["shipments"])


@routes.writes("/manifests/<ref>/cancel", Right.PREPARE, Manifest)
def cancel(bridge: Bridge, asked: Asked) -> Manifest:
    """Cancel a manifest in preparation; its shipments stay, on no manifest."""
    return bridge.manifests.cancel(asked.ref)


def _made(one: Shipment) -> Made:
    return Made(what=one, place=f"/shipments/{one.label}")
