"""What stood on the paper of a manifest, so that what the driver signed can be compared with what leaves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fbridge.storage.columns import UtcTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing counts as printed before."""
    op.create_table(
        "manifest_prints",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("manifest_id", sa.Integer, sa.ForeignKey("manifests.id"), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("printed_at", UtcTime, nullable=False),
        sa.Column("printed_rows", sa.JSON(), nullable=False),
        comment="what stood on paper: a print of each row, by the shipment's label",
    )
    op.create_index("ix_manifest_prints_manifest_id", "manifest_prints", ["manifest_id"])
