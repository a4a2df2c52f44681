"""A shipment can be taken back from its store: what the order's status was before, and where the shipment stood."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Of what was pushed before, nobody knows what the status was."""
    op.add_column("pushes", sa.Column("status_before", sa.String(128), server_default="", nullable=False))
    op.add_column("pushes", sa.Column("undo_from", sa.String(32)))
    flag = sa.Boolean()
    op.add_column("attempts", sa.Column("takes_back", flag, server_default=sa.false(), nullable=False))
