"""The part of a store that sold an order: equal numbers of one store are told apart by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Not known before an order is read again."""
    with op.batch_alter_table("orders") as table:
        table.add_column(sa.Column("sold_in", sa.String(length=128), nullable=False, server_default=""))
