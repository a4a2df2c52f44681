"""Who holds a lock on PostgreSQL, with a heartbeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table of lock holders."""
    op.create_table(
        "lock_holders",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("backend_pid", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("process", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lock_holders")),
        sa.UniqueConstraint("token", name=op.f("uq_lock_holders_token")),
        comment="PostgreSQL only: who holds a lock, and its last sign of life by the server's clock",
    )
