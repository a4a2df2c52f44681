"""What came back, in the database: at most one return of a shipment that nobody has dealt with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from fbridge.models.shipments import Return
from fbridge.models.states import ReturnKind, ReturnOutcome
from fbridge.storage.return_tables import returns


def last_returns(connection: Connection, shipment_ids: Collection[int]) -> Mapping[int, Return]:
    """The last return of each of these shipments, by key; those that were none are left out."""
    meant = sa.or_(returns.c.outcome.is_(None), returns.c.outcome != ReturnOutcome.MISTAKEN)
    return _last(connection, returns.c.shipment_id.in_(shipment_ids), meant)


def last_noted(connection: Connection, shipment_id: int) -> Return | None:
    """The last one that was noted, also where it was a mistake."""
    return _last(connection, returns.c.shipment_id == shipment_id).get(shipment_id)


def note_return(
    connection: Connection,
    shipment_id: int,
    kind: ReturnKind,
    *,
    came_at: datetime,
    reason: str,
    at: datetime,
) -> None:
    """Add a return that somebody has to deal with; the shipment is locked and has none."""
    connection.execute(
        sa.insert(returns).values(
            shipment_id=shipment_id, kind=kind, came_at=came_at, noted_at=at, reason=reason
        )
    )


def correct_return(
    connection: Connection, shipment_id: int, kind: ReturnKind, *, came_at: datetime, reason: str
) -> None:
    """Tell the open return anew: held first, say, and refused in the end."""
    connection.execute(
        sa.update(returns).where(_open(shipment_id)).values(kind=kind, came_at=came_at, reason=reason)
    )


def end_return(
    connection: Connection,
    shipment_id: int,
    outcome: ReturnOutcome,
    at: datetime,
    *,
    replacement_id: int | None = None,
) -> None:
    """The open return is dealt with."""
    done = {"outcome": outcome, "closed_at": at, "replacement_id": replacement_id}
    connection.execute(sa.update(returns).where(_open(shipment_id)).values(**done))


def _open(shipment_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(returns.c.shipment_id == shipment_id, returns.c.outcome.is_(None))


def _last(connection: Connection, *conditions: sa.ColumnElement[bool]) -> dict[int, Return]:
    query = sa.select(returns).where(*conditions).order_by(returns.c.id)
    return {row.shipment_id: _return(row) for row in connection.execute(query)}


def _return(row: Row[tuple[object, ...]]) -> Return:
    return Return(
        kind=row.kind,
        came_at=row.came_at,
        noted_at=row.noted_at,
        reason=row.reason,
        outcome=row.outcome,
        closed_at=row.closed_at,
        replacement="" if row.replacement_id is None else f"S{row.replacement_id}",
    )
