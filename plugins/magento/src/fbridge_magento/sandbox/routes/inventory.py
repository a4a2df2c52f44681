"""Multi-source inventory: sources, the stock of a website, which source to take the goods from."""

from __future__ import annotations

from typing import Any

from fbridge_magento.sandbox import integrations
from fbridge_magento.sandbox.calls import Answer, Call
from fbridge_magento.sandbox.catalogue import SHIRTS, SIMPLE
from fbridge_magento.sandbox.data_objects import SELECTED_ITEM
from fbridge_magento.sandbox.dispatch import Route
from fbridge_magento.sandbox.errors import no_entity, required
from fbridge_magento.sandbox.listing import find
from fbridge_magento.sandbox.search_criteria import read_criteria
from fbridge_magento.sandbox.state import Shop
from fbridge_magento.sandbox.tables import json_table

NAMES = {"default": "Default Source", "roma": "Roma", "torino": "Torino"}
STOCKS = {1: ("default",), 2: ("roma", "torino")}
WEBSITES = {"base": 1, "b2b": 2}


def inventory_routes(shop: Shop) -> list[Route]:
    """Those that a client needs to choose a source; gone with the module ``Magento_InventoryApi``."""
    if "Magento_InventoryApi" in shop.settings.modules_without:
        return []

    def listed(call: Call, name: str, rows: list[dict[str, Any]], numbers: frozenset[str]) -> Answer:
        criteria = read_criteria(call.query, most=shop.most_on_a_page)
        found = find(json_table(name, rows, numbers, frozenset(rows[0]) - numbers), criteria)
        body = {"items": found.rows, "search_criteria": criteria.json(), "total_count": found.total}
        return Answer(body)

    def sources(call: Call) -> Answer:
        rows = [_source(code, enabled=code in shop.sources) for code in shop.settings.sources]
        return listed(call, "inventory_source", rows, frozenset({"enabled"}))

    def items(call: Call) -> Answer:
        rows = [
            {"sku": one.sku, "source_code": code, "quantity": shop.pieces_of(code, one.sku), "status": 1}
            for one in (*SIMPLE, *SHIRTS)
            for code in shop.settings.sources
        ]
        return listed(call, "inventory_source_item", rows, frozenset({"quantity", "status"}))

    def select(call: Call) -> Answer:
        return _select(call, shop)

    return [
        Route("GET", "V1/inventory/sources", sources, integrations.SOURCES),
        Route("GET", "V1/inventory/source-items", items, integrations.SOURCES),
        Route("GET", "V1/inventory/stock-resolver/<kind>/<code>", _resolve, integrations.STOCKS),
        Route("POST", "V1/inventory/source-selection-algorithm-result", select, integrations.SELECTION),
    ]


def _source(code: str, *, enabled: bool) -> dict[str, Any]:
    return {
        "source_code": code,
        "name": NAMES[code],
        "enabled": enabled,
        "country_id": "IT",
        "postcode": "00000",
        "use_default_carrier_config": True,
        "carrier_links": [],
    }


def _resolve(call: Call) -> Answer:
    stock_id = WEBSITES.get(call.in_path["code"])
    if stock_id is None:
        raise no_entity()
    channels = [{"type": "website", "code": code} for code, stock in WEBSITES.items() if stock == stock_id]
    name = "Default Stock" if stock_id == 1 else "B2B Stock"
    return Answer({"stock_id": stock_id, "name": name, "extension_attributes": {"sales_channels": channels}})


def _select(call: Call, shop: Shop) -> Answer:
    """By priority: the first source that has pieces gives them. That lists are limited here too was not observed."""
    request = call.given("inventoryRequest")
    if not isinstance(request, dict):
        raise required("inventoryRequest")
    sources = STOCKS.get(int(request.get("stockId") or request.get("stock_id") or 0), ())
    selection, shippable = [], True
    for item in SELECTED_ITEM.read_list(request.get("items"), shop.most_entries):
        left = float(item["qty"])
        for code in sources:
            available = shop.pieces_of(code, item["sku"])
            taken = min(left, available)
            left -= taken
            selection.append(
                {
                    "source_code": code,
                    "sku": item["sku"],
                    "qty_to_deduct": int(taken),
                    "qty_available": available,
                }
            )
        shippable = shippable and left <= 0
    return Answer({"source_selection_items": selection, "shippable": shippable})
