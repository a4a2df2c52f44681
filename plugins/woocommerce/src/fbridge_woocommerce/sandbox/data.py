"""The data files of this package: what a real store answered, without what changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from fbridge_woocommerce.sandbox.dates import seconds_of_gmt
from fbridge_woocommerce.sandbox.records import OrderRecord, Refund

FIRST_GENERATED_ID = 640
"""Above the ids of the orders in the data file."""


@cache
def read_json(name: str) -> Any:
    """The content of a data file; do not change it."""
    return json.loads((files(__package__) / "data" / name).read_text(encoding="utf-8"))


def recorded_orders(newest: int) -> Iterator[OrderRecord]:
    """The orders that a real store answered, before anything was shipped; all moved in time, the last to
    ``newest``.
    """
    entries = read_json("orders.json")
    shift = newest - max(seconds_of_gmt(entry["created"]) for entry in entries)
    for entry in entries:
        paid = entry["paid"]
        yield OrderRecord(
            id=entry["body"]["id"],
            status=entry["status"],
            created=seconds_of_gmt(entry["created"]) + shift,
            modified=seconds_of_gmt(entry["modified"]) + shift,
            paid=None if paid is None else seconds_of_gmt(paid) + shift,
            body=dict(entry["body"]),
            refunds=[_refund(refund, shift) for refund in entry.get("refunds", ())],
        )


def _refund(entry: dict[str, Any], shift: int) -> Refund:
    return Refund(
        id=entry["id"],
        created=seconds_of_gmt(entry["date_created_gmt"]) + shift,
        amount=entry["amount"],
        reason=entry["reason"],
        total_tax=entry["tax_lines"][0]["tax_total"] if entry["tax_lines"] else "0.00",
        kind="partial" if entry["line_items"] else "full",
        line_items=entry["line_items"],
        tax_lines=entry["tax_lines"],
    )
