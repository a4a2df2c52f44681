"""What the store's list says against a carrier is kept with it, for the coverage of shipping methods."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Lists that were fetched before say nothing; the next one does."""
    op.add_column("site_carriers", sa.Column("warning", sa.Text(), server_default="", nullable=False))
