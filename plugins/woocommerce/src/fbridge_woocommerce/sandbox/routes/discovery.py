"""What a client looks at first: the index, the routes of a namespace, the system status, the currency."""

from __future__ import annotations

from functools import partial
from typing import Any

from fbridge_woocommerce.sandbox import errors
from fbridge_woocommerce.sandbox.calls import Answer, Call
from fbridge_woocommerce.sandbox.data import read_json
from fbridge_woocommerce.sandbox.dispatch import Route
from fbridge_woocommerce.sandbox.rendering import Links
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.tracking_plugins import active_plugin

PLUGIN_NAMESPACES = ("wc-ast/v3", "wc-shipment-tracking/v3")
CORE_NAMESPACES = ("wc/v1", "wc/v2", "wc/v3")
ORDER = r"/orders/(?P<order_id>[\d]+)"
FULFILLMENT_ROUTES = ("", r"/(?P<fulfillment_id>[\d]+)", r"/(?P<fulfillment_id>[\d]+)/metadata", "/lookup")
TRACKING_ROUTES = ("", r"/(?P<id>[a-fA-F0-9]{0,32})", "/providers")


def discovery_routes(shop: Shop) -> list[Route]:
    """Public ones, except for the system status and the currency."""
    public = [
        Route(f"/{name}", ("GET",), partial(_namespace, shop, name), None)
        for name in _described_namespaces(shop)
    ]
    return [
        *public,
        Route("/", ("GET",), partial(_index, shop), None, part=""),
        Route("/wp/v2/users/me", ("GET",), _user, _not_logged_in),
        Route("/wc/v3/system_status", ("GET",), partial(_system_status, shop), errors.cannot_list),
        Route("/wc/v3/data/currencies/current", ("GET",), _currency, errors.cannot_list),
    ]


def _index(shop: Shop, call: Call) -> Answer:
    now = shop.settings.clock().astimezone(shop.zone)
    offset = now.utcoffset()
    hours = (offset.total_seconds() if offset else 0) / 3600
    names = _described_namespaces(shop)
    index = {
        "name": "Negozio Lab",
        "description": "",
        "url": call.home,
        "home": call.home,
        "gmt_offset": int(hours) if hours.is_integer() else hours,
        "timezone_string": shop.settings.timezone,
        "namespaces": _namespaces(shop),
        "authentication": [],
        "routes": {route: shown for name in names for route, shown in _routes(shop, name).items()},
    }
    wants_links = call.fields is None or "_links" in call.fields
    links: Links = {"help": [{"href": "https://developer.wordpress.org/rest-api/"}]}
    return Answer(index, links=links if wants_links else None)


def _namespace(shop: Shop, name: str, call: Call) -> Answer:
    links: Links = {"up": [{"href": f"{call.home}/wp-json/"}]}
    return Answer({"namespace": name, "routes": _routes(shop, name)}, links=links)


def _namespaces(shop: Shop) -> list[str]:
    """All names, in the order in which WordPress registers them."""
    plugin = active_plugin(shop)
    own = [name for name in PLUGIN_NAMESPACES if plugin is not None and name in plugin.namespaces]
    first, *others = read_json("site.json")["namespaces"]
    if "woocommerce" in shop.switched_off:
        return [first, *(name for name in others if not name.startswith(("wc", "jetpack")))]
    return [first, *own, *others]


def _described_namespaces(shop: Shop) -> list[str]:
    return [name for name in _namespaces(shop) if name in (*PLUGIN_NAMESPACES, *CORE_NAMESPACES)]


def _routes(shop: Shop, namespace: str) -> dict[str, Any]:
    """Route patterns to their description; of the real description only the namespace and an empty list are
    here.
    """
    plugin = active_plugin(shop)
    patterns = list(read_json("site.json")["routes"]) if namespace == "wc/v3" else [f"/{namespace}"]
    if namespace == "wc/v3" and shop.settings.legacy:
        patterns.remove("/wc/v3/refunds")
    if namespace == "wc/v3" and shop.has_fulfillments:
        patterns += [f"/wc/v3{ORDER}/fulfillments{rest}" for rest in FULFILLMENT_ROUTES]
    if plugin is not None and namespace in plugin.namespaces:
        patterns += [f"/{namespace}{ORDER}/shipment-trackings{rest}" for rest in TRACKING_ROUTES]
    return {
        pattern: {"namespace": namespace, "methods": ["GET"], "endpoints": []} for pattern in sorted(patterns)
    }


def _user(_call: Call) -> Answer:
    raise _not_logged_in()


def _not_logged_in() -> errors.RestError:
    return errors.RestError(401, "rest_not_logged_in", "You are not currently logged in.")


def _system_status(shop: Shop, call: Call) -> Answer:
    site = read_json("site.json")
    features = [
        *site["settings"]["enabled_features"],
        *(["fulfillments"] if shop.has_fulfillments else []),
    ]
    empty = (
        "inactive_plugins",
        "dropins_mu_plugins",
        "theme",
        "security",
        "pages",
        "post_type_counts",
        "logging",
    )
    return Answer(
        {
            "environment": {"home_url": call.home, "site_url": call.home, **site["environment"]},
            "database": {},
            "active_plugins": _active_plugins(shop),
            "settings": site["settings"] | {"enabled_features": features},
            **{name: {} for name in empty},
        }
    )


def _active_plugins(shop: Shop) -> list[dict[str, Any]]:
    tracking = active_plugin(shop)
    plugins = [("woocommerce/woocommerce.php", "WooCommerce", "11.0.1")]
    if tracking is not None:
        plugins.insert(0, (tracking.file, tracking.name, tracking.version))
    return [
        {
            "plugin": file,
            "name": name,
            "version": version,
            "version_latest": version,
            "url": "",
            "author_name": "",
            "author_url": "",
            "network_activated": False,
        }
        for file, name, version in plugins
    ]


def _currency(call: Call) -> Answer:
    currencies = f"{call.home}/wp-json/wc/v3/data/currencies"
    itself: dict[str, Any] = {"href": f"{currencies}/EUR", "targetHints": {"allow": ["GET"]}}
    links: Links = {"self": [itself], "collection": [{"href": currencies}]}
    return Answer({"code": "EUR", "name": "Euro", "symbol": "&euro;"}, links=links)
