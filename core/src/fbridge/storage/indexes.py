"""Indexes for what is listed daily, and the conditions of those that hold a few rows of many.

A query finds such rows by their index where it has the very condition that stands here.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fbridge.storage.return_tables import returns
from fbridge.storage.tables import orders, pushes, shipments

MARKED = orders.c.doubts.is_not(sa.null())
"""Orders with doubts."""

IN_THE_HOUSE = sa.and_(
    shipments.c.withdrawn_at.is_(None),
    sa.or_(shipments.c.shipped_at.is_(None), shipments.c.left_behind_at.is_not(None)),
)
"""Shipments that are prepared and have not left, or were left behind."""

MAIL_MISSING = pushes.c.mail_missing_since.is_not(None)
"""Shipments whose planned mail did not leave, or may not have."""

NOT_DEALT_WITH = returns.c.outcome.is_(None)
"""What came back and is still there."""
DRIFTED = pushes.c.drift_since.is_not(None)
"""Shipments that their store, when last looked at, did not show as it had taken them."""


def not_by_index(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The column where a condition or a sequence is to be met by what was found by another one.

    SQLite knows nothing of what a table holds: of two indexes it may take that of a store, which may have all rows.
    """
    return sa.func.coalesce(column, column)


_FEW_ROWS = (
    ("ix_orders_marked", orders.c.created_at, MARKED),
    ("ix_shipments_in_the_house", shipments.c.id, IN_THE_HOUSE),
    ("ix_pushes_mail_missing", pushes.c.shipment_id, MAIL_MISSING),
    ("ix_pushes_drifted", pushes.c.shipment_id, DRIFTED),
)
_LISTS = (
    ("ix_orders_open", orders.c.historic, orders.c.status, orders.c.open_quantity, orders.c.store),
    ("ix_orders_created_at", orders.c.created_at),
    ("ix_orders_store_created_at", orders.c.store, orders.c.created_at),
    ("ix_orders_changed_at", orders.c.changed_at),
    ("ix_orders_store_changed_at", orders.c.store, orders.c.changed_at),
    ("ix_orders_fulfillment_created_at", orders.c.fulfillment, orders.c.created_at),
    ("ix_orders_payment_created_at", orders.c.payment, orders.c.created_at),
    ("ix_shipments_store", shipments.c.store),
    ("ix_shipments_carrier_id", shipments.c.carrier_id),
)
"""A list over all stores and one of a single store need an index each: those begin with the store."""


def declare() -> None:
    """Add them to the tables, once; only who compares those with a database needs them, and no command."""
    for name, column, where in _FEW_ROWS:
        sa.Index(name, column, sqlite_where=where, postgresql_where=where)
    sa.Index(
        "ix_returns_not_dealt_with",
        returns.c.shipment_id,
        unique=True,
        sqlite_where=NOT_DEALT_WITH,
        postgresql_where=NOT_DEALT_WITH,
    )
    for name, *columns in _LISTS:
        sa.Index(name, *columns)
