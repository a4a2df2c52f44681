"""The data files of this package: what a real store answered, before anything was shipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from fbridge_prestashop.sandbox.catalogue import Product
from fbridge_prestashop.sandbox.dates import NO_DATE
from fbridge_prestashop.sandbox.order_making import Line, detail_row
from fbridge_prestashop.sandbox.people import secrets_of, secure_key
from fbridge_prestashop.sandbox.records import OrderRecord
from fbridge_prestashop.sandbox.schema import Row

FIRST_GENERATED_ID = 400
"""Above the ids of the orders in the data file."""


@cache
def read_json(name: str) -> Any:
    """The content of a data file; do not change it."""
    return json.loads((files(__package__) / "data" / name).read_text(encoding="utf-8"))


def site_rows(table: str) -> list[Row]:
    """Rows of ``site.json``, to be changed at will."""
    return json.loads(json.dumps(read_json("site.json")[table]))  # type: ignore[no-any-return]


def recorded_people() -> tuple[list[Row], list[Row]]:
    """Customers and addresses that a real store answered."""
    people = read_json("people.json")
    customers = [row | secrets_of(row["id"]) | {"groups": [{"id": "3"}]} for row in people["customers"]]
    return customers, [dict(row) for row in people["addresses"]]


def recorded_orders(newest: str) -> Iterator[OrderRecord]:
    """The orders that a real store answered; all moved in time by whole days, the last one before ``newest``."""
    entries = read_json("orders.json")
    last = datetime.fromisoformat(max(entry["head"]["date_upd"] for entry in entries))
    days = (datetime.fromisoformat(newest) - last).days
    for entry in entries:
        yield _record(entry, timedelta(days=days))


def _record(entry: dict[str, Any], shift: timedelta) -> OrderRecord:
    head = {name: _moved(name, value, shift) for name, value in entry["head"].items()}
    head["secure_key"] = secure_key(int(head["id_customer"]))
    order_id = head["id"]
    carrier = entry["carrier"] | {"id_order": str(order_id)}
    carrier["date_add"] = _moved("date_add", carrier["date_add"], shift)
    history = {"id": order_id, "id_employee": "1", "id_order_state": head["current_state"]}
    history |= {"id_order": str(order_id), "date_add": head["date_upd"]}
    return OrderRecord(head, [_detail(head, row) for row in entry["rows"]], [carrier], [history])


def _moved(name: str, value: Any, shift: timedelta) -> Any:
    is_date = name.startswith("date_") or name.endswith("_date")
    return str(datetime.fromisoformat(value) + shift) if is_date and value != NO_DATE else value


def _detail(head: Row, row: dict[str, str]) -> Row:
    product = Product(
        int(row["product_id"]),
        int(row["product_attribute_id"]),
        row["product_name"],
        row["product_reference"],
        Decimal(row["unit_price_tax_excl"]),
    )
    line = Line(product=product, quantity=int(row["product_quantity"]))
    made = detail_row(int(row["id"]), head["id"], head["id_shop"], head["invoice_number"], line)
    return made | {
        name: row[name] for name in ("unit_price_tax_incl", "unit_price_tax_excl", "product_price")
    }
