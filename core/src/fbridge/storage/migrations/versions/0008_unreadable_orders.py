"""Orders that cannot be read have a life: since when, how often tried, when again, and who put them aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """What was rejected until now was seen and tried once, and is read again by the next fetch."""
    known = _rows()
    op.drop_table("rejected_orders")
    _create()
    time = sa.DateTime(timezone=True)
    kinds = {"first_seen_at": time, "tried_at": time, "next_at": time}
    table = sa.table("rejected_orders", *(sa.column(name, kinds.get(name, sa.String())) for name in _COPIED))
    if known:
        op.bulk_insert(table, [dict(zip(_COPIED, row, strict=True)) for row in known])
    op.add_column("events", sa.Column("remote_order_id", sa.String(length=128)))
    op.create_index("ix_events_remote_order_id", "events", ["remote_order_id"])


_COPIED = ("store", "remote_id", "number", "reason", "first_seen_at", "tried_at", "next_at")


def _rows() -> list[tuple[object, ...]]:
    time = sa.DateTime(timezone=True)
    old = sa.table(
        "rejected_orders",
        *(sa.column(name) for name in ("store", "remote_id", "number", "reason")),
        sa.column("seen_at", time),
    )
    seen = old.c.seen_at
    query = sa.select(old.c.store, old.c.remote_id, old.c.number, old.c.reason, seen)
    return [(*row, row.seen_at, row.seen_at) for row in op.get_bind().execute(query)]


def _create() -> None:
    op.create_table(
        "rejected_orders",
        sa.Column("store", sa.String(length=32), nullable=False),
        sa.Column("remote_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_aside_at", sa.DateTime(timezone=True)),
        sa.Column("set_aside_by", sa.String(length=128), server_default="", nullable=False),
        sa.Column("set_aside_reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_rejected_orders_store")),
        sa.PrimaryKeyConstraint("store", "remote_id", name=op.f("pk_rejected_orders")),
        comment="orders that cannot be read; the row goes once one can; what is gone, or dealt with, is set aside",
    )
