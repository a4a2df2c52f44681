"""``fbridge orders export``: a row for each line of an order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An order with what it is told in: a batch, or the sequence of events up to ``cursor``."""

    detail: OrderDetail
    batch: int | None = None
    cursor: int | None = None


def export_orders(session: Session, chosen: OrderFilter, wanted: Wanted) -> ExitCode:
    """Write the chosen orders, the new ones among them, or those of a batch."""
    from fbridge.history.export_batches import ORDERS, claim_orders

    orders = session.bridge.orders

    def contents(batch: Batch | None) -> Export[_Told]:
        if batch is None:
            return _export(session, (_Told(detail=one) for one in orders.details(chosen)))
        of_batch = orders.of_batch(batch.id)
        return _export(session, (_Told(detail=one, batch=batch.number) for one in of_batch), "batch")

    return export(
        session,
        ORDERS,
        wanted,
        claim=lambda: claim_orders(session.bridge.context, chosen),
        contents=contents,
    )


def export_changed_orders(
    session: Session, cursor: int, store: str | None, limit: int | None, wanted: Wanted
) -> ExitCode:
    """Write the orders that are new or changed since this event, each with the event that a program goes on from."""
    from fbridge.history.export_batches import ORDERS

    def contents(_batch: Batch | None) -> Export[_Told]:
        changed = session.bridge.orders.changed(cursor, store=store, limit=limit)
        return _export(session, (_Told(detail=one, cursor=event) for event, one in changed), "cursor")

    return export(session, ORDERS, wanted, claim=lambda: None, contents=contents)


def _export(session: Session, told: Iterator[_Told], *more: str) -> Export[_Told]:
    """``more``: the columns before those that each order has."""
    from fbridge.office.exports.fields import extra_columns
    from fbridge.office.exports.order_values import LINE_VALUES, ORDER_VALUES

    extra = extra_columns(session.bridge.context.settings)
    first = list(itertools.islice(told, 1))  # an error of the query must not leave a file behind
    return Export(
        items=itertools.chain(first, told),
        columns=[*more, *ORDER_VALUES, *extra, *LINE_VALUES],
        as_json=_as_json,
        rows=partial(_rows, dict.fromkeys(extra, "")),
    )


def _as_json(one: _Told) -> Any:
    told: dict[str, Any] = jsonable(one.detail)
    return {"batch": one.batch, "cursor": one.cursor, **told}


def _rows(extra: Mapping[str, str], one: _Told) -> Iterator[tuple[str, Get]]:
    from fbridge.office.exports.order_values import LINE_VALUES, ORDER_VALUES

    detail = one.detail
    label = f"{detail.row.store}:{detail.row.number}"
    of_order = getter(ORDER_VALUES, detail, batch=one.batch, cursor=one.cursor, **{**extra, **detail.extra})
    nothing = dict.fromkeys(LINE_VALUES)
    for line in detail.lines or (None,):
        of_line = getter(LINE_VALUES, line) if line else nothing.get
        yield label, partial(_value, of_order, of_line, LINE_VALUES)


def _value(of_order: Get, of_line: Get, of_lines: Any, name: str) -> Any:
    return of_line(name) if name in of_lines else of_order(name)
