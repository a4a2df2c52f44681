"""Why a store keeps goods of an order back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nobody knows why before the order is read again."""
    with op.batch_alter_table("order_lines") as table:
        table.add_column(sa.Column("held_why", sa.Text(), nullable=False, server_default=""))
