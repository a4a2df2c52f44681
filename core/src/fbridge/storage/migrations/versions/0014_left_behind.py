"""What did not leave after all: since when it stays in the house, and the manifest whose row is struck through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fbridge.storage.columns import UtcTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Of what was left behind before, no manifest keeps a row."""
    op.add_column("shipments", sa.Column("left_behind_at", UtcTime))
    op.create_table(
        "struck_rows",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("manifest_id", sa.Integer, sa.ForeignKey("manifests.id"), nullable=False),
        sa.Column("shipment_id", sa.Integer, sa.ForeignKey("shipments.id"), nullable=False),
        sa.Column("struck_at", UtcTime, nullable=False),
        comment="what stood on a shipped manifest and did not leave with it after all",
    )
    op.create_index("ix_struck_rows_manifest_id", "struck_rows", ["manifest_id"])
