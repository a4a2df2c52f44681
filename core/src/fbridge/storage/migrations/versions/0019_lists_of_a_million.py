"""What is listed daily is found by an index, however many orders and shipments there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_PARTS = (
    ("ix_orders_marked", "orders", "created_at", "doubts IS NOT NULL"),
    (
        "ix_shipments_in_the_house",
        "shipments",
        "id",
        "withdrawn_at IS NULL AND (shipped_at IS NULL OR left_behind_at IS NOT NULL)",
    ),
    ("ix_pushes_mail_missing", "pushes", "shipment_id", "mail_missing_since IS NOT NULL"),
)
"""Few rows each: what somebody has still to do something about."""


def upgrade() -> None:
    """The index of open orders began with the store, so it served no list over all stores."""
    op.drop_index("ix_orders_open", "orders")
    op.create_index("ix_orders_open", "orders", ["historic", "status", "open_quantity", "store"])
    op.create_index("ix_orders_store_created_at", "orders", ["store", "created_at"])
    op.create_index("ix_orders_changed_at", "orders", ["changed_at"])
    op.create_index("ix_orders_store_changed_at", "orders", ["store", "changed_at"])
    op.create_index("ix_orders_fulfillment_created_at", "orders", ["fulfillment", "created_at"])
    op.create_index("ix_orders_payment_created_at", "orders", ["payment", "created_at"])
    op.create_index("ix_shipments_store", "shipments", ["store"])
    op.create_index("ix_shipments_carrier_id", "shipments", ["carrier_id"])
    for name, table, column, where in _PARTS:
        op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
