"""Make the cassettes from recordings of a real store: ``python from_recordings.py FOLDER``.

A recording is a YAML file with ``steps`` of ``request`` and ``response``, bodies decoded, credentials taken out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

CASSETTES: dict[str, list[tuple[str, int]]] = {
    "auth_unknown_key": [("auth", 11)],
    "auth_bad_secret": [("auth", 12)],
    "auth_write_only_key": [("auth", 15)],
    "auth_read_only_key": [("auth", 17)],
    "orders_list": [("orders_list", 0)],
    "order_with_refund": [("orders_single", 0), ("orders_single", 1)],
    "order_unknown": [("orders_single", 5)],
    "batch_mixed": [("orders_batch", 2)],
    "batch_too_large": [("orders_batch", 3)],
    "tracking_meta_batch": [("tracking_meta_batch", 1), ("tracking_meta_batch", 3)],
    "fulfillment_mark": [("fulfillment_mark", 0), ("fulfillment_mark", 1)],
    "fulfillment_without_items": [("fulfillments_errors", 2)],
    "gateway_timeout": [("gateway_timeout", 0)],
    "index": [("detect", 0)],
}
KEPT_HEADERS = frozenset({"content-type", "date", "x-wp-total", "x-wp-totalpages", "retry-after"})


def main(folder: Path) -> None:
    """Write all cassettes beside this file."""
    for name, steps in CASSETTES.items():
        interactions = [_interaction(folder, recording, number) for recording, number in steps]
        text = yaml.safe_dump({"interactions": interactions, "version": 1}, allow_unicode=True, width=110)
        (Path(__file__).parent / f"{name}.yaml").write_text(text, "utf-8")


def _interaction(folder: Path, recording: str, number: int) -> dict[str, Any]:
    step = yaml.safe_load((folder / f"{recording}.yaml").read_text("utf-8"))["steps"][number]
    request, response = step["request"], step["response"]
    return {
        "request": {
            "method": request["method"],
            "uri": f"https://shop.example{request['path']}",
            "body": _text(request.get("body")),
            "headers": {},
        },
        "response": {
            "status": {"code": response["status"], "message": ""},
            "headers": {
                key.lower(): [value]
                for key, value in response["headers"].items()
                if key.lower() in KEPT_HEADERS
            },
            "body": {"string": _text(response["body"])},
        },
    }


def _text(body: Any) -> str:
    if body is None or isinstance(body, str):
        return body or ""
    return json.dumps(body, ensure_ascii=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
