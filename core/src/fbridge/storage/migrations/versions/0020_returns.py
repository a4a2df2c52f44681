"""What came back, or is held by the carrier, until somebody has dealt with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fbridge.storage.columns import UtcTime

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """A shipment has at most one return that nobody has dealt with."""
    op.create_table(
        "returns",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "shipment_id", sa.Integer, sa.ForeignKey("shipments.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("came_at", UtcTime, nullable=False),
        sa.Column("noted_at", UtcTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.Column("closed_at", UtcTime),
        sa.Column("replacement_id", sa.Integer, sa.ForeignKey("shipments.id")),
        comment="what came back; outcome is null until somebody has dealt with it, at most one such of a shipment",
    )
    op.create_index("ix_returns_shipment_id", "returns", ["shipment_id"])
    open_ = sa.text("outcome IS NULL")
    op.create_index(
        "ix_returns_not_dealt_with",
        "returns",
        ["shipment_id"],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )
