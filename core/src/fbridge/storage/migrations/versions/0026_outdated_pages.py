"""What an order was before a push is kept, to know an old page by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Of what was pushed before nothing is known: as until now, any other page replaces it."""
    op.add_column("orders", sa.Column("outdated_hash", sa.String(32), nullable=False, server_default=""))
