"""``shipment-trackings`` of the tracking plugins, kept in the order's meta data like the real ones."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fbridge_woocommerce.sandbox import errors, pace
from fbridge_woocommerce.sandbox.calls import Answer, Call, is_true, php_int
from fbridge_woocommerce.sandbox.dispatch import Route
from fbridge_woocommerce.sandbox.errors import RestError
from fbridge_woocommerce.sandbox.records import TRACKING_META, OrderRecord, tracking_rows
from fbridge_woocommerce.sandbox.rendering import child_links
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.status_changes import change_status
from fbridge_woocommerce.sandbox.tracking_plugins import TrackingPlugin, chosen_plugin, shown_date

SHIPPED = 1
TRACKING_ID_BYTES = 16


def tracking_routes(shop: Shop) -> list[Route]:
    """The routes of the plugin in every namespace that it has; there is no change of a tracking."""
    plugin = chosen_plugin(shop.settings)
    if plugin is None:
        return []
    return [route for namespace in plugin.namespaces for route in _routes(_Place(shop, plugin, namespace))]


@dataclass(frozen=True, slots=True)
class _Place:
    """The store seen through one namespace of its plugin."""

    shop: Shop
    installed: TrackingPlugin
    namespace: str

    @property
    def plugin(self) -> TrackingPlugin:
        """With the carriers that somebody gave it since."""
        return chosen_plugin(self.shop.settings) or self.installed

    def parent(self, call: Call) -> str:
        return f"{call.home}/wp-json/{self.namespace}/orders/{call.number('order_id')}"

    def json(self, row: dict[str, Any]) -> dict[str, Any]:
        name, link = self.plugin.display(row)
        return {
            "tracking_id": row.get("tracking_id", ""),
            "tracking_provider": name,
            "tracking_link": link,
            "tracking_number": row.get("tracking_number", ""),
            "date_shipped": shown_date(row),
        }

    def links(self, call: Call, row: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        return child_links(self.parent(call), "shipment-trackings", row.get("tracking_id", ""))


def _routes(place: _Place) -> list[Route]:
    every = f"/{place.namespace}/orders/<int:order_id>/shipment-trackings"
    one = f"{every}/<hex:id>"
    needed = ("tracking_number",)
    routes = [
        Route(every, ("GET",), partial(_list, place), errors.cannot_list),
        Route(every, ("POST",), partial(_create, place), errors.cannot_create, required=needed),
        Route(f"{every}/providers", ("GET",), partial(_providers, place), errors.cannot_list),
        Route(one, ("GET",), partial(_read, place), errors.cannot_view),
        Route(one, ("DELETE",), partial(_delete, place), errors.cannot_delete),
    ]
    return [replace(route, part="tracking") for route in routes]


def _providers(place: _Place, _call: Call) -> Answer:
    return Answer(place.plugin.providers)


def _list(place: _Place, call: Call) -> Answer:
    with place.shop.lock:
        rows = tracking_rows(_order(place, call))
    return Answer([place.json(row) | {"_links": place.links(call, row)} for row in rows])


def _read(place: _Place, call: Call) -> Answer:
    row = _row(tracking_rows(_order(place, call)), call)
    return Answer(place.json(row), links=place.links(call, row))


def _create(place: _Place, call: Call) -> Answer:
    """Another row every time. The plugins read the rows and write them back without a lock: so it is here."""
    record, given = _order(place, call), call.params
    if given.get("tracking_id"):
        code = "woocommerce_rest_shop_order_shipment_tracking_exists"
        raise RestError(400, code, "Cannot create existing order shipment tracking.")
    is_ast = place.plugin.key == "ast"
    replace = is_ast and is_true(given.get("replace_tracking"))
    rows = [] if replace else list(tracking_rows(record))
    before = record.status
    place.shop.pace.wait(pace.TRACKING_OR_FULFILLMENT)
    row = place.plugin.new_row(given, secrets.token_hex(TRACKING_ID_BYTES), place.shop.now())
    with place.shop.lock:
        place.shop.set_meta(record, TRACKING_META, [*rows, row])
        if is_ast and php_int(given.get("status_shipped")) == SHIPPED:
            change_status(place.shop, record, "completed", before=before)
        place.shop.touch(record)
    location = (
        f"{place.parent(call)}/shipment-trackings/{php_int(row['tracking_id'])}"  # PHP's cast of the id
    )
    return Answer(place.json(row), 201, {"Location": location}, place.links(call, row))


def _delete(place: _Place, call: Call) -> Answer:
    record = _order(place, call)
    with place.shop.lock:
        rows = tracking_rows(record)
        row = _row(rows, call)
        place.shop.set_meta(record, TRACKING_META, [kept for kept in rows if kept is not row])
        place.shop.touch(record)
    return Answer(place.json(row), links=place.links(call, row))


def _order(place: _Place, call: Call) -> OrderRecord:
    record = place.shop.orders.get(call.number("order_id"))
    if record is None:
        raise errors.unknown_parent_order()
    return record


def _row(rows: list[dict[str, Any]], call: Call) -> dict[str, Any]:
    wanted = call.params.get("id")
    row = next((row for row in rows if row.get("tracking_id") == wanted), None)
    if row is None:
        code = "woocommerce_rest_order_shipment_tracking_invalid_id"
        raise RestError(404, code, "Invalid shipment tracking ID.")
    return row
