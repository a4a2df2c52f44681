"""Forgetting what is no longer needed: personal data of old orders, and old HTTP exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.models.states import PushState
from fbridge.orders.order_words import load_found_by, replace_words
from fbridge.shipping.particulars_rows import PERSONAL
from fbridge.shipping.shipment_rows import load_shipments
from fbridge.shipping.shipment_words import remove_recipient_words
from fbridge.storage.account_tables import kept_answers
from fbridge.storage.tables import MOST_KEYS, attempt_exchanges, exchanges, orders, pushes, shipments

AT_REST = (PushState.SENT, PushState.DONE_ELSEWHERE, PushState.WITHDRAWN)
_BLANK: dict[str, Any] = {"customer": "", "ship_to": {}, "bill_to": {}, "note": "", "extra": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How much was forgotten."""

    orders: int
    external_parcels: int
    exchanges: int


def purge(context: Context, older_than: timedelta) -> Purged:
    """Remove names, addresses, phones, mails and notes of orders and external parcels that are older, and all
    older HTTP exchanges. Numbers, quantities and the push ledger stay, so nothing is ever sent twice for it.
    An order with a shipment that is not at rest keeps its data until it is."""
    limit = context.now() - older_than
    with context.database.write() as connection:
        purged = Purged(
            orders=_blank_orders(connection, limit),
            external_parcels=_blank_parcels(connection, limit),
            exchanges=_drop_exchanges(connection, limit),
        )
        _blank_particulars(connection, limit)
        connection.execute(sa.delete(kept_answers).where(kept_answers.c.at < limit))
        return purged


def drop_old_exchanges(context: Context, older_than: timedelta) -> int:
    """Keep the age limit of the settings (``exchange_days``)."""
    with context.database.write() as connection:
        return _drop_exchanges(connection, context.now() - older_than)


def _blank_orders(connection: Connection, limit: datetime) -> int:
    unfinished = (
        sa.select(shipments.c.order_id)
        .join(pushes, pushes.c.shipment_id == shipments.c.id)
        .where(shipments.c.order_id.is_not(None), pushes.c.state.not_in(AT_REST))
    )
    old = sa.and_(orders.c.changed_at < limit, orders.c.customer != "", orders.c.id.not_in(unfinished))
    blanked = 0
    while part := list(islice(load_found_by(connection, old), MOST_KEYS)):
        replace_words(connection, part, {row["id"]: dict(row) | _BLANK for row in part})
        these = orders.c.id.in_([row["id"] for row in part])
        blanked += connection.execute(sa.update(orders).where(these).values(**_BLANK)).rowcount
    return blanked


def _blank_parcels(connection: Connection, limit: datetime) -> int:
    old = sa.and_(
        shipments.c.created_at < limit, shipments.c.order_id.is_(None), shipments.c.shipped_at < limit
    )
    named = sa.and_(old, sa.cast(shipments.c.recipient, sa.String) != "{}")
    for parcel in load_shipments(connection, named):
        remove_recipient_words(connection, parcel)
    return connection.execute(sa.update(shipments).where(named).values(recipient={})).rowcount


def _blank_particulars(connection: Connection, limit: datetime) -> None:
    """Of the papers of what was forgotten, who got them."""
    forgotten = sa.or_(orders.c.customer == "", sa.cast(shipments.c.recipient, sa.String) == "{}")
    query = (
        sa.select(shipments.c.id, shipments.c.particulars)
        .outerjoin(orders, orders.c.id == shipments.c.order_id)
        .where(shipments.c.particulars.is_not(None), shipments.c.created_at < limit, forgotten)
    )
    for row in connection.execute(query).all():
        left = {name: value for name, value in row.particulars.items() if name not in PERSONAL}
        if left != row.particulars:
            kept = sa.update(shipments).where(shipments.c.id == row.id)
            connection.execute(kept.values(particulars=left or None))


def _drop_exchanges(connection: Connection, limit: datetime) -> int:
    old = sa.select(exchanges.c.id).where(exchanges.c.at < limit)
    connection.execute(sa.delete(attempt_exchanges).where(attempt_exchanges.c.exchange_id.in_(old)))
    return connection.execute(sa.delete(exchanges).where(exchanges.c.at < limit)).rowcount
