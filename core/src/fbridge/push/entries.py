"""The push ledger as the office sees it: an entry is opened, held back, or wanted again.

What a push does to an entry stands with the push.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from fbridge.models.fulfillments import Effects
from fbridge.models.shipments import PushStatus
from fbridge.models.states import Effect, MailEffect, PushState
from fbridge.storage.tables import pushes, shipments

NOT_SHIPPED = {
    "state": PushState.WAITING,
    "reason": "not_shipped",
    "words": "its manifest is not shipped yet",
}

SENT_WITHOUT_NUMBER = "sent_without_number"
"""The reason of a sent shipment whose number was kept back because its carrier was not mapped."""

_WANTED_AGAIN = {
    "state": PushState.READY,
    "reason": "tracking_changed",
    "words": "its tracking changed; the next push sends it",
}
_MOVED_BY_A_CORRECTION = (
    PushState.SENT,
    PushState.DONE_ELSEWHERE,
    PushState.REFUSED,
    PushState.RETRY,
    PushState.WAITING,
)
_WITHDRAWN = {"state": PushState.WITHDRAWN, "reason": "withdrawn", "words": "withdrawn before it was sent"}


def open_entry(connection: Connection, shipment_id: int, at: datetime) -> None:
    """Begin the entry of a new store shipment, which waits for its manifest. ``at`` is aware UTC."""
    connection.execute(
        sa.insert(pushes).values(
            shipment_id=shipment_id,
            **NOT_SHIPPED,
            since=at,
            tries=0,
            epoch=0,
            remote_ids=[],
            fences=[],
            effect_shipment=Effect.NOT_DONE,
            effect_tracking=Effect.NOT_DONE,
            effect_status=Effect.NOT_DONE,
            effect_mail=MailEffect.NOT_SENT,
        )
    )


def want_revision(connection: Connection, shipment_id: int, at: datetime) -> None:
    """A new revision is wanted: a settled entry becomes ready again once its shipment has left.

    What is in doubt (sending, unconfirmed, needs_attention) stays so; the new revision follows later.
    """
    query = sa.select(shipments.c.shipped_at).where(shipments.c.id == shipment_id)
    left = connection.execute(query).scalar_one() is not None
    connection.execute(
        sa.update(pushes)
        .where(pushes.c.shipment_id == shipment_id, pushes.c.state.in_(_MOVED_BY_A_CORRECTION))
        .values(**(_WANTED_AGAIN if left else NOT_SHIPPED), since=at, next_at=None)
    )


def hold_back(connection: Connection, shipment_ids: Collection[int], at: datetime) -> None:
    """Let these wait again because they have not left after all; the caller made sure nothing was pushed."""
    _move(connection, shipment_ids, NOT_SHIPPED, at)


def close_entry(connection: Connection, shipment_id: int, at: datetime) -> None:
    """The shipment is withdrawn; the caller made sure nothing was pushed."""
    _move(connection, [shipment_id], _WITHDRAWN, at)


def lock_entries(connection: Connection, shipment_ids: Collection[int]) -> None:
    """Keep a push from claiming these until the write unit ends (PostgreSQL; alone on SQLite anyway)."""
    query = sa.select(pushes.c.shipment_id).where(pushes.c.shipment_id.in_(shipment_ids))
    connection.execute(query.order_by(pushes.c.shipment_id).with_for_update())


def status_of(rows: Iterable[RowMapping]) -> dict[int, PushStatus]:
    """Rows of ``pushes`` as domain records, by shipment id."""
    return {row["shipment_id"]: _status(row) for row in rows}


def _move(
    connection: Connection, shipment_ids: Collection[int], values: Mapping[str, object], at: datetime
) -> None:
    connection.execute(
        sa.update(pushes)
        # What is so already keeps its age.
        .where(pushes.c.shipment_id.in_(shipment_ids), pushes.c.reason != values["reason"])
        .values(**values, since=at, next_at=None)
    )


def _status(row: RowMapping) -> PushStatus:
    return PushStatus(
        state=row["state"],
        reason=row["reason"],
        words=row["words"],
        since=row["since"],
        next_at=row["next_at"],
        acknowledged_revision=row["acknowledged_revision"],
        tries=row["tries"],
        claimed_at=row["claimed_at"],
        effects=Effects(
            shipment=row["effect_shipment"],
            tracking=row["effect_tracking"],
            status=row["effect_status"],
            mail=row["effect_mail"],
        ),
        remote_ids=tuple(row["remote_ids"]),
    )
