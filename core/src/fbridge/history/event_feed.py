"""Everything that happened, in sequence, for programs that follow: an ERP goes on from the last event that it read.

No event is passed that could still come: see :func:`fbridge.storage.events.last_event`.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from fbridge.context import Context
from fbridge.models.events import FeedEvent
from fbridge.storage.events import last_event_from
from fbridge.storage.tables import events, manifests, orders

_AT_ONCE = 500


def follow(context: Context, since: int = 0, limit: int | None = None) -> Iterator[FeedEvent]:
    """The events after ``since``, oldest first; at most ``limit``.

    Raises InputError (``cursor_ahead``) at once where ``since`` has not happened yet: the database was restored.
    """
    return _events(context, since, last_event_from(context.database, since), limit)


def _events(context: Context, since: int, upto: int, limit: int | None) -> Iterator[FeedEvent]:
    left = limit
    while since < upto and left != 0:
        size = _AT_ONCE if left is None else min(_AT_ONCE, left)
        query = _FEED.where(events.c.id > since, events.c.id <= upto).order_by(events.c.id).limit(size)
        with context.database.read() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        yield from map(_event, rows)
        since, left = rows[-1].id, None if left is None else left - len(rows)


_FEED = (
    sa.select(
        events,
        orders.c.number.label("order_number"),
        orders.c.remote_id.label("order_remote_id"),
        manifests.c.number.label("manifest_number"),
    )
    .outerjoin_from(events, orders, orders.c.id == events.c.order_id)
    .outerjoin(manifests, manifests.c.id == events.c.manifest_id)
)


def _event(row: sa.Row[tuple[object, ...]]) -> FeedEvent:
    return FeedEvent(
        id=row.id,
        at=row.at,
        kind=row.kind,
        words=row.words,
        store=row.store or "",
        order=row.order_number or "",
        remote_id=row.order_remote_id or row.remote_order_id or "",
        shipment=f"S{row.shipment_id}" if row.shipment_id else "",
        manifest=row.manifest_number or "",
        who=row.who or "",
    )
