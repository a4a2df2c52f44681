"""Find out what a store offers, without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fbridge.adapterkit.payloads import mapping, number, text
from fbridge.adapterkit.responses import body_of
from fbridge.errors import UnreachableError
from fbridge.models.platforms import Store
from fbridge_woocommerce.answers import content_of
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.run_memory import memory_of
from fbridge_woocommerce.tracking_place import Place, StoreFacts, place_for

_FULFILLMENTS_ROUTE = "/wc/v3/orders/(?P<order_id>[\\d]+)/fulfillments"
_WST_PLUGIN = "woocommerce-shipment-tracking"


def facts_of(store: Store, client: WooClient) -> StoreFacts:
    """The facts of the last check, or found out now, once in a run.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    memory = memory_of(store)
    known = StoreFacts.from_json(store.facts) or memory.facts
    if known is None:
        known = memory.facts = detect(client)
    return known


def place_of(store: Store, facts: StoreFacts) -> Place:
    """Where this store keeps tracking numbers."""
    return place_for(store.settings["tracking"], facts)


def detect(client: WooClient) -> StoreFacts:
    """Ask the store for its namespaces, routes and plugins. Raises as :func:`facts_of`."""
    return facts_from(content_of(client.index()), content_of(client.routes()), system_status_of(client))


def system_status_of(client: WooClient) -> Mapping[str, Any]:
    """Versions and plugins; empty where the store does not tell this key, or not in time."""
    try:
        response = client.system_status()
    except UnreachableError:
        return {}
    return body_of(response) if response.ok else {}


def facts_from(index: Any, routes: Any, system_status: Mapping[str, Any]) -> StoreFacts:
    """Put together what three answers tell; ``system_status`` is empty where the key may not see it."""
    site, namespaces = mapping(index), namespaces_in(index)
    offset = number(site.get("gmt_offset"))
    environment = system_status.get("environment")
    environment = environment if isinstance(environment, Mapping) else {}
    has_wst_routes = "wc-shipment-tracking/v3" in namespaces
    return StoreFacts(
        ast="wc-ast/v3" in namespaces,
        wst=has_wst_routes and "wc-ast/v3" not in namespaces,
        wst_without_routes=not has_wst_routes and wst_is_active(system_status),
        fulfillments=_FULFILLMENTS_ROUTE in mapping(mapping(routes).get("routes")),
        woocommerce=str(environment.get("version") or ""),
        wordpress=str(environment.get("wp_version") or ""),
        timezone=text(site.get("timezone_string")),
        utc_offset=None if offset is None else float(offset),
    )


def namespaces_in(index: Any) -> frozenset[str]:
    """The REST namespaces that a site's index names."""
    found = index.get("namespaces") if isinstance(index, Mapping) else None
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def wst_is_active(system_status: Mapping[str, Any]) -> bool:
    """Whether Shipment Tracking is among the active plugins."""
    plugins = system_status.get("active_plugins")
    entries = plugins if isinstance(plugins, list) else []
    return any(
        isinstance(entry, Mapping) and str(entry.get("plugin", "")).startswith(f"{_WST_PLUGIN}/")
        for entry in entries
    )
