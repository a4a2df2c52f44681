"""Reading the story of orders and shipments: events, attempts, and the HTTP that went with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Doubt
from fbridge.orders.rows import doubts_from_json
from fbridge.storage.events import OF_THE_STORE
from fbridge.storage.tables import attempt_exchanges, attempts, events, exchanges, orders


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """When an order was first seen and last read, and how many versions of it were stored."""

    label: str
    store: str
    remote_id: str
    first_seen_at: datetime
    fetched_at: datetime
    version: int
    remote_status: str
    doubts: tuple[Doubt, ...]
    open_quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event. ``at`` is aware UTC; ``who``: see :class:`~fbridge.models.events.FeedEvent`."""

    at: datetime
    kind: str
    words: str
    shipment_id: int | None
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRow:
    """One HTTP exchange, redacted as it is kept. ``status`` is None where no whole answer came."""

    at: datetime
    method: str
    url: str
    status: int | None
    duration_ms: int
    error: str | None
    request_body: str
    response_body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One try to push one shipment. ``finished_at`` is None where the program ended meanwhile."""

    shipment_id: int
    revision: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    reason: str | None
    words: str | None
    exchanges: tuple[ExchangeRow, ...]
    asks_mail: bool = False
    takes_back: bool = False


def read_orders_seen(connection: Connection, order_ids: Collection[int]) -> tuple[OrderSeen, ...]:
    """When these orders were seen, by key."""
    query = sa.select(orders).where(orders.c.id.in_(order_ids)).order_by(orders.c.id)
    return tuple(
        OrderSeen(
            label=f"{row.store}:{row.number}",
            store=row.store,
            remote_id=row.remote_id,
            first_seen_at=row.first_seen_at,
            fetched_at=row.fetched_at,
            version=row.version,
            remote_status=row.remote_status,
            doubts=doubts_from_json(row.doubts),
            open_quantity=row.open_quantity,
        )
        for row in connection.execute(query)
    )


def read_events(
    connection: Connection,
    order_ids: Collection[int],
    shipment_ids: Collection[int],
    remote: Collection[tuple[str, str]] = (),
) -> tuple[EventRow, ...]:
    """The events of these orders, shipments and of the manifests that carry them, oldest first.

    ``remote``: (store, remote id) of orders that may never have been read.
    """
    about = sa.or_(
        events.c.order_id.in_(order_ids),
        events.c.shipment_id.in_(shipment_ids),
        *(sa.and_(events.c.store == store, events.c.remote_order_id == key) for store, key in remote),
    )
    touched = sa.select(events.c.manifest_id).where(about, events.c.manifest_id.is_not(None))
    of_manifest = sa.and_(
        events.c.manifest_id.in_(touched), events.c.shipment_id.is_(None), events.c.order_id.is_(None)
    )
    told = sa.and_(sa.or_(about, of_manifest), events.c.kind.not_in(OF_THE_STORE))
    query = sa.select(events).where(told).order_by(events.c.at, events.c.id)
    return tuple(
        EventRow(at=row.at, kind=row.kind, words=row.words, shipment_id=row.shipment_id, who=row.who or "")
        for row in connection.execute(query)
    )


def read_attempts(connection: Connection, shipment_ids: Collection[int]) -> tuple[AttemptRow, ...]:
    """The tries to push these shipments, oldest first, each with its HTTP."""
    query = sa.select(attempts).where(attempts.c.shipment_id.in_(shipment_ids)).order_by(attempts.c.id)
    rows = connection.execute(query).all()
    http = _exchanges(connection, [row.id for row in rows])
    return tuple(
        AttemptRow(
            shipment_id=row.shipment_id,
            revision=row.revision,
            started_at=row.started_at,
            finished_at=row.finished_at,
            outcome=row.outcome,
            reason=row.reason,
            words=row.words,
            exchanges=tuple(http[row.id]),
            asks_mail=row.asks_mail,
            takes_back=row.takes_back,
        )
        for row in rows
    )


def _exchanges(connection: Connection, attempt_ids: Sequence[int]) -> dict[int, list[ExchangeRow]]:
    found: dict[int, list[ExchangeRow]] = defaultdict(list)
    query = (
        sa.select(attempt_exchanges.c.attempt_id, exchanges)
        .join(exchanges, exchanges.c.id == attempt_exchanges.c.exchange_id)
        .where(attempt_exchanges.c.attempt_id.in_(attempt_ids))
        .order_by(exchanges.c.at, exchanges.c.id)
    )
    for row in connection.execute(query):
        found[row.attempt_id].append(
            ExchangeRow(
                at=row.at,
                method=row.method,
                url=row.url,
                status=row.status,
                duration_ms=row.duration_ms,
                error=row.error,
                request_body=row.request_body or "",
                response_body=row.response_body or "",
            )
        )
    return found
