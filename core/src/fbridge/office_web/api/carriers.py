"""Carriers: our own, what each store calls them, and who takes the orders of a shipping method."""

from __future__ import annotations

from fbridge import Bridge, Carrier, CarrierCodes, CarrierStanding, CoverageRow, MappingRow, RouteRow
from fbridge.models.accounts import Right
from fbridge.office_web.api import queries
from fbridge.office_web.api.arrangements import (
    CarrierFactsBody,
    MappingBody,
    MethodBody,
    NewCarrierBody,
    RouteBody,
)
from fbridge.office_web.api.bodies import CarrierBody, NoBody
from fbridge.office_web.api.routes import Asked, Made, Page, Routes

routes = Routes()


@routes.lists("/carriers", Carrier)
def list_carriers(bridge: Bridge, _asked: Asked) -> Page:
    """Your own carriers."""
    return Page(items=bridge.carriers.list())


@routes.reads("/carriers/<ref>", Carrier)
def read_carrier(bridge: Bridge, asked: Asked) -> Carrier:
    """One carrier by its code."""
    return bridge.carriers.get(asked.ref)


@routes.lists("/carrier-coverage", CoverageRow, queries.StoreQuery)
def list_coverage(bridge: Bridge, asked: Asked) -> Page:
    """What waits for a carrier or its code, by store and shipping method."""
    return Page(items=bridge.carriers.coverage(asked.query.get("store")))


@routes.lists("/carrier-standings", CarrierStanding, queries.StoreQuery)
def list_standings(bridge: Bridge, asked: Asked) -> Page:
    """Each carrier on each store: what it is called there, not mapped, or gone from the store's list."""
    return Page(items=bridge.carriers.standings(asked.query.get("store")))


@routes.lists("/carrier-routes", RouteRow, queries.StoreQuery)
def list_routes(bridge: Bridge, asked: Asked) -> Page:
    """Who takes the orders of each shipping method."""
    return Page(items=bridge.carriers.routes(asked.query.get("store")))


@routes.writes("/stores/<ref>/carrier-codes", Right.PREPARE, CarrierCodes, NoBody, in_parts=True)
def ask_codes(bridge: Bridge, asked: Asked) -> CarrierCodes:
    """Ask the store what it calls its carriers."""
    return bridge.carriers.codes(asked.ref, refresh=True)


@routes.writes("/stores/<ref>/mappings", Right.PREPARE, MappingRow, MappingBody, in_parts=True)
def map_carrier(bridge: Bridge, asked: Asked) -> MappingRow:
    """Say what the store calls a carrier; the store is asked for its codes where it never was."""
    return bridge.carriers.map(asked.ref, asked.body["carrier"], asked.body["site_code"])


@routes.writes("/stores/<ref>/mappings/forget", Right.PREPARE, tuple[MappingRow, ...], CarrierBody)
def unmap_carrier(bridge: Bridge, asked: Asked) -> tuple[MappingRow, ...]:
    """Forget what the store calls a carrier; the mappings that are left."""
    bridge.carriers.unmap(asked.ref, asked.body["carrier"])
    return bridge.carriers.mappings(asked.ref)


@routes.writes("/stores/<ref>/routes", Right.PREPARE, RouteRow, RouteBody)
def route_method(bridge: Bridge, asked: Asked) -> RouteRow:
    """Say who takes the orders of a shipping method."""
    return bridge.carriers.route(asked.ref, asked.body["shipping_method"], asked.body["target"])


@routes.writes("/stores/<ref>/routes/forget", Right.PREPARE, tuple[RouteRow, ...], MethodBody)
def unroute_method(bridge: Bridge, asked: Asked) -> tuple[RouteRow, ...]:
    """Forget who takes the orders of a shipping method; the routes that are left."""
    bridge.carriers.unroute(asked.ref, asked.body["shipping_method"])
    return bridge.carriers.routes(asked.ref)


@routes.writes("/carriers", Right.MANAGE, Carrier, NewCarrierBody, makes=True)
def add_carrier(bridge: Bridge, asked: Asked) -> Made:
    """Add a carrier; of a usual one the code is enough."""
    made = bridge.carriers.add(**asked.body)
    return Made(what=made, place=f"/carriers/{made.code}")


@routes.writes("/carriers/<ref>/change", Right.MANAGE, Carrier, CarrierFactsBody)
def change_carrier(bridge: Bridge, asked: Asked) -> Carrier:
    """Change what is known of a carrier; what is not named stays."""
    return bridge.carriers.change(asked.ref, **asked.body)


@routes.writes("/carriers/<ref>/remove", Right.MANAGE, Carrier)
def remove_carrier(bridge: Bridge, asked: Asked) -> Carrier:
    """Remove a carrier that nothing uses; as it was."""
    found = bridge.carriers.get(asked.ref)
    bridge.carriers.remove(found.code)
    return found
