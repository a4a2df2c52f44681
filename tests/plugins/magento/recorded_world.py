"""The orders of the store that was recorded, as far as the recordings tell them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from fbridge_magento.sandbox.catalogue import find_product, order_rows
from fbridge_magento.sandbox.dates import seconds_of
from fbridge_magento.sandbox.order_making import invoice, make_parts
from fbridge_magento.sandbox.records import OrderRecord

ORDERS = Path(__file__).parent / "recorded" / "orders" / "orders.json"
ADDRESS = {
    "city": "Forlì",
    "country_id": "IT",
    "email": "cliente1@example.test",
    "firstname": "Zoë",
    "lastname": "Müller",
    "postcode": "47121",
    "region": "Forli-Cesena",
    "region_code": "FC",
    "region_id": 869,
    "street": ["Piazza San Niccolò 3"],
    "telephone": "+39 06 12341",
}
STATES = {"pending": "new", "in_picking": "processing"}


def recorded_orders(before: str | None = None) -> Iterator[OrderRecord]:
    """The orders that were there at first, or those that were made before a step of that name."""
    for row in json.loads(ORDERS.read_text("utf-8")):
        if row.get("before") == before:
            yield _order(row)


def _order(row: dict[str, Any]) -> OrderRecord:
    created, paid = seconds_of(row["created"]), row["status"] != "pending"
    basket = [(find_product(sku), quantity) for _, sku, quantity in row["lines"]]
    payment = row.get("payment", "checkmo")
    parts = make_parts(row["id"], basket, ADDRESS, payment=payment, invoiced=paid, made=created)
    parts.items = []
    for first_id, sku, quantity in row["lines"]:
        parts.items += order_rows(count(first_id), find_product(sku), quantity, created)
    if paid:
        invoice(parts.items)
    return OrderRecord(
        id=row["id"],
        store_id=row["store"],
        number=row["number"],
        state=STATES.get(row["status"], row["status"]),
        status=row["status"],
        created=created,
        updated=seconds_of(row["updated"]),
        parts=parts,
    )
