"""Make the cassettes from recordings of a real store: ``python from_recordings.py FOLDER``.

A recording is a JSON file with ``exchanges`` (or ``steps``) of ``request`` and ``response``, credentials taken out.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

CASSETTES: dict[str, list[tuple[str, int]]] = {
    "key_of_wrong_length": [("01_auth", 5)],
    "key_unknown": [("01_auth", 4)],
    "key_without_permission": [("01_auth", 6)],
    "key_without_method": [("01_auth", 7)],
    "key_not_seen": [("01_auth", 2)],
    "unknown_resource": [("01_auth", 9)],
    "webservice_off": [("01_auth", 12)],
    "wrong_host": [("01_auth", 15)],
    "wrong_host_of_a_write": [("01_auth", 16)],
    "permissions": [("01_auth", 18)],
    "orders_page": [("02_orders_list", 2)],
    "orders_none": [("02_orders_list", 8)],
    "number_refused": [("03_order_carriers_single", 19)],
    "number_refused_xml": [("03_order_carriers_single", 30)],
    "broken_xml": [("03_order_carriers_single", 38)],
    "unknown_order_of_a_state": [("04_order_histories", 7)],
    "numbers_of_three": [("05_multi_entity", 2)],
    "numbers_without_display": [("05_multi_entity", 1)],
    "states_of_three": [("05_multi_entity", 10)],
    "numbers_second_unknown": [("05_multi_entity", 5)],
    "carriers": [("08_carriers_states", 1)],
    "order_states": [("08_carriers_states", 10)],
    "configuration": [("08_carriers_states", 15)],
    "addresses": [("08_carriers_states", 16)],
    "order_details": [("08_carriers_states", 23)],
    "mail_refused": [("10_smtp_down", 0)],
    "cash_on_delivery": [("13_cash_on_delivery", 0)],
}
KEPT_HEADERS = frozenset({"content-type", "date", "access-time", "psws-version", "location"})


def main(folder: Path) -> None:
    """Write all cassettes beside this file."""
    for name, steps in CASSETTES.items():
        interactions = [_interaction(folder, recording, number) for recording, number in steps]
        text = yaml.safe_dump({"interactions": interactions, "version": 1}, allow_unicode=True, width=110)
        (Path(__file__).parent / f"{name}.yaml").write_text(text, "utf-8")


def _interaction(folder: Path, recording: str, number: int) -> dict[str, Any]:
    content = json.loads((folder / f"{recording}.json").read_text("utf-8"))
    step = (content.get("exchanges") or content["steps"])[number]
    request, response = step["request"], step["response"]
    pairs = response["headers"]
    headers = dict(pairs.items() if isinstance(pairs, dict) else pairs)
    return {
        "request": {
            "method": request["method"],
            "uri": f"https://shop.example{request['path']}",
            "body": request.get("body") or "",
            "headers": {},
        },
        "response": {
            "status": {"code": response["status"], "message": ""},
            "headers": {
                key.lower(): [value] for key, value in headers.items() if key.lower() in KEPT_HEADERS
            },
            "body": {"string": _text(response["body"])},
        },
    }


def _text(body: Any) -> str:
    text = body or "" if body is None or isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return re.sub(r'("secure_key": ?)"\w+"', r'\1""', text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
