"""What a document tells on paper, a carrier's own address, and whether a paper was written after it was begun."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Every paper so far was remembered after it was written."""
    op.add_column("shipments", sa.Column("particulars", sa.JSON(none_as_null=True)))
    op.add_column("carriers", sa.Column("address", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "manifest_prints", sa.Column("is_written", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
