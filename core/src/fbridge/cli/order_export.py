"""``fbridge orders export``: a row for each line of an order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fbridge.cli.batch_export import Wanted, export
from fbridge.cli.session import Session
from fbridge.cli.table_export import Export, Get, getter
from fbridge.exit_codes import ExitCode
from fbridge.jsonable import jsonable

if TYPE_CHECKING:
    from fbridge.history.export_batches import Batch
    from fbridge.orders.listing import OrderDetail, OrderFilter


def export_orders(session: Session, chosen: OrderFilter, wanted: Wanted) -> ExitCode:
    """Write the chosen orders, the new ones among them, or those of a batch."""
    from fbridge.history.export_batches import ORDERS, claim_orders
    from fbridge.office.exports.fields import extra_columns
    from fbridge.office.exports.order_values import LINE_VALUES, ORDER_VALUES

    extra = extra_columns(session.bridge.context.settings)

    def contents(batch: Batch | None) -> Export[OrderDetail]:
        details = session.bridge.orders.of_batch(batch.id) if batch else session.bridge.orders.details(chosen)
        first = list(itertools.islice(details, 1))  # an error of the query must not leave a file behind
        columns = [*(["batch"] if batch else []), *ORDER_VALUES, *extra, *LINE_VALUES]
        number = batch.number if batch else None
        return Export(
            items=itertools.chain(first, details),
            columns=columns,
            as_json=partial(_as_json, number),
            rows=partial(_rows, number, dict.fromkeys(extra, "")),
        )

    return export(
        session,
        ORDERS,
        wanted,
        claim=lambda: claim_orders(session.bridge.context, chosen),
        contents=contents,
    )


def _as_json(batch: int | None, detail: OrderDetail) -> Any:
    told: dict[str, Any] = jsonable(detail)
    return {"batch": batch, **told}


def _rows(batch: int | None, extra: Mapping[str, str], detail: OrderDetail) -> Iterator[tuple[str, Get]]:
    from fbridge.office.exports.order_values import LINE_VALUES, ORDER_VALUES

    label = f"{detail.row.store}:{detail.row.number}"
    of_order = getter(ORDER_VALUES, detail, batch=batch, **{**extra, **detail.extra})
    nothing = dict.fromkeys(LINE_VALUES)
    for line in detail.lines or (None,):
        of_line = getter(LINE_VALUES, line) if line else nothing.get
        yield label, partial(_value, of_order, of_line, LINE_VALUES)


def _value(of_order: Get, of_line: Get, of_lines: Any, name: str) -> Any:
    return of_line(name) if name in of_lines else of_order(name)
