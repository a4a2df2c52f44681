"""Make the cassettes from recordings of a real store: ``python from_recordings.py FOLDER``.

A recording is a JSON file with one request and its response, or with ``steps`` of them; bodies are decoded,
credentials taken out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

CASSETTES: dict[str, list[tuple[str, int]]] = {
    "token_unknown": [("auth_bad_token", 0), ("anon_modules", 0)],
    "token_alone_not_taken": [("bearer_disabled", 0), ("anon_modules", 0)],
    "permission_missing": [("min_acl_storeconfigs", 0), ("min_acl_modules", 0)],
    "oauth_bad_signature": [("oauth_bad_signature", 0)],
    "oauth_nonce_replay": [("oauth_nonce_replay", 0)],
    "maintenance": [("maintenance_503", 0)],
    "unknown_field": [("orders_bad_field", 0)],
    "unknown_field_developer_mode": [("developer_mode_bad_field", 0)],
    "page_size_limit": [("limits_pagesize_301", 0)],
    "unknown_route": [("route_not_found", 0)],
    "unknown_store_view": [("orders_rest_badstore", 0)],
    "web_page": [("accept_html", 0)],
    "list_past_its_end": [("orders_page_past_end_with_fields", 0)],
    "list_without_fields": [("orders_no_match", 0)],
    "fields_not_understood": [("fields_bad", 0)],
    "order_simple": [("ship_partial_1_result_order", 0)],
    "order_shipped": [("ship_full_result_order", 0)],
    "order_configurable": [("order_shape_configurable", 0)],
    "order_bundle_together": [("order_shape_bundle_ship_together", 0)],
    "order_bundle_separately": [("order_shape_bundle_ship_separately", 0)],
    "order_mixed": [("order_shape_mixed_configurable_virtual_simple", 0)],
    "order_virtual": [("order_shape_virtual", 0)],
    "order_partially_refunded": [("order_shape_partially_refunded", 0)],
    "order_canceled_bundle": [("order_shape_canceled", 0)],
    "cash_on_delivery": [("cash_on_delivery", 0), ("cash_on_delivery", 2)],
    "shipments_of_one": [("shipments_by_order_id_partials", 0)],
    "shipments_of_four": [("shipments_by_increment", 0)],
    "shipments_configurable": [("shipments_configurable", 0)],
    "shipment_marked": [("ship_comment_as_mark", 2)],
    "shipments_of_sources": [("msi_shipments", 0)],
    "store_views": [("store_views", 0)],
    "store_configs": [("store_configs", 0)],
    "version": [("version", 0)],
    "modules": [("min_acl_modules", 0)],
}
KEPT_HEADERS = frozenset({"content-type", "date", "retry-after"})


def main(folder: Path) -> None:
    """Write all cassettes beside this file."""
    for name, steps in CASSETTES.items():
        interactions = [_interaction(folder, recording, number) for recording, number in steps]
        text = yaml.safe_dump({"interactions": interactions, "version": 1}, allow_unicode=True, width=110)
        (Path(__file__).parent / f"{name}.yaml").write_text(text, "utf-8")


def _interaction(folder: Path, recording: str, number: int) -> dict[str, Any]:
    content = json.loads((folder / f"{recording}.json").read_text("utf-8"))
    step = content.get("steps", [content])[number]
    request, response = step["request"], step["response"]
    headers = dict(_pairs(response["headers"]))
    return {
        "request": {
            "method": request["method"],
            "uri": f"https://shop.example{request['path']}",
            "body": _text(request.get("body")),
            "headers": {},
        },
        "response": {
            "status": {"code": response["status"], "message": ""},
            "headers": {key: [value] for key, value in headers.items() if key in KEPT_HEADERS},
            "body": {"string": _body(response["body"], headers.get("content-type", ""))},
        },
    }


def _pairs(headers: Any) -> Iterable[tuple[str, str]]:
    pairs = headers.items() if isinstance(headers, dict) else headers
    return ((name.lower(), value) for name, value in pairs)


def _body(body: Any, content_type: str) -> str:
    """A JSON body may itself be a text, which a web page is not."""
    return json.dumps(body, ensure_ascii=False) if "json" in content_type else _text(body)


def _text(body: Any) -> str:
    if body is None or isinstance(body, str):
        return body or ""
    return json.dumps(body, ensure_ascii=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
