"""A carrier's depot and the address where it fetches our parcels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Nothing is known of either."""
    op.add_column("carriers", sa.Column("depot", sa.String(64), server_default="", nullable=False))
    op.add_column("carriers", sa.Column("pickup", sa.Text(), server_default="", nullable=False))
