"""The roots of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fbridge_shopify.sandbox.connections import View, connection
from fbridge_shopify.sandbox.errors import ShopifyError, bad_request, invalid_id
from fbridge_shopify.sandbox.fulfillment_views import fulfillment_order_view, fulfillment_view, hold_view
from fbridge_shopify.sandbox.gids import gid, kind_of, number_of
from fbridge_shopify.sandbox.line_views import line_view
from fbridge_shopify.sandbox.location_views import location_view, shop_view
from fbridge_shopify.sandbox.order_listing import count_orders, list_orders
from fbridge_shopify.sandbox.order_views import order_view
from fbridge_shopify.sandbox.records import ACTIVE, FulfillmentOrder, Order
from fbridge_shopify.sandbox.search import parse_search
from fbridge_shopify.sandbox.viewer import Info, Viewer

VERSION_NAMES = (
    ("2026-01", "2026-01", True),
    ("2026-04", "2026-04", True),
    ("2026-07", "2026-07", True),
    ("2026-10", "2026-10 (Latest)", True),
    ("2027-01", "2027-01 (Release candidate)", False),
    ("unstable", "unstable", False),
)


def _order(viewer: Viewer, number: int) -> View | None:
    order = viewer.order(number)
    return None if order is None else order_view(viewer, order)


def _fulfillment_order(viewer: Viewer, number: int) -> View | None:
    order, one = viewer.shop.fulfillment_order(number)
    return fulfillment_order_view(viewer, order, one) if viewer.sees(one) else None


def _fulfillment(viewer: Viewer, number: int) -> View | None:
    return fulfillment_view(viewer, *viewer.shop.fulfillment(number))


def _location(viewer: Viewer, number: int) -> View | None:
    return location_view(viewer.shop.locations[number])


def _line(viewer: Viewer, number: int) -> View | None:
    order = viewer.shop.orders.owner("LineItem", number)
    found = next((line for line in order.lines if line.id == number), None)
    return None if found is None else line_view(order, found, viewer.shop.settings.currency)


def _hold(viewer: Viewer, number: int) -> View | None:
    order = viewer.shop.orders.owner("FulfillmentHold", number)
    holds = [hold for one in order.fulfillment_orders for hold in one.holds]
    return next((hold_view(hold) for hold in holds if hold.id == number), None)


def _bulk(viewer: Viewer, number: int) -> View | None:
    return viewer.shop.bulk.view(number)


NODES: dict[str, Callable[[Viewer, int], View | None]] = {
    "Order": _order,
    "FulfillmentOrder": _fulfillment_order,
    "Fulfillment": _fulfillment,
    "FulfillmentHold": _hold,
    "Location": _location,
    "LineItem": _line,
    "BulkOperation": _bulk,
    "Shop": lambda viewer, _number: shop_view(viewer.shop.settings.currency),
}


def look_up(viewer: Viewer, identity: str, kind: str | None = None) -> View | None:
    """An object by its global id. Raises: GraphQLError for an id of another kind."""
    if kind is not None and kind_of(identity) != kind:
        raise invalid_id(identity)
    find = NODES.get(kind_of(identity))
    try:
        return None if find is None else find(viewer, number_of(identity))
    except (LookupError, ValueError):
        return None


def _by_id(kind: str) -> Callable[..., Any]:
    def resolve(_source: Any, info: Info, **args: Any) -> Any:
        return look_up(info.context, args["id"], kind)

    return resolve


def _node(_source: Any, info: Info, **args: Any) -> Any:
    return look_up(info.context, args["id"])


def _nodes(_source: Any, info: Info, **args: Any) -> Any:
    return [look_up(info.context, identity) for identity in args["ids"]]


def _order_by_identifier(_source: Any, info: Info, **args: Any) -> Any:
    return look_up(info.context, args["identifier"]["id"], "Order") if args["identifier"].get("id") else None


def _locations(_source: Any, info: Info, **args: Any) -> Any:
    viewer: Viewer = info.context
    own = [
        one
        for one in viewer.shop.locations.values()
        if one.managed == "merchant_managed" or args.get("includeLegacy")
    ]
    return connection(
        sorted(own, key=lambda one: one.name), lambda one: one.id, location_view, **_window(args)
    )


def _any_location(_source: Any, info: Info, **args: Any) -> Any:
    viewer: Viewer = info.context
    first = min(viewer.shop.locations)
    return look_up(viewer, args.get("id") or gid("Location", first), "Location")


def _fulfillment_orders(_source: Any, info: Info, **args: Any) -> Any:
    viewer: Viewer = info.context
    every = args.get("includeClosed", False)
    search = parse_search(None)
    found: list[tuple[Order, FulfillmentOrder]] = [
        (order, one)
        for order in viewer.shop.orders.each()
        if search.matches(order)
        for one in order.fulfillment_orders
        if viewer.sees(one) and (every or one.status in ACTIVE)
    ]
    return connection(
        found,
        lambda pair: pair[1].id,
        lambda pair: fulfillment_order_view(viewer, *pair),
        **_window(args),
    )


def _assigned(_source: Any, info: Info, **args: Any) -> Any:
    del info, args
    raise ShopifyError('["The api_client is not associated with any fulfillment service."]')


def _window(args: dict[str, Any]) -> dict[str, Any]:
    return {name: args.get(name) for name in ("first", "last", "after", "before")} | {
        "reverse": args.get("reverse", False)
    }


def _installation(_source: Any, info: Info) -> Any:
    viewer: Viewer = info.context
    return {
        "__typename": "AppInstallation",
        "id": gid("AppInstallation", 1),
        "accessScopes": [
            {"handle": scope, "description": scope.replace("_", " ").capitalize()}
            for scope in sorted(viewer.token.scopes)
        ],
        "app": {"__typename": "App", "id": gid("App", 1), "title": "fbridge", "handle": "fbridge"},
        "launchUrl": "https://example.test/fbridge",
    }


def _shop(_source: Any, info: Info) -> Any:
    return shop_view(info.context.shop.settings.currency)


def _versions(_source: Any, _info: Info) -> Any:
    return [
        {"handle": handle, "displayName": name, "supported": supported}
        for handle, name, supported in VERSION_NAMES
    ]


def _bulk_operations(_source: Any, info: Info, **args: Any) -> Any:
    viewer: Viewer = info.context
    if args.get("savedSearchId"):
        raise bad_request("savedSearchId is not supported")
    return viewer.shop.bulk.list(args)


def _current_bulk_operation(_source: Any, info: Info, **args: Any) -> Any:
    viewer: Viewer = info.context
    return viewer.shop.bulk.current(args.get("type", "QUERY"))


QUERIES: dict[str, Callable[..., Any]] = {
    "orders": list_orders,
    "ordersCount": count_orders,
    "order": _by_id("Order"),
    "orderByIdentifier": _order_by_identifier,
    "node": _node,
    "nodes": _nodes,
    "fulfillment": _by_id("Fulfillment"),
    "fulfillmentOrder": _by_id("FulfillmentOrder"),
    "fulfillmentOrders": _fulfillment_orders,
    "assignedFulfillmentOrders": _assigned,
    "location": _any_location,
    "locations": _locations,
    "locationsAvailableForDeliveryProfilesConnection": _locations,
    "shop": _shop,
    "currentAppInstallation": _installation,
    "publicApiVersions": _versions,
    "bulkOperation": _by_id("BulkOperation"),
    "bulkOperations": _bulk_operations,
    "currentBulkOperation": _current_bulk_operation,
}
