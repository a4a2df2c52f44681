"""Numbered batches for an ERP: each order once, and each shipment whenever something of it has changed.

Which orders are new is kept with each order, so what commits late, or fits a filter only later, is new then.
Shipments are followed by the events that tell of them, up to the last one that no earlier one can still come after.

A batch is claimed before its file is written, and finished when the file is there: whoever is killed in between
repeats the same batch under the same number. One process at a time makes batches of a kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import NotFoundError
from fbridge.models.parts import in_parts
from fbridge.models.shipments import Shipment
from fbridge.orders.filters import OrderFilter, filtered
from fbridge.orders.storage import lock_orders
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.storage.events import last_event
from fbridge.storage.export_tables import exported_shipments, exports
from fbridge.storage.locks import exclusive
from fbridge.storage.tables import MOST_KEYS, events, orders, shipments

ORDERS, SHIPMENTS = "orders", "shipments"
_OF_A_FILTER = ("store", "ready", "marked", "cod", "unpaid", "carrier", "state")
"""What makes two exports different ones; times and limits go on from run to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch; ``number`` counts its kind. ``is_repeated``: an earlier run claimed it and did not finish.

    Times are aware UTC.
    """

    id: int
    kind: str
    number: int
    made_at: datetime
    finished_at: datetime | None = None
    is_repeated: bool = False

    @property
    def name(self) -> str:
        """As files are called: ``orders-0007``."""
        return f"{self.kind}-{self.number:04}"


@contextmanager
def exporting(context: Context, kind: str) -> Iterator[None]:
    """Only one process makes batches of a kind. Raises BusyError."""
    busy = f"Another fbridge is exporting {kind}."
    with exclusive(context.database, f"export-{kind}", context.lock_folder, busy):
        yield


def claim_orders(context: Context, chosen: OrderFilter) -> Batch | None:
    """The orders that fit and no batch holds yet, as the next batch; one that was begun is repeated first.

    None where there is none. Call it while :func:`exporting`.
    """
    scope = _scope(chosen)
    with context.database.read() as connection:
        if begun := _begun(connection, ORDERS, scope):
            return begun
        query = filtered(chosen, context.now()).with_only_columns(orders.c.id)
        new = query.where(orders.c.exported_in.is_(None), orders.c.historic.is_(False))
        keys = sorted(connection.execute(new).scalars())
    if not keys:
        return None
    with context.database.write() as connection:
        batch = _open(connection, ORDERS, scope, at=context.now())
        for part in in_parts(keys, MOST_KEYS):
            lock_orders(connection, part)
            held = sa.update(orders).where(orders.c.id.in_(part)).values(exported_in=batch.id)
            connection.execute(held)
    return batch


def _scope(chosen: OrderFilter) -> str:
    said = {name: value for name, value in asdict(chosen).items() if name in _OF_A_FILTER and value}
    return json.dumps(said, sort_keys=True)


def claim_shipments(context: Context, print_of: Callable[[Shipment], str]) -> Batch | None:
    """The shipments of which something is otherwise than the last batch told, as the next batch.

    ``print_of`` gives what is told of one. One that was begun is repeated first; None where nothing has changed. Call
    it while :func:`exporting`.
    """
    upto = last_event(context.database)
    with context.database.read() as connection:
        if begun := _begun(connection, SHIPMENTS, ""):
            return begun
        since = connection.execute(_LAST_SEEN).scalar() or 0
        changed = _changed(connection, since, upto, print_of)
    with context.database.write() as connection:
        if not changed:
            # The next look begins here; before the first batch it is at all that there is.
            connection.execute(sa.update(exports).where(exports.c.id.in_(_NEWEST)).values(last_event=upto))
            return None
        batch = _open(connection, SHIPMENTS, "", at=context.now(), last_event=upto)
        rows = [{"export_id": batch.id, "shipment_id": key, "print": told} for key, told in changed.items()]
        connection.execute(sa.insert(exported_shipments), rows)
    return batch


_LAST_SEEN = sa.select(sa.func.max(exports.c.last_event)).where(exports.c.kind == SHIPMENTS)
_NEWEST = sa.select(sa.func.max(exports.c.id)).where(exports.c.kind == SHIPMENTS)


def _changed(
    connection: Connection, since: int, upto: int, print_of: Callable[[Shipment], str]
) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in in_parts(_told_of(connection, since, upto), MOST_KEYS):
        before = _prints(connection, part)
        for one in load_shipments(connection, shipments.c.id.in_(part)):
            if (told := print_of(one)) != before.get(one.id):
                found[one.id] = told
    return found


def _told_of(connection: Connection, since: int, upto: int) -> list[int]:
    """The shipments that events after ``since`` tell of, by themselves or with their manifest."""
    recent = sa.and_(events.c.id > since, events.c.id <= upto)
    alone = sa.select(events.c.shipment_id).where(recent, events.c.shipment_id.is_not(None))
    whole = sa.select(events.c.manifest_id).where(recent, events.c.manifest_id.is_not(None))
    with_manifest = sa.select(shipments.c.id).where(shipments.c.manifest_id.in_(whole))
    return sorted(connection.execute(sa.union(alone, with_manifest)).scalars())


def _prints(connection: Connection, keys: Sequence[int]) -> Mapping[int, str]:
    """What the last batch that holds each told of it."""
    newest = (
        sa.select(
            exported_shipments.c.shipment_id, sa.func.max(exported_shipments.c.export_id).label("export_id")
        )
        .where(exported_shipments.c.shipment_id.in_(keys))
        .group_by(exported_shipments.c.shipment_id)
        .subquery()
    )
    query = sa.select(exported_shipments.c.shipment_id, exported_shipments.c.print).join(
        newest,
        sa.and_(
            newest.c.shipment_id == exported_shipments.c.shipment_id,
            newest.c.export_id == exported_shipments.c.export_id,
        ),
    )
    return {row.shipment_id: row.print for row in connection.execute(query)}


def _begun(connection: Connection, kind: str, scope: str) -> Batch | None:
    query = sa.select(exports).where(
        exports.c.kind == kind, exports.c.scope == scope, exports.c.finished_at.is_(None)
    )
    row = connection.execute(query.order_by(exports.c.id).limit(1)).one_or_none()
    return None if row is None else _batch(row, is_repeated=True)


def _open(connection: Connection, kind: str, scope: str, *, at: datetime, last_event: int = 0) -> Batch:
    last = connection.execute(sa.select(sa.func.max(exports.c.number)).where(exports.c.kind == kind)).scalar()
    values = {
        "kind": kind,
        "number": (last or 0) + 1,
        "scope": scope,
        "last_event": last_event,
        "made_at": at,
    }
    (key,) = connection.execute(sa.insert(exports).values(values)).inserted_primary_key or (0,)
    return Batch(id=key, kind=kind, number=(last or 0) + 1, made_at=at)


def finish(context: Context, batch: Batch) -> None:
    """The file is there: the next batch may be begun."""
    unfinished = sa.and_(exports.c.id == batch.id, exports.c.finished_at.is_(None))
    with context.database.write() as connection:
        connection.execute(sa.update(exports).where(unfinished).values(finished_at=context.now()))


def give_back(context: Context, batch: Batch) -> None:
    """The batch was not made after all: what it held is new again, and its number free."""
    with context.database.write() as connection:
        connection.execute(sa.update(orders).where(orders.c.exported_in == batch.id).values(exported_in=None))
        connection.execute(sa.delete(exported_shipments).where(exported_shipments.c.export_id == batch.id))
        connection.execute(sa.delete(exports).where(exports.c.id == batch.id))


def find_batch(context: Context, kind: str, number: int) -> Batch:
    """A batch that was made before. Raises NotFoundError naming the last."""
    with context.database.read() as connection:
        found = sa.select(exports).where(exports.c.kind == kind, exports.c.number == number)
        if row := connection.execute(found).one_or_none():
            return _batch(row)
        last = connection.execute(
            sa.select(sa.func.max(exports.c.number)).where(exports.c.kind == kind)
        ).scalar()
    known = f"the last is {last}: fbridge export batches" if last else "none was made yet."
    raise NotFoundError(f"There is no batch {number} of {kind}; {known}", reason="unknown_batch")


def list_batches(context: Context, limit: int | None = None) -> tuple[Batch, ...]:
    """All batches, the newest first."""
    with context.database.read() as connection:
        query = sa.select(exports).order_by(exports.c.id.desc()).limit(limit)
        return tuple(_batch(row) for row in connection.execute(query))


def shipments_of(context: Context, batch: Batch) -> Iterator[Shipment]:
    """The shipments of a batch as they are now, some hundred at a time."""
    held = sa.select(exported_shipments.c.shipment_id).where(exported_shipments.c.export_id == batch.id)
    with context.database.read() as connection:
        keys = sorted(connection.execute(held).scalars())
    for part in in_parts(keys, MOST_KEYS):
        with context.database.read() as connection:
            found = load_shipments(connection, shipments.c.id.in_(part))
        yield from found


def _batch(row: Any, *, is_repeated: bool = False) -> Batch:
    return Batch(
        id=row.id,
        kind=row.kind,
        number=row.number,
        made_at=row.made_at,
        finished_at=row.finished_at,
        is_repeated=is_repeated,
    )
