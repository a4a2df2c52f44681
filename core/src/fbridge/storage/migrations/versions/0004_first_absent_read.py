"""The ledger keeps when a doubtful shipment was first seen absent, and how often it was looked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add both to the ledger; what is in doubt now is looked at twice from here on."""
    with op.batch_alter_table("pushes") as table:
        table.add_column(sa.Column("absent_since", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("looks", sa.Integer(), server_default="0", nullable=False))
