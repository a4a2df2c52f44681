"""Make these fixtures from what real stores answered to the adapter: ``python from_recordings.py FOLDER``.

A recording holds ``exchanges``; of long lists only the beginning was kept, with a mark how many rows were left out.
Each fixture is one history: the ``orders`` and ``shipments`` that were there at first, and the ``steps``. Requests of
``store check`` go into one fixture, each once for the integration that sent it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

RIGHTS = {
    "actions_view": "Magento_Sales::actions_view",
    "ship": "Magento_Sales::ship",
    "shipment": "Magento_Sales::shipment",
    "store": "Magento_Backend::store",
    "source": "Magento_InventoryApi::source",
    "stock": "Magento_InventorySalesApi::stock",
    "system_magento_logging_bulk_operations": "Magento_Logging::system_magento_logging_bulk_operations",
}
VIEWS = {4: 2, 5: 3}
"""Store views of the recorded store, as the emulated one numbers them."""

MODULES = {
    "localized": "refuses",
    "notfound": "not_found",
    "runtime": "exception",
    "error": "error",
    "exit": "exit",
    "diehtml": "page",
    "warning": "warning",
}
NO_MAILS = frozenset({"async_mail", "mails_disabled", "mail_fails"})
PERSONAL = {
    "city",
    "company",
    "customer_email",
    "email",
    "firstname",
    "lastname",
    "postcode",
    "region",
    "telephone",
}
NOTHING_NEW = frozenset(
    {
        "add_oauth",
        "admin_token",
        "bearer_off_oauth",
        "check_bearer",
        "after_commit_oom",
        "db_back",
        "maintenance_over",
    }
)
"""Histories that have the same requests and answers as another one."""
CUT = re.compile(r"\.\.\. (\d+) more like these")


def main(folder: Path) -> None:
    """Write all fixtures beside this file."""
    checks: list[Json] = []
    for path in sorted(folder.glob("*.json")):
        if path.stem in NOTHING_NEW:
            continue
        exchanges = json.loads(path.read_text("utf-8"))["exchanges"]
        if path.stem.startswith("acl_") or any(_is_about_keys(one) for one in exchanges):
            checks += _check_steps(path.stem, exchanges)
        else:
            _write(path.stem, _history(path.stem, exchanges))
    _write("rights", {"orders": [], "shipments": [], "steps": _once(checks)})


def _is_about_keys(exchange: Json) -> bool:
    return exchange["response"]["status"] == 401 and exchange["request"]["path"].endswith("/modules")


def _write(name: str, fixture: Json) -> None:
    text = json.dumps(fixture, ensure_ascii=False, separators=(",", ":"))
    lines = text.replace('{"name":', '\n{"name":').replace('"steps":', '\n"steps":') + "\n"
    (Path(__file__).parent / f"{name}.json").write_text(lines, encoding="utf-8")


def _check_steps(name: str, exchanges: list[Json]) -> Iterator[Json]:
    """Tokens and signatures that the store does not take, and 401 for a right that is missing."""
    missing = RIGHTS.get(name.rpartition("missing_")[2])
    for number, exchange in enumerate(exchanges):
        step = _step(name, exchange)
        path = step["request"]["path"]
        if step["response"]["status"] == 401 or (missing and "none/ship" in path) or "00000000" in path:
            if name == "oauth_bad":
                step["request"]["auth"] = "oauth unknown" if number == 1 else "oauth wrong"
            elif name in {"bad_token", "bearer_off_token"}:
                step["request"]["auth"] = "bearer unknown"
            else:
                step["without"] = [missing] if missing else sorted(RIGHTS.values())
            yield step


def _once(steps: list[Json]) -> list[Json]:
    seen: dict[str, Json] = {}
    for step in steps:
        key = json.dumps([step["request"], step["response"], bool(step.get("without"))], sort_keys=True)
        seen.setdefault(key, step)
    return list(seen.values())


def _history(name: str, exchanges: list[Json]) -> Json:
    steps = [_step(name, exchange) for exchange in exchanges]
    if name.startswith("after_commit_") and name.removeprefix("after_commit_") in MODULES:
        steps[0]["store"] = {"module": MODULES[name.removeprefix("after_commit_")]}
    if name in NO_MAILS:
        steps[0]["store"] = {"lose_mails": True}
    if name == "input_limits_array":
        steps[0]["store"] = {"most_entries": 5}
    if name == "source_auto_acl":
        steps[5]["without"] = ["Magento_InventorySourceSelectionApi::source_selection_algorithm_post"]
    orders = list(_first_orders(steps))
    kept = steps
    for _ in range(2):  # what rests on a step that is left out is left out as well
        kept = [step for step in kept if _is_known(step, {row["entity_id"] for row in orders}, kept)]
    return {"orders": orders, "shipments": list(_first_shipments(kept)), "steps": kept}


def _is_known(step: Json, orders: set[int], steps: list[Json]) -> bool:
    """Whether what a step is about was recorded as well: its order, its shipment, its bulk."""
    path = step["request"]["path"]
    if found := re.search(r"/order/(\d+)/ship", path) or re.search(r"entity_id.*value%5D=(\d+)&.*=eq&", path):
        return int(found[1]) in orders
    if found := re.search(r"/shipment/(\d+)/emails", path):
        shown = [row["entity_id"] for one in steps for row in _listed(one, "shipments")]
        made = [one["response"]["body"] for one in steps if one["request"]["path"].endswith("/ship")]
        return int(found[1]) in {*shown, *(one for one in made if isinstance(one, int))}
    if found := re.search(r"/bulk/([0-9a-f-]{36})/", path):
        return any(found[1] == _bulk_of(one) for one in steps) or found[1].startswith("0000")
    return "entity_id" in path or "searchCriteria" not in path or "total_count" not in path or orders == set()


def _bulk_of(step: Json) -> str:
    body = step["response"]["body"]
    return str(body.get("bulk_uuid")) if isinstance(body, dict) and step["response"]["status"] == 202 else ""


def _step(name: str, exchange: Json) -> Json:
    request, response = exchange["request"], exchange["response"]
    step: Json = {
        "name": name,
        "request": {"method": request["method"], "path": request["path"], "auth": "bearer full"},
        "response": {
            "status": response["status"],
            "content_type": response["headers"]["Content-Type"],
            "body": _anonymous(response["body"]),
        },
    }
    if request["body"] is not None:
        step["request"]["body"] = _whole(request["body"])
    return step


def _whole(body: Any) -> Any:
    """A body of which rows were left out: items get theirs again, whose ids follow each other; others stay short."""
    if isinstance(body, list) and body and isinstance(body[-1], str) and (cut := CUT.match(body[-1])):
        rows = body[:-1]
        more = int(cut[1]) if "order_item_id" in rows[0] else 0
        return rows + [
            rows[0] | {"order_item_id": rows[0]["order_item_id"] + len(rows) + at} for at in range(more)
        ]
    if isinstance(body, dict):
        return {key: _whole(value) for key, value in body.items()}
    return [_whole(one) for one in body] if isinstance(body, list) else body


def _anonymous(value: Any, key: str = "") -> Any:
    if key in PERSONAL:
        return "x"
    if key == "store_id" and isinstance(value, int):
        return VIEWS.get(value, value)
    if isinstance(value, dict):
        return {name: _anonymous(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return ["x"] if key == "street" else [_anonymous(inner) for inner in value]
    return value


def _listed(step: Json, kind: str) -> list[Json]:
    body, path = step["response"]["body"], step["request"]["path"]
    if f"/{kind}?" not in path or not isinstance(body, dict):
        return []
    return [row for row in body.get("items") or () if isinstance(row, dict)]


def _first_orders(steps: list[Json]) -> Iterator[Json]:
    """Each order as it was shown first."""
    seen = set()
    for step in steps:
        for row in _listed(step, "orders"):
            if "increment_id" in row and row["entity_id"] not in seen:
                seen.add(row["entity_id"])
                yield row


def _first_shipments(steps: list[Json]) -> Iterator[Json]:
    """Those of the first list in which their order stands; later ones were made meanwhile."""
    orders: set[int] = set()
    for step in steps:
        path = step["request"]["path"]
        if "/shipments?" not in path:
            continue
        rows = _listed(step, "shipments")
        asked = set(map(int, re.findall(r"\d+", _ids(path)))) or {
            row["order_id"] for row in rows if "order_id" in row
        }
        yield from (row for row in rows if "items" in row and row["order_id"] not in orders)
        orders |= asked


def _ids(path: str) -> str:
    found = re.search(r"value%5D=([\d%C]+)&", path)
    return found[1].replace("%2C", " ") if found else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
