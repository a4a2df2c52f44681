"""Orders for other programs: CSV with a row for each order line, JSON, NDJSON. Streamed, never held whole."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fbridge.cli.atomic_file import replaced_file
from fbridge.cli.harmless_text import spreadsheet_cell
from fbridge.cli.jsonable import jsonable
from fbridge.cli.output import write_envelope
from fbridge.cli.session import Session

if TYPE_CHECKING:
    from fbridge.orders.listing import OrderDetail, OrderFilter, OrderLineRow, OrderRow

Write = Callable[[str], object]


def export_orders(session: Session, chosen: OrderFilter, form: str, output: Path) -> int:
    """Write the chosen orders in one of the three forms; return how many there were."""
    details = session.bridge.orders.details(chosen)
    first = next(details, None)  # an error of the query must not leave a file behind
    everything = iter(()) if first is None else itertools.chain([first], details)
    with replaced_file(output) as file:
        return _FORMS[form](everything, file.write)


def _write_json(details: Iterator[OrderDetail], write: Write) -> int:
    return write_envelope(details, write=write)


def _write_ndjson(details: Iterator[OrderDetail], write: Write) -> int:
    count = 0
    for detail in details:
        write(json.dumps(jsonable(detail)) + "\n")
        count += 1
    return count


class _Lines:
    """What ``csv`` writes to."""

    def __init__(self, write: Write) -> None:
        self.write = write


def _write_csv(details: Iterator[OrderDetail], write: Write) -> int:
    table = csv.writer(_Lines(write), lineterminator="\r\n")
    table.writerow(list(_ORDER_CELLS) + list(_LINE_CELLS))
    count = 0
    for detail in details:
        order = [_cell(value(detail)) for value in _ORDER_CELLS.values()]
        table.writerows(order + line for line in _line_rows(detail))
        count += 1
    return count


def _line_rows(detail: OrderDetail) -> list[list[object]]:
    rows = [[_cell(value(line)) for value in _LINE_CELLS.values()] for line in detail.lines]
    return rows or [[""] * len(_LINE_CELLS)]


def _currency(row: OrderRow) -> str:
    told = row.total or row.amount_due
    return told.currency if told else ""


def _cell(value: object) -> object:
    plain = jsonable(value)
    if isinstance(value, str):
        return spreadsheet_cell(str(plain))
    return "" if plain is None else plain


_FORMS = {"csv": _write_csv, "json": _write_json, "ndjson": _write_ndjson}

_ORDER_CELLS: dict[str, Callable[[OrderDetail], Any]] = {
    "store": lambda detail: detail.row.store,
    "order": lambda detail: detail.row.number,
    "remote_id": lambda detail: detail.row.remote_id,
    "created_at": lambda detail: detail.row.created_at,
    "changed_at": lambda detail: detail.row.changed_at,
    "status": lambda detail: detail.row.status,
    "fulfillment": lambda detail: detail.row.fulfillment,
    "payment": lambda detail: detail.row.payment,
    "payment_method": lambda detail: detail.row.payment_method,
    "amount_due": lambda detail: detail.row.amount_due and detail.row.amount_due.amount,
    "total": lambda detail: detail.row.total and detail.row.total.amount,
    "currency": lambda detail: _currency(detail.row),
    "delivery": lambda detail: detail.row.delivery,
    "shipping_method": lambda detail: detail.row.shipping_method,
    "carrier": lambda detail: detail.row.carrier,
    "channel": lambda detail: detail.row.channel,
    "sold_in": lambda detail: detail.row.sold_in,
    "name": lambda detail: detail.ship_to.name,
    "company": lambda detail: detail.ship_to.company,
    "street": lambda detail: ", ".join(detail.ship_to.street),
    "postcode": lambda detail: detail.ship_to.postcode,
    "city": lambda detail: detail.ship_to.city,
    "province": lambda detail: detail.ship_to.province,
    "country": lambda detail: detail.ship_to.country,
    "phone": lambda detail: detail.ship_to.phone,
    "email": lambda detail: detail.ship_to.email,
    "note": lambda detail: detail.note,
    "marked": lambda detail: ", ".join(doubt.code for doubt in detail.row.doubts),
}

_LINE_CELLS: dict[str, Callable[[OrderLineRow], Any]] = {
    "line_id": lambda row: row.line.id,
    "sku": lambda row: row.line.sku,
    "article": lambda row: row.line.name,
    "quantity": lambda row: row.line.quantity,
    "removed": lambda row: row.line.removed,
    "shipped_on_store": lambda row: row.line.shipped,
    "in_shipments": lambda row: row.in_shipments,
    "free": lambda row: row.free,
    "line_total": lambda row: row.line.total,
    "weight_grams": lambda row: row.line.weight_grams,
}
