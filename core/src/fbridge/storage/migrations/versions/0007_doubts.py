"""Orders that a person must look at, what was allowed of them, and amounts that a store does not tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """No order is marked before it is read again."""
    with op.batch_alter_table("orders") as table:
        table.add_column(sa.Column("doubts", sa.JSON()))
        table.alter_column("amount_due", existing_type=sa.String(40), nullable=True)
        table.alter_column("total", existing_type=sa.String(40), nullable=True)
    with op.batch_alter_table("shipments") as table:
        table.add_column(sa.Column("allowed_doubts", sa.JSON()))
